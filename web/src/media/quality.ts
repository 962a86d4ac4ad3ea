/**
 * How good everybody's line is, as the room judges it (quality.changed), and the words for it. A number alone helps
 * nobody: each cause has one sentence for the person it is about, with what they can do, and one for the others.
 * docs/quality.md holds the same sentences; a test keeps the two in step.
 */

export type Level = "excellent" | "good" | "poor" | "lost";
export type Cause =
  | "lost" | "microphone_silent" | "uplink_weak" | "downlink_weak" | "cpu_overloaded" | "camera_stopped"
  | "camera_covered" | "slow" | "relay_in_use";

export interface Judgement {
  /** 0 to 100. */
  score: number;
  level: Level;
  cause: Cause | null;
}

/** `up` is what the participant sends, `down` what they receive. */
export interface LineQuality {
  participant_id: string;
  up: Judgement;
  down: Judgement;
}

interface Words {
  /** To the person it is about. */
  own: string;
  /** To the others; {whose} is "The patient's", {who} "The patient". */
  other: string;
  /** What stands beside the symbol. */
  short: string;
}

export const CAUSES: Record<Cause, Words> = {
  lost: {
    own: "Your connection is lost. We are trying to connect again.",
    other: "{whose} connection is lost. We keep their place while they come back.",
    short: "Connection lost",
  },
  microphone_silent: {
    own: "No sound comes from your microphone. Check that it is not muted on the headset, or choose another one.",
    other: "No sound comes from {whose} microphone. They may not know: tell them in the chat.",
    short: "Microphone silent",
  },
  uplink_weak: {
    own: "Your connection loses what you send. Move closer to your router.",
    other: "{whose} connection is weak; what you hear may have gaps.",
    short: "Weak connection",
  },
  downlink_weak: {
    own: "Your connection loses what the others send. Move closer to your router, or stop other downloads.",
    other: "{whose} connection is weak; they may miss parts of what you say. Ask them to repeat what matters.",
    short: "Weak connection",
  },
  cpu_overloaded: {
    own: "Your device is too busy to send a good picture. Close other programs and browser tabs.",
    other: "{whose} device is busy; their picture may be small or jerky.",
    short: "Device busy",
  },
  camera_stopped: {
    own: "Your camera no longer delivers a picture. Stop your video and start it again.",
    other: "{whose} camera has stopped. Ask them to stop their video and start it again.",
    short: "Camera stopped",
  },
  camera_covered: {
    own: "Your camera shows only a dark or empty picture. Is it covered, or the room dark?",
    other: "{whose} camera shows only a dark or empty picture. It may be covered, or the room dark.",
    short: "Camera covered",
  },
  slow: {
    own: "Your connection is slow: words arrive late. Leave a short pause before you answer.",
    other: "{whose} connection is slow: words arrive late. Leave a short pause before you answer.",
    short: "Slow connection",
  },
  relay_in_use: {
    own: "Your network lets the call through by a detour only. Another network, such as your phone's, may be better.",
    other: "{whose} network lets the call through by a detour only.",
    short: "Detour",
  },
};

const LEVELS: Record<Level, { own: string; other: string }> = {
  excellent: { own: "Your connection is good.", other: "{whose} connection is good." },
  good: { own: "Your connection is fair.", other: "{whose} connection is fair." },
  poor: { own: "Your connection is poor.", other: "{whose} connection is poor." },
  lost: CAUSES.lost,
};

const ORDER: readonly Level[] = ["excellent", "good", "poor", "lost"];

/** Which cause matters more when both directions have one: the order of `CAUSES`. */
const WEIGHT = Object.keys(CAUSES) as Cause[];

export interface Reading {
  level: Level;
  cause: Cause | null;
  words: string;
  short: string;
}

function worse(a: Level, b: Level): Level {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

function first(...causes: (Cause | null)[]): Cause | null {
  return causes.filter((cause) => cause !== null).sort((a, b) => WEIGHT.indexOf(a) - WEIGHT.indexOf(b))[0] ?? null;
}

/** The sentence names "the patient" or "the doctor"; a companion by name. */
export function whoIs(role: string, displayName: string): string {
  return role === "patient" || role === "doctor" ? `the ${role}` : displayName;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function about(who: string, text: string): string {
  const whose = `${who}'s`;
  return text.startsWith("{whose}") ? capital(text.replace("{whose}", whose)) : text.replace("{whose}", whose);
}

/** What this person is told about their own line. */
export function ownReading({ up, down }: LineQuality): Reading {
  const level = worse(up.level, down.level);
  const cause = first(up.cause, down.cause);
  const words = cause === null ? LEVELS[level].own : CAUSES[cause].own;
  return { level, cause, words, short: cause === null ? "" : CAUSES[cause].short };
}

/** What the others are told about somebody's line. */
export function otherReading({ up, down }: LineQuality, who: string): Reading {
  const level = worse(up.level, down.level);
  const cause = first(up.cause, down.cause);
  const words = about(who, cause === null ? LEVELS[level].other : CAUSES[cause].other);
  return { level, cause, words, short: cause === null ? "" : CAUSES[cause].short };
}

/** Levels from a score of the history, as the server has them. */
export function levelOf(score: number): Level {
  if (score > 80) return "excellent";
  if (score > 40) return "good";
  return score > 20 ? "poor" : "lost";
}

/** Of how many bars the symbol shows. */
export const BARS: Record<Level, number> = { excellent: 3, good: 2, poor: 1, lost: 0 };

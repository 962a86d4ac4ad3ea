/** What a line check found, in words: for the person who made it, and for the clinic's side. */
import type { LineView } from "../api/types";
import { verdictOf, type LineFigures } from "../media/line-check";
import type { Tone } from "./Pill";

/** "1.8 Mbit/s", "60 kbit/s". */
export function rate(kbps: number): string {
  return kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mbit/s` : `${Math.round(kbps)} kbit/s`;
}

export const LINE_TONES: Record<LineView["verdict"], Tone> = { good: "pine", fair: "neutral", weak: "rose", unknown: "neutral" };

const OWN: Record<LineView["verdict"], string> = {
  good: "Your connection is good.",
  fair: "Your connection is fair. The picture may be small at times.",
  weak: "Your connection is weak. Move closer to your router; if it stays so, sound without video will work better.",
  unknown: "Your connection has not been checked.",
};

const BLOCKED = "Picture and sound do not get through from this network. Try another one, such as your phone's.";

/** To the person who made the check. */
export function ownLine(figures: LineFigures): string {
  return figures.path === "blocked" ? BLOCKED : OWN[verdictOf(figures)];
}

/** Which way was tried. Said because a straight way proves little about a relay, and the other way round. */
export function wayTried(figures: LineFigures, relay: boolean): string {
  if (figures.path === "relay") return "Checked through the clinic's relay.";
  if (figures.path !== "direct") return "";
  return relay ? "The clinic's relay did not answer; checked on the direct way." : "The clinic has no relay; checked on the direct way.";
}

const SIDE: Record<LineView["verdict"], string> = { good: "good", fair: "fair", weak: "weak: sound only advised", unknown: "not checked" };

const DEVICES: Partial<Record<string, string>> = {
  "microphone silent": "no sound from the microphone",
  "microphone quiet": "microphone not heard yet",
  "microphone noisy": "loud surroundings",
  "microphone none": "no microphone",
  "camera dark": "camera dark or covered",
  "camera none": "no camera",
  "speaker not_heard": "did not hear the test sound",
};

/** To the clinic's side, before somebody is let in: "good · 1.8 Mbit/s up". */
export function lineWords(line: LineView): string {
  if (line.path === "blocked") return "blocked: picture and sound do not get through";
  const up = line.up_kbps === null ? [] : [`${rate(line.up_kbps)} up`];
  return [SIDE[line.verdict], ...up].join(" · ");
}

export function deviceWords({ microphone, camera, speaker }: LineView): string {
  const found = [`microphone ${microphone}`, `camera ${camera}`, `speaker ${speaker}`];
  return found.map((one) => DEVICES[one]).filter((words) => words !== undefined).join(", ");
}

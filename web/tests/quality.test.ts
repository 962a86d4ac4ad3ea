import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { lookOf } from "../src/media/camera-look";
import { reportOf, snapshotOf } from "../src/media/line-report";
import { CAUSES, levelOf, otherReading, ownReading, whoIs, type Cause, type Judgement, type LineQuality } from "../src/media/quality";

function line(up: Partial<Judgement> = {}, down: Partial<Judgement> = {}): LineQuality {
  const fine: Judgement = { score: 99, level: "excellent", cause: null };
  return { participant_id: "p", up: { ...fine, ...up }, down: { ...fine, ...down } };
}

describe("what is said about a line", () => {
  it("tells the sender what to do and the other side what to expect", () => {
    const weak = line({ score: 45, level: "good", cause: "uplink_weak" });
    expect(ownReading(weak).words).toBe("Your connection loses what you send. Move closer to your router.");
    expect(otherReading(weak, whoIs("patient", "Maria Keller")).words).toBe("The patient's connection is weak; what you hear may have gaps.");
    expect(otherReading(weak, whoIs("guest", "Jonas")).words).toBe("Jonas's connection is weak; what you hear may have gaps.");
  });

  it("shows the worse direction and the more important cause", () => {
    const both = line({ level: "good", cause: "slow" }, { level: "poor", cause: "downlink_weak" });
    expect(ownReading(both)).toMatchObject({ level: "poor", cause: "downlink_weak" });
  });

  it("says plainly that all is well, or only fair", () => {
    expect(ownReading(line()).words).toBe("Your connection is good.");
    expect(otherReading(line({ level: "good" }), "the doctor").words).toBe("The doctor's connection is fair.");
  });

  it("has the server's levels", () => {
    expect([100, 80, 40, 20].map(levelOf)).toEqual(["excellent", "good", "poor", "lost"]);
  });

  it("has words for every cause, short enough to be read in a call, without terms of the trade", () => {
    for (const { own, other, short } of Object.values(CAUSES)) {
      for (const text of [own, other, short]) {
        expect(text).not.toMatch(/uplink|downlink|packet|jitter|latency|bandwidth|RTT|CPU|bitrate|—/iu);
        expect(text.length).toBeLessThan(125);
      }
      expect(other).toContain("{whose}");
    }
  });

  it("is written in docs/quality.md as the pages say it", () => {
    const page = readFileSync(new URL("../../docs/quality.md", import.meta.url), "utf8");
    for (const [cause, { own }] of Object.entries(CAUSES)) {
      const { words } = otherReading(line({ cause: cause as Cause }), "the patient");
      expect(page).toContain(`| \`${cause}\` | ${own} | ${words} |`);
    }
  });
});

function stats(...all: Record<string, unknown>[]): ReadonlyMap<string, unknown> {
  return new Map(all.map((one, at) => [typeof one["id"] === "string" ? one["id"] : String(at), one]));
}

const BEFORE = snapshotOf(stats(), 0);
const ON = { microphone: true, camera: true };

describe("what a browser reports of itself", () => {
  it("reports shares of the time since the last report", () => {
    const sending = { type: "outbound-rtp", kind: "video", qualityLimitationDurations: { cpu: 4, bandwidth: 1, none: 0, other: 0 } };
    const hearing = { type: "inbound-rtp", kind: "audio", totalSamplesReceived: 1000, concealedSamples: 150, silentConcealedSamples: 50 };
    const seeing = { type: "inbound-rtp", kind: "video", totalFreezesDuration: 2.5 };
    const report = reportOf(BEFORE, snapshotOf(stats(sending, hearing, seeing), 5000), ON, null);
    expect(report).toMatchObject({ cpu_limited: 0.8, bandwidth_limited: 0.2, frozen: 0.5, concealed: 0.1 });
  });

  it("tells zeros from a quiet room, and says nothing about what is switched off", () => {
    const silent = snapshotOf(stats({ type: "media-source", kind: "audio", totalAudioEnergy: 1, totalSamplesDuration: 10 }), 0);
    const still = snapshotOf(stats({ type: "media-source", kind: "audio", totalAudioEnergy: 1, totalSamplesDuration: 15 }), 5000);
    const spoken = snapshotOf(stats({ type: "media-source", kind: "audio", totalAudioEnergy: 1.05, totalSamplesDuration: 15 }), 5000);
    expect(reportOf(silent, still, ON, null).microphone_level).toBe(0);
    expect(reportOf(silent, spoken, ON, null).microphone_level).toBeCloseTo(0.1);
    const off = reportOf(silent, still, { microphone: false, camera: false }, { light: 0.5, detail: 0.2 });
    expect(off).toMatchObject({ microphone_level: null, camera_light: null, camera_detail: null, camera_fps: null });
  });

  it("does not guess where the browser has no figure", () => {
    expect(reportOf(BEFORE, snapshotOf(stats(), 5000), ON, null)).toEqual({
      cpu_limited: 0, bandwidth_limited: 0, microphone_level: null, camera_light: null, camera_detail: null, camera_fps: null,
      frozen: 0, concealed: 0, route: "unknown",
    });
  });

  it("knows a relayed route", () => {
    const pair = { id: "pair", type: "candidate-pair", localCandidateId: "local" };
    const transport = { type: "transport", selectedCandidatePairId: "pair" };
    const route = (candidateType: string) => snapshotOf(stats(pair, transport, { id: "local", type: "local-candidate", candidateType }), 0).route;
    expect([route("relay"), route("host")]).toEqual(["relay", "direct"]);
  });

  it("stays within the bounds of the protocol, whatever the counters do", () => {
    const after = snapshotOf(stats({ type: "inbound-rtp", totalSamplesReceived: 1, concealedSamples: 900, totalFreezesDuration: 99 }), 100);
    const back = reportOf(after, snapshotOf(stats(), 50), ON, null);
    for (const value of Object.values(back)) {
      if (typeof value === "number") expect(value >= 0 && value <= 1).toBe(true);
    }
  });
});

describe("a camera's picture", () => {
  const picture = (...pixels: number[]) => new Uint8ClampedArray(pixels.flatMap((grey) => [grey, grey, grey, 255]));
  it("is dark and flat behind a cover, and has detail elsewhere", () => {
    expect(lookOf(picture(2, 2, 2, 2))).toEqual({ light: expect.closeTo(2 / 255, 5) as number, detail: expect.closeTo(0, 5) as number });
    expect(lookOf(picture(0, 255, 0, 255))).toEqual({ light: 0.5, detail: 0.5 });
  });
});

describe("causes", () => {
  it("are ordered as the server orders them", () => {
    const server = readFileSync(new URL("../../media/causes.py", import.meta.url), "utf8");
    const listed = /Cause = Literal\[([^\]]*)\]/u.exec(server)?.[1] ?? "";
    expect([...listed.matchAll(/"(\w+)"/gu)].map(([, name]) => name as Cause)).toEqual(Object.keys(CAUSES));
  });
});

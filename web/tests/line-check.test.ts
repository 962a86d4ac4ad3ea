import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { LineView } from "../src/api/types";
import { BLOCKED, countedOf, figuresOf, isFull, stepOf, UNTESTED, verdictOf, type LineFigures, type Step } from "../src/media/line-check";
import { MicrophoneCheck } from "../src/media/microphone-check";
import { deviceWords, lineWords, ownLine, rate, wayTried } from "../src/ui/line-words";

const step = (askedKbps: number, more: Partial<Step> = {}): Step => ({
  askedKbps, sentKbps: askedKbps, receivedKbps: askedKbps, lossUp: 0, lossDown: 0, rttMs: 40, ...more,
});
const figures = (more: Partial<LineFigures> = {}): LineFigures => ({ path: "relay", up_kbps: 1800, down_kbps: 1800, loss: 0, rtt_ms: 40, ...more });
const view = (more: Partial<LineView> = {}): LineView => ({
  ...figures(), verdict: "good", microphone: "good", camera: "good", speaker: "heard", checked_at: "2026-11-20T09:00:00Z", ...more,
});

describe("the steps of a line check", () => {
  it("reads rates and losses of both directions between two moments", () => {
    const stats = (...all: Record<string, unknown>[]) => new Map(all.map((one, at) => [String(at), { kind: "video", ...one }]));
    const before = countedOf(stats({ type: "outbound-rtp", bytesSent: 1000 }, { type: "inbound-rtp", bytesReceived: 500, packetsReceived: 10, packetsLost: 1 }), 0);
    const now = countedOf(stats(
      { type: "outbound-rtp", bytesSent: 120_000, headerBytesSent: 6_000 },
      { type: "inbound-rtp", bytesReceived: 100_500, packetsReceived: 90, packetsLost: 21 },
      { type: "remote-inbound-rtp", fractionLost: 0.05, roundTripTime: 0.0421 },
    ), 1000);
    expect(stepOf(900, before, now)).toEqual({ askedKbps: 900, sentKbps: 1000, receivedKbps: 800, lossUp: 0.05, lossDown: 0.2 - 0.05, rttMs: 42 });
  });

  it("stops where a step was too much for the line", () => {
    const first = step(120);
    expect(isFull(step(900), first)).toBe(false);
    expect(isFull(step(900, { lossUp: 0.2 }), first)).toBe(true);
    expect(isFull(step(900, { lossDown: 0.2 }), first)).toBe(true);
    expect(isFull(step(900, { rttMs: 400 }), first)).toBe(true);
    expect(isFull(step(900, { receivedKbps: 100 }), first)).toBe(true);
  });

  it("counts what arrived, and the loss of the steps that held", () => {
    const steps = [step(120), step(350, { lossDown: 0.01, rttMs: 60 }), step(900, { sentKbps: 800, receivedKbps: 450, lossUp: 0.3, rttMs: 500 })];
    expect(figuresOf("relay", steps)).toEqual({ path: "relay", up_kbps: 560, down_kbps: 450, loss: 0.01, rtt_ms: 40 });
  });

  it("reports a line on which not even the first step held", () => {
    const found = figuresOf("direct", [step(120, { receivedKbps: 40, lossUp: 0.4, rttMs: 900 })]);
    expect(found).toEqual({ path: "direct", up_kbps: 72, down_kbps: 40, loss: 0.4, rtt_ms: 900 });
    expect(verdictOf(found)).toBe("weak");
  });

  it("says so when nothing was measured", () => {
    expect(figuresOf("relay", [])).toEqual(UNTESTED);
  });
});

describe("the verdict", () => {
  it("has the server's limits", () => {
    expect(verdictOf(figures())).toBe("good");
    expect(verdictOf(figures({ up_kbps: 399 }))).toBe("fair");
    expect(verdictOf(figures({ loss: 0.02 }))).toBe("fair");
    expect(verdictOf(figures({ down_kbps: 99 }))).toBe("weak");
    expect(verdictOf(figures({ rtt_ms: 600 }))).toBe("weak");
    expect([verdictOf(BLOCKED), verdictOf(UNTESTED)]).toEqual(["weak", "unknown"]);
    const server = readFileSync(new URL("../../clinical_store/quality_model.py", import.meta.url), "utf8");
    for (const line of ["WEAK_KBPS, FAIR_KBPS = 100, 400", "WEAK_LOSS, FAIR_LOSS = 0.05, 0.02", "WEAK_RTT_MS, FAIR_RTT_MS = 600, 300"]) {
      expect(server).toContain(line);
    }
  });
});

describe("the words", () => {
  it("tell the clinic's side in one line", () => {
    expect(lineWords(view())).toBe("good · 1.8 Mbit/s up");
    expect(lineWords(view({ verdict: "weak", up_kbps: 60 }))).toBe("weak: sound only advised · 60 kbit/s up");
    expect(lineWords(view({ verdict: "weak", path: "blocked", up_kbps: null }))).toBe("blocked: picture and sound do not get through");
    expect(lineWords(view({ verdict: "unknown", path: "untested", up_kbps: null }))).toBe("not checked");
    expect(deviceWords(view())).toBe("");
    expect(deviceWords(view({ microphone: "quiet", camera: "dark", speaker: "untried" }))).toBe("microphone not heard yet, camera dark or covered");
  });

  it("say which way was tried", () => {
    expect(wayTried(figures(), true)).toBe("Checked through the clinic's relay.");
    expect(wayTried(figures({ path: "direct" }), false)).toContain("has no relay");
    expect(wayTried(figures({ path: "direct" }), true)).toContain("did not answer");
    expect(ownLine(BLOCKED)).toContain("do not get through");
    expect([rate(60), rate(1840)]).toEqual(["60 kbit/s", "1.8 Mbit/s"]);
  });
});

describe("the microphone", () => {
  const judgedAs = (alive: boolean) => (...levels: number[]) => {
    const check = new MicrophoneCheck();
    for (const level of levels) check.add(level, alive);
    return check.verdict;
  };
  const judged = judgedAs(true);
  it("is silent, quiet, good, or in loud surroundings", () => {
    expect(judgedAs(false)(...Array<number>(50).fill(0))).toBe("silent");
    expect(judged(...Array<number>(50).fill(0))).toBe("quiet");
    expect(judged(0, 0, 0.1)).toBe("quiet");
    expect(judged(...Array<number>(50).fill(0.1), 0.6)).toBe("good");
    expect(judged(...Array<number>(50).fill(0.5))).toBe("noisy");
    expect(judged(0.6, ...Array<number>(300).fill(0.05))).toBe("good");
  });
});

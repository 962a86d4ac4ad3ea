import { describe, expect, it } from "vitest";

import type { QualityPoint } from "../src/api/types";
import { barsOf, episodesOf, goodShare, holesOf } from "../src/ui/quality-history";

const point = (at: number, up = 99, upCause: string | null = null, down = 99, downCause: string | null = null): QualityPoint => ({
  at, up, down, up_cause: upCause, down_cause: downCause,
});

describe("the history of a call", () => {
  it("draws a bar for each window and a hole where nothing is known", () => {
    const points = [point(5.2), point(10.2, 50), point(40, 20)];
    expect(barsOf(points, "up", 5)).toEqual([
      { from: expect.closeTo(0.2, 5) as number, to: 5.2, score: 99, level: "excellent" },
      { from: expect.closeTo(5.2, 5) as number, to: 10.2, score: 50, level: "good" },
      { from: 35, to: 40, score: 20, level: "lost" },
    ]);
    expect(holesOf(points, 5)).toEqual([{ from: 10.2, to: 35 }]);
    expect(holesOf([], 5)).toEqual([]);
  });

  it("joins windows of one cause and keeps directions apart", () => {
    const points = [
      point(5, 60, "uplink_weak"), point(10, 45, "uplink_weak"), point(15), point(20, 70, "uplink_weak"),
      point(25, 99, null, 80, "slow"), point(60, 70, "uplink_weak"),
    ];
    expect(episodesOf(points, 5)).toEqual([
      { from: 0, to: 20, direction: "up", words: "Weak connection", lowest: 45 },
      { from: 20, to: 25, direction: "down", words: "Slow connection", lowest: 80 },
      { from: 55, to: 60, direction: "up", words: "Weak connection", lowest: 70 },
    ]);
  });

  it("names a poor stretch without a cause, and shows a cause it does not know as it is", () => {
    expect(episodesOf([point(5, 35), point(10, 99, "sunspots")], 5).map((one) => one.words)).toEqual(["Poor connection", "sunspots"]);
  });

  it("says how much of the time was good", () => {
    expect(goodShare([])).toBe(1);
    expect(goodShare([point(5), point(10, 40), point(15, 99, null, 20), point(20)])).toBe(0.5);
  });
});

import { describe, expect, it } from "vitest";

import type { Problem } from "../src/api/types";
import type { Peer } from "../src/media/peer";
import { PeerRace } from "../src/media/peer-race";
import { LineSilence, Silence } from "../src/media/silence";
import { isFinal } from "../src/socket/entry";

describe("silence", () => {
  const heard = (every: number, times: number) => {
    const line = new Silence();
    for (let n = 0; n < times; n++) line.note(`${n}`, n * every);
    return { line, last: (times - 1) * every };
  };

  it("is short for a line that carried sound", () => {
    const { line, last } = heard(500, 10);
    expect(line.lost(last + 1_400)).toBe(false);
    expect(line.lost(last + 1_500)).toBe(true);
  });

  it("is long for a line nobody sends on", () => {
    const { line, last } = heard(1_500, 10);
    expect(line.lost(last + 4_000)).toBe(false);
    expect(line.lost(last + 4_500)).toBe(true);
    expect(heard(1, 1).line.lost(5_999)).toBe(false);
    expect(new Silence().lost(100_000)).toBe(false);
  });
});

describe("the silence of a line", () => {
  const line = (media: number, checks: number, times: number) => {
    const silence = new LineSilence();
    for (let n = 0; n < times; n++) {
      silence.note({ media: `${Math.floor(n * media)}`, anything: `${Math.floor(n * media)}/${Math.floor(n * checks)}` }, n * 500);
    }
    return silence;
  };

  it("is that of the media where media flowed, though checks are answered", () => {
    const silence = line(1, 1, 10);
    for (let n = 10; n < 14; n++) silence.note({ media: "9", anything: `9/${n}` }, n * 500);
    expect(silence.lost(6_000)).toBe(true);
  });

  it("is that of the checks where nobody sends", () => {
    const silence = line(0, 0.2, 40);
    expect(silence.lost(20_000)).toBe(false);
    expect(silence.lost(30_000)).toBe(true);
  });
});

class FakePeer {
  closed = false;
  connection = { iceConnectionState: "new", connectionState: "new" };
  close(): void {
    this.closed = true;
  }
}

const peer = () => new FakePeer() as unknown as Peer & FakePeer;
const never = () => new Promise<void>(() => undefined);

describe("the race of connections", () => {
  it("keeps the one that carries the call until another is connected, and at most three tries", () => {
    const told: string[] = [];
    const race = new PeerRace({ won: () => told.push("won"), failed: () => told.push("failed") });
    const [old, first, second, third, fourth] = [peer(), peer(), peer(), peer(), peer()];
    void race.start(old, 0, never);
    race.changed(old, "connected");
    expect(race.current).toBe(old);
    for (const one of [first, second, third, fourth]) void race.start(one, 1_000, never);
    expect([old.closed, first.closed, second.closed, third.closed]).toEqual([false, true, false, false]);
    race.changed(second, "connected");
    expect(race.current).toBe(second);
    expect([old.closed, third.closed, fourth.closed]).toEqual([true, false, false]);
    race.changed(fourth, "connected");
    expect(race.current).toBe(fourth);
    expect([second.closed, third.closed, fourth.closed]).toEqual([true, true, false]);
    race.changed(third, "failed");
    expect(told).toEqual(["won", "won", "won"]);
    const late = peer();
    void race.start(late, 2_000, never);
    race.tidy(6_000);
    expect([late.closed, race.trying]).toEqual([false, true]);
    race.tidy(6_001);
    expect([late.closed, race.trying]).toEqual([true, false]);
  });

  it("tries again after a moment, not while one is nearly there, at once in a new network, and tells after many", async () => {
    const race = new PeerRace({ won: () => undefined, failed: () => undefined });
    const hopeful = peer();
    void race.start(hopeful, 0, never);
    expect(race.due(1_400)).toBe(false);
    expect(race.due(1_500)).toBe(true);
    hopeful.connection.iceConnectionState = "connected";
    expect(race.due(3_000)).toBe(false);
    expect(race.due(4_000)).toBe(true);
    for (let n = 1; n < 4; n++) await race.start(peer(), n * 10_000, () => Promise.reject(new Error("no answer")));
    expect(race.hopeless).toBe(true);
    expect(race.due(31_000)).toBe(false);
    race.hurry();
    expect(race.due(31_000)).toBe(true);
    expect(race.hopeless).toBe(false);
  });
});

describe("a refusal", () => {
  const problem = (status: number, code: string): Problem => ({ status, code, title: "", next_step: "" });
  it("is final where another try changes nothing", () => {
    expect([403, 404, 409].map((status) => isFinal(problem(status, "x")))).toEqual([true, true, true]);
    expect([0, 408, 429, 500, 503].map((status) => isFinal(problem(status, "x")))).toEqual([false, false, false, false, false]);
    expect(isFinal(problem(403, "ticket_expired"))).toBe(false);
    expect(isFinal(problem(409, "room_elsewhere"))).toBe(false);
  });
});

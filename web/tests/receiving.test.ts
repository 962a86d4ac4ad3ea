import { beforeEach, describe, expect, it, vi } from "vitest";

import type { ViewMode } from "../src/media/adaptation";
import type { Participant } from "../src/socket/events";
import { Receiving } from "../src/socket/receiving";

const kept = new Map<string, string>();
vi.stubGlobal("sessionStorage", {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
});

const SOCKET = {};
const me = (view: ViewMode) => ({ view }) as Participant;

/** The room as this client meets it: its news of a wish comes before the answer to it. */
function room(refuses = false) {
  const asked: ViewMode[] = [];
  const receiving: Receiving = new Receiving("visit", {
    wish: (mode) => {
      asked.push(mode);
      if (refuses) return Promise.reject(new Error("no"));
      receiving.remind(me(mode), SOCKET);
      return Promise.resolve();
    },
    shown: () => Promise.resolve(),
  }, () => undefined);
  return { receiving, asked };
}

describe("a wish", () => {
  beforeEach(() => kept.clear());

  it("changed again is not changed back by the room's own news", async () => {
    const { receiving, asked } = room();
    for (const mode of ["audio_only", "auto", "save_data"] as const) await receiving.choose(mode);
    expect(asked).toEqual(["audio_only", "auto", "save_data"]);
  });

  it("is told once to a room that does not know it", async () => {
    const { receiving, asked } = room();
    await receiving.choose("audio_only");
    receiving.remind(me("auto"), {});
    expect(asked).toEqual(["audio_only", "audio_only"]);
  });

  it("that is refused is not kept", async () => {
    const { receiving } = room(true);
    await expect(receiving.choose("audio_only")).rejects.toThrow();
    expect(kept.size).toBe(0);
  });
});

/** What is said about consent while there is no line to the room. */
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { LocalMedia } from "../src/media/local-media";
import { RoomConnection } from "../src/socket/room-connection";

const entry = vi.hoisted(() => ({ entered: null as ((given: unknown) => void) | null, refused: null as ((problem: unknown) => void) | null }));
const said = vi.hoisted(() => [] as [unknown, string, unknown][]);

vi.mock("../src/socket/network", () => ({ watchNetwork: () => () => undefined, networkKind: () => null }));
vi.mock("../src/socket/entry", () => ({
  Entry: class {
    busy = false;
    begin(entered: (given: unknown) => void, refused: (problem: unknown) => void): void {
      this.busy = true;
      entry.entered = (given) => {
        this.busy = false;
        entered(given);
      };
      entry.refused = refused;
    }
    stop(): void {
      this.busy = false;
    }
  },
}));
vi.mock("../src/socket/room-socket", () => ({
  call: (socket: unknown, name: string, ask: unknown) => {
    said.push([socket, name, ask]);
    return Promise.resolve({});
  },
}));

const NO = { purpose: "record", granted: false, text_version: "1" } as const;

describe("a no without a line", () => {
  const media = { subscribe: () => () => undefined, state: () => ({}) } as unknown as LocalMedia;
  const line = () => {
    const connection = new RoomConnection("visit", media);
    connection.start();
    return connection;
  };
  beforeEach(() => {
    said.length = 0;
    vi.useFakeTimers();
  });

  it("is said as soon as there is one", async () => {
    const waiting = line().call("consent.set", NO);
    await Promise.resolve();
    expect(said).toEqual([]);
    const socket = { onAny: () => undefined, on: () => undefined, disconnect: () => undefined, connected: true };
    entry.entered?.({ socket, ticket: {} });
    await waiting;
    expect(said[0]).toEqual([socket, "consent.set", NO]);
  });

  it("is refused when there will be none", async () => {
    const waiting = line().call("consent.set", NO);
    entry.refused?.({ title: "Over", status: 409, code: "visit_ended" });
    await expect(waiting).rejects.toThrow();
    expect(said).toEqual([]);
  });

  it("is the only thing that waits", async () => {
    await expect(line().call("chat.send", { text: "words" })).rejects.toThrow();
  });
});

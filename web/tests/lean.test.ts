import { describe, expect, it } from "vitest";

import { withPacketTime } from "../src/media/lean";

const ANSWER = [
  "v=0", "a=group:BUNDLE 0 1 2", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=ptime:20", "a=candidate:1 1 udp 1 192.0.2.1 9 typ host",
  "a=end-of-candidates", "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:2", "",
].join("\r\n");

describe("the answer once more", () => {
  it("asks for longer packets of this person's own sound alone, over the way there is", () => {
    expect(withPacketTime(ANSWER, "lean").split("\r\n")).toEqual([
      "v=0", "a=group:BUNDLE 0 1 2", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=ptime:60",
      "m=video 9 UDP/TLS/RTP/SAVPF 96", "a=mid:1", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:2", "",
    ]);
    expect(withPacketTime(ANSWER, "sound")).toBe(withPacketTime(ANSWER, "lean"));
  });

  it("asks for none when everything is sent again", () => {
    expect(withPacketTime(withPacketTime(ANSWER, "lean"), "full")).not.toContain("ptime");
  });

  it("takes an answer that ends with its sound", () => {
    expect(withPacketTime("v=0\r\nm=audio 9 x 111\r\na=mid:0\r\n", "lean")).toBe("v=0\r\nm=audio 9 x 111\r\na=mid:0\r\na=ptime:60\r\n");
  });
});

import { describe, expect, it } from "vitest";
import { withSoundRepaired } from "../src/media/peer";

const OFFER = "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:96 VP8/90000\r\n";

describe("the offer", () => {
  it("asks for lost sound again, once, in every section of sound", () => {
    const twice = withSoundRepaired(withSoundRepaired(OFFER + OFFER));
    expect(twice.match(/a=rtcp-fb:111 nack\r\n/g)).toHaveLength(2);
    expect(twice).toContain("a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\na=fmtp:111");
    expect(twice).not.toContain("a=rtcp-fb:96");
  });
});

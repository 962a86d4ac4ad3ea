/** What this browser sends when its line upward carries no more: the room says so, because nothing in RTCP can. */

/** Everything; lean sound beside the camera; lean sound beside one small picture a second. */
export type Sending = "full" | "lean" | "sound";

const LEAN_SOUND_BITS_PER_SECOND = 16_000;
/** 50 packets a second cost 24 kbit/s of headers alone, 17 cost eight. */
const LEAN_PACKET_MS = 60;

/** The room's answer again, asking for longer packets of sound. Without candidates: the way stays as it is. */
export function withPacketTime(answer: string, sending: Sending): string {
  const known = answer.replace(/^a=(?:candidate:.*|end-of-candidates|ptime:.*)\r\n/gm, "");
  if (sending === "full") return known;
  return known.replace(/^(m=audio [\s\S]*?)(?=^m=|(?![\s\S]))/m, `$1a=ptime:${LEAN_PACKET_MS}\r\n`);
}

async function limited(sender: RTCRtpSender, change: (encoding: RTCRtpEncodingParameters) => void): Promise<void> {
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) change(encoding);
  await sender.setParameters(parameters);
}

/** One picture a second in 160x120: 5 to 10 kbit/s in Chromium 156, where the same camera freely takes 30 and more. */
const TRICKLE = { maxFramerate: 1, scaleResolutionDownBy: 4, maxBitrate: 10_000 } as const;

function free(encoding: RTCRtpEncodingParameters, cameraBitsPerSecond: number): void {
  Object.assign(encoding, { scaleResolutionDownBy: 1, maxBitrate: cameraBitsPerSecond });
  delete encoding.maxFramerate;
}

/** `cameraBitsPerSecond`: what the camera may take while the line carries it. */
export async function limit(microphone: RTCRtpSender, camera: RTCRtpSender, sending: Sending, cameraBitsPerSecond: number): Promise<void> {
  await limited(microphone, (encoding) => {
    if (sending === "full") delete encoding.maxBitrate;
    else encoding.maxBitrate = LEAN_SOUND_BITS_PER_SECOND;
  });
  await limited(camera, (encoding) => {
    if (sending === "sound") Object.assign(encoding, TRICKLE);
    else free(encoding, cameraBitsPerSecond);
  });
}

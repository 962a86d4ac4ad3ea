/** What this browser sends when its line upward carries no more: the room says so, because nothing in RTCP can. */

/** Everything; lean sound beside the camera; lean sound alone. */
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

export async function limit(microphone: RTCRtpSender, camera: RTCRtpSender, sending: Sending): Promise<void> {
  await limited(microphone, (encoding) => {
    if (sending === "full") delete encoding.maxBitrate;
    else encoding.maxBitrate = LEAN_SOUND_BITS_PER_SECOND;
  });
  await limited(camera, (encoding) => {
    encoding.active = sending !== "sound";
  });
}

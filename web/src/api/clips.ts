/** Moments of a recording, fetched whole: a few seconds are small, and a refusal can be read. */
import { requestBlob } from "./http";

export interface Clip {
  media: Blob;
  /** Clips begin at the key frame before the asked moment: seconds to skip. */
  skip: number;
}

/** `from` and `to` in seconds since the visit's media began. Throws `ServiceProblem`. */
export async function fetchClip(segmentId: string, from: number, to: number, signal: AbortSignal): Promise<Clip> {
  const query = new URLSearchParams({ from: from.toFixed(2), to: to.toFixed(2) });
  const { blob, headers } = await requestBlob(`/api/recordings/${encodeURIComponent(segmentId)}/clip?${query.toString()}`, signal);
  const start = Number(headers.get("X-Clip-Start") ?? from);
  return { media: blob, skip: Math.max(0, from - start) };
}

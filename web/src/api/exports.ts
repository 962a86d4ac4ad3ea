/** The transcript as a file, fetched whole so that a refusal can be read. */
import { requestBlob } from "./http";

export type ExportFormat = "json" | "txt" | "vtt" | "srt";

/** The name the server gives the file, or one of our own. */
export function fileName(headers: Headers, fallback: string): string {
  return /filename="?([^";]+)"?/u.exec(headers.get("Content-Disposition") ?? "")?.[1] ?? fallback;
}

/** Throws `ServiceProblem`. */
export async function fetchExport(visitId: string, format: ExportFormat): Promise<{ file: Blob; name: string }> {
  const path = `/api/visits/${encodeURIComponent(visitId)}/transcript/export?format=${format}`;
  const { blob, headers } = await requestBlob(path, new AbortController().signal);
  return { file: blob, name: fileName(headers, `transcript.${format}`) };
}

/** Sending a file into a visit's chat. XMLHttpRequest, since fetch tells nothing of how far an upload has come. */
import { problemIn, ServiceProblem, UNREACHABLE } from "./http";
import type { ChatMessage } from "./types";

export interface Upload {
  /** Rejects with `ServiceProblem`, or with an `AbortError` when it was cancelled. */
  done: Promise<ChatMessage>;
  cancel: () => void;
}

/** What the file chooser offers. An iPhone makes a JPEG of its own format where only JPEG is asked for. */
export const TAKEN_TYPES = "application/pdf,image/jpeg,image/png,text/plain,.pdf,.jpg,.jpeg,.png,.txt";

export function sendFile(visitId: string, file: File, progress: (share: number) => void): Upload {
  const asking = new XMLHttpRequest();
  const done = new Promise<ChatMessage>((resolve, reject) => {
    asking.upload.addEventListener("progress", ({ lengthComputable, loaded, total }) => {
      if (lengthComputable && total > 0) progress(loaded / total);
    });
    asking.addEventListener("load", () => {
      if (asking.status === 201) resolve(JSON.parse(asking.responseText) as ChatMessage);
      else reject(new ServiceProblem(problemIn(asking.status, asking.responseText)));
    });
    asking.addEventListener("error", () => reject(new ServiceProblem(UNREACHABLE)));
    asking.addEventListener("abort", () => reject(new DOMException("cancelled", "AbortError")));
  });
  asking.open("POST", `/api/visits/${encodeURIComponent(visitId)}/files`);
  asking.setRequestHeader("X-File-Name", encodeURIComponent(file.name.normalize("NFC")));
  asking.setRequestHeader("Content-Type", "application/octet-stream");
  asking.send(file);
  return { done, cancel: () => asking.abort() };
}

/** 1,234,567 as "1.2 MB": in thousands, as a phone counts. */
export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [value, unit] = bytes < 999_500 ? [bytes / 1_000, "KB"] : [bytes / 1_000_000, "MB"];
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toString()} ${unit}`;
}

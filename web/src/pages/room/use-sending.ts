import { useEffect, useRef, useState } from "react";

import type { ChatMessage } from "../../api/types";
import { sendFile, type Upload } from "../../api/upload";
import { notify, notifyProblem } from "../../ui/notices";

export interface Sending {
  key: number;
  name: string;
  size: number;
  /** 0 to 1. */
  share: number;
}

/** Files on their way into the chat, one after the other. Leaving the room stops them. */
export function useSending(visitId: string) {
  const [sending, setSending] = useState<readonly Sending[]>([]);
  const [sent, setSent] = useState<readonly ChatMessage[]>([]);
  const uploads = useRef(new Map<number, Upload>());
  const line = useRef<Promise<void>>(Promise.resolve());
  const next = useRef(1);
  const stopped = useRef(new Set<number>());

  const gone = useRef(false);

  useEffect(() => {
    const running = uploads.current;
    gone.current = false;
    return () => {
      gone.current = true; // those still in line, too
      for (const upload of running.values()) upload.cancel();
    };
  }, []);

  const drop = (key: number) => setSending((all) => all.filter((one) => one.key !== key));

  const run = async (key: number, file: File) => {
    if (gone.current || stopped.current.has(key)) return;
    const upload = sendFile(visitId, file, (share) => setSending((all) => all.map((one) => (one.key === key ? { ...one, share } : one))));
    uploads.current.set(key, upload);
    try {
      const message = await upload.done;
      setSent((all) => [...all, message]);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") notify("info", "The file was not sent", "You stopped it.");
      else notifyProblem(error);
    } finally {
      uploads.current.delete(key);
      drop(key);
    }
  };

  const send = (files: readonly File[]) => {
    for (const file of files) {
      const key = next.current++;
      setSending((all) => [...all, { key, name: file.name, size: file.size, share: 0 }]);
      line.current = line.current.then(() => run(key, file));
    }
  };

  const cancel = (key: number) => {
    stopped.current.add(key);
    uploads.current.get(key)?.cancel();
    drop(key);
  };

  return { sending, sent, send, cancel };
}

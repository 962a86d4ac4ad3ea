/** What happened, said once to everybody: shown at the edge of the page and read out by screen readers. */
import { useSyncExternalStore } from "react";

import { asProblem, furtherWords } from "../api/http";

export type NoticeKind = "info" | "success" | "problem";

export interface Notice {
  id: number;
  kind: NoticeKind;
  title: string;
  detail: string;
}

/** More than this at a time would cover the page; the oldest goes first. */
const MOST = 3;
const SHOWN_MS = { info: 6_000, success: 6_000, problem: 14_000 } as const;

let notices: readonly Notice[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function change(next: readonly Notice[]): void {
  notices = next;
  for (const listener of listeners) listener();
}

export function dismiss(id: number): void {
  change(notices.filter((notice) => notice.id !== id));
}

export function notify(kind: NoticeKind, title: string, detail = ""): void {
  const same = notices.find((notice) => notice.title === title && notice.detail === detail);
  if (same !== undefined) return;
  const id = nextId++;
  change([...notices, { id, kind, title, detail }].slice(-MOST));
  setTimeout(() => dismiss(id), SHOWN_MS[kind]);
}

/** Shows a refusal in the server's own words: what happened and what to do next. */
export function notifyProblem(error: unknown): void {
  const problem = asProblem(error);
  notify("problem", problem.title, furtherWords(problem));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useNotices(): readonly Notice[] {
  return useSyncExternalStore(subscribe, () => notices);
}

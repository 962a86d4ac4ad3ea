/** Whether this person reads captions: one choice for all rooms and recordings in this browser. */
import { useSyncExternalStore } from "react";

const KEY = "consultroom.captions";
const listeners = new Set<() => void>();
/** Where the browser keeps nothing, the choice lasts as long as the page. */
let chosen: boolean | null = null;

function read(): boolean {
  if (chosen !== null) return chosen;
  try {
    chosen = localStorage.getItem(KEY) === "on";
  } catch {
    chosen = false;
  }
  return chosen;
}

function choose(on: boolean): void {
  chosen = on;
  try {
    localStorage.setItem(KEY, on ? "on" : "off");
  } catch {
    // Not kept for the next page.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useCaptionsChoice(): [on: boolean, choose: (on: boolean) => void] {
  return [useSyncExternalStore(subscribe, read), choose];
}

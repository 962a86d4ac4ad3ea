/**
 * What a reloaded tab needs to walk straight back into the call, as it left it: whoever was muted stays muted. In this
 * tab only, and only for as long as the call lasts.
 */
const KEY = "consultroom.in-call";

export interface Remembered {
  visitId: string;
  microphoneOn: boolean;
  cameraOn: boolean;
  microphoneId: string;
  cameraId: string;
}

function isRemembered(value: unknown): value is Remembered {
  const one = value as Partial<Record<keyof Remembered, unknown>> | null;
  return typeof one === "object" && one !== null
    && [one.visitId, one.microphoneId, one.cameraId].every((text) => typeof text === "string")
    && [one.microphoneOn, one.cameraOn].every((flag) => typeof flag === "boolean");
}

/** Null when this tab was not in the call of this visit. */
export function remembered(visitId: string): Remembered | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return isRemembered(value) && value.visitId === visitId ? value : null;
  } catch {
    return null; // no storage here, or not what we wrote
  }
}

export function remember(inCall: Remembered | null): void {
  try {
    if (inCall === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, JSON.stringify(inCall));
  } catch {
    // Without storage a reload leads through the device check again.
  }
}

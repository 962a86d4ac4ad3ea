import type { EncounterNote } from "../../api/types";

/** Who saved last, to a reader who may be that person at another window or device. */
export function savedBy({ last_saved_by: name }: Pick<EncounterNote, "last_saved_by">, me: string | undefined): string {
  if (name === null) return "Somebody else";
  return name === me ? "You (in another window)" : name;
}

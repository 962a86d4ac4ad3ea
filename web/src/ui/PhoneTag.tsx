import type { Visit } from "../api/types";
import { spoken } from "../media/adaptation";
import { Pill } from "./Pill";
import { clockTime } from "./time";

/** That a visit goes on, or went on, by phone; the reference is what callers say. */
export function PhoneTag({ visit }: { visit: Pick<Visit, "phone_since" | "phone_reference"> }) {
  if (visit.phone_since === null) return null;
  return <span data-testid="phone-tag"><Pill tone="amber">By phone since {clockTime(visit.phone_since)}, reference {spoken(visit.phone_reference ?? "")}</Pill></span>;
}

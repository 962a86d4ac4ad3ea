import type { GuestVisit, Visit } from "../../api/types";

/** A guest's visit in the form of the room's pages. What a guest may not know is empty. */
export function asVisit(guest: GuestVisit): Visit {
  return {
    id: guest.visit_id,
    status: guest.status,
    starts_at: guest.starts_at,
    ends_at: guest.ends_at,
    doctor_name: guest.doctor_name,
    doctor_id: "",
    patient_name: "",
    join_path: "/join",
    waiting_since: null,
    note_status: null,
    reason: null,
    line: null,
    phone_since: null,
    phone_reference: null,
  };
}

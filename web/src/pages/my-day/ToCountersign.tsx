/** Trainees' signed notes that wait for this doctor; nothing at all where none does. */
import { useQuery } from "@tanstack/react-query";

import { asProblem } from "../../api/http";
import { awaitingNotesQuery } from "../../api/queries";
import type { AwaitingNote } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { Refused } from "../../ui/States";
import { dateAndTime } from "../../ui/time";
import classes from "./MyDay.module.css";

/** Each look leaves an audit row: often enough for a signature, no oftener. */
const RENEW_MS = 60_000;

function Waiting({ note }: { note: AwaitingNote }) {
  return (
    <li className={`card ${classes["visit"] ?? ""}`} data-testid="to-countersign" data-visit={note.visit_id}>
      <div className="grow">
        <h3>{note.patient_name}</h3>
        <p className="soft small">Signed by {note.signed_by}, {dateAndTime(note.signed_at)}</p>
      </div>
      <div className={classes["actions"]}>
        <ButtonLink to="/visits/$visitId/note" params={{ visitId: note.visit_id }} variant="default" leftSection={<Icon name="note" size={18} />}
          aria-label={`Read and countersign: ${note.patient_name}`}>Read and countersign</ButtonLink>
      </div>
    </li>
  );
}

export function ToCountersign() {
  const notes = useQuery({ ...awaitingNotesQuery, refetchInterval: RENEW_MS });
  // A trainee countersigns nothing: for them there is no such list.
  const isMine = notes.error === null || asProblem(notes.error).code !== "forbidden";
  const failed = notes.isError && notes.data === undefined && isMine;
  if (!failed && (notes.data ?? []).length === 0) return null;
  return (
    <section className={classes["day"]} aria-labelledby="to-countersign">
      <h2 id="to-countersign">Notes to countersign</h2>
      {failed
        ? <div className="card"><Refused error={notes.error} retry={() => void notes.refetch()} /></div>
        : <ul className={classes["list"]}>{notes.data?.map((note) => <Waiting key={note.visit_id} note={note} />)}</ul>}
    </section>
  );
}

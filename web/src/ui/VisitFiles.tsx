import { useQuery } from "@tanstack/react-query";

import { filesQuery } from "../api/queries";
import { FileLine } from "./FileLine";
import { dateAndTime } from "./time";
import classes from "./VisitFiles.module.css";

/** What was sent in the chat of a visit, afterwards. Nothing is shown where nothing was sent. */
export function VisitFiles({ visitId }: { visitId: string }) {
  const files = useQuery(filesQuery(visitId));
  if (files.data === undefined || files.data.length === 0) return null;
  return (
    <section className={`card no-print ${classes["files"] ?? ""}`} aria-labelledby="visit-files" data-testid="visit-files">
      <h2 id="visit-files">Files of this visit</h2>
      <ul>
        {files.data.map((one) => (
          <li key={one.id}>
            <FileLine visitId={visitId} file={one} />
            <p className="small soft">{one.sender_name}, {dateAndTime(one.sent_at)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

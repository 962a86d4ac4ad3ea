import { useQuery } from "@tanstack/react-query";

import { qualityQuery } from "../../api/queries";
import type { VisitQuality } from "../../api/types";
import { CallQuality } from "../../ui/CallQuality";
import classes from "./Note.module.css";

/** What was measured last is written some seconds after a call's end: a page opened at once looks again. */
const AGAIN_MS = 10_000;

/** Why somebody was hard to understand belongs to the visit; no line of the note speaks of it. */
function anyPoints(history: VisitQuality | undefined): boolean {
  return history?.participants.some((one) => one.points.length > 0) ?? false;
}

export function LineHistory({ visitId, running }: { visitId: string; running: boolean }) {
  const { data } = useQuery({
    ...qualityQuery(visitId),
    refetchInterval: ({ state }) => running || !anyPoints(state.data) ? AGAIN_MS : false,
  });
  if (data === undefined || !anyPoints(data)) return null;
  return (
    <section className={`card no-print ${classes["beside"] ?? ""}`} aria-labelledby="call-quality" data-testid="call-quality">
      <h2 id="call-quality">Call quality</h2>
      <p className="soft small">Each person&apos;s connection, every {data.interval} seconds. Dark lines mark what the table names; grey is time without a connection.</p>
      <CallQuality participants={data.participants} interval={data.interval} />
    </section>
  );
}

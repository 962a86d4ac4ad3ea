import { useQuery } from "@tanstack/react-query";

import { qualityQuery } from "../../api/queries";
import { CallQuality } from "../../ui/CallQuality";
import classes from "./Note.module.css";

/** Why somebody was hard to understand belongs to the visit; no line of the note speaks of it. */
export function LineHistory({ visitId, running }: { visitId: string; running: boolean }) {
  const { data } = useQuery({ ...qualityQuery(visitId), refetchInterval: running ? 30_000 : false });
  if (!data?.participants.some((one) => one.points.length > 0)) return null;
  return (
    <section className={`card no-print ${classes["beside"] ?? ""}`} aria-labelledby="call-quality" data-testid="call-quality">
      <h2 id="call-quality">Call quality</h2>
      <p className="soft small">Each person&apos;s connection, every {data.interval} seconds. Dark lines mark what the table names; grey is time without a connection.</p>
      <CallQuality participants={data.participants} interval={data.interval} />
    </section>
  );
}

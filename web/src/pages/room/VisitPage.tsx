/** A visit from its link, for somebody who is signed in. */
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";

import { sessionQuery, visitQuery } from "../../api/queries";
import { BareFrame } from "../../ui/BareFrame";
import { PageHead } from "../../ui/PageHead";
import { LoadingRows, Refused } from "../../ui/States";
import { VisitFlow } from "./VisitFlow";

export function VisitPage() {
  const { visitId } = useParams({ from: "/bare/visits/$visitId" });
  const { watch = false } = useSearch({ from: "/bare/visits/$visitId" });
  const visit = useQuery(visitQuery(visitId));
  const session = useQuery(sessionQuery);
  if (visit.data !== undefined && session.data != null) {
    return <VisitFlow key={visitId} here={{ visit: visit.data, session: session.data }} watch={watch} />;
  }
  return (
    <BareFrame>
      <PageHead title="Visit" />
      {visit.isError ? <Refused error={visit.error} retry={() => void visit.refetch()} /> : <LoadingRows label="Opening the visit" />}
    </BareFrame>
  );
}

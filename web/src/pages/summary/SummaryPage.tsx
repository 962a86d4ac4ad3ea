import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";

import { ServiceProblem } from "../../api/http";
import { summaryPdfPath, summaryQuery } from "../../api/queries";
import type { VisitSummary } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { SummaryBody } from "../../ui/SummaryBody";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { dateAndTime, fullDate } from "../../ui/time";
import { VisitFiles } from "../../ui/VisitFiles";
import classes from "./Summary.module.css";

const differs = ({ sections }: VisitSummary) => sections.some(({ lines, signed_lines }) => lines.join() !== signed_lines.join());

/** The same note in two wordings; plain words come first. */
function Wording({ asSigned, choose }: { asSigned: boolean; choose: (asSigned: boolean) => void }) {
  const choices = [[false, "In plain words"], [true, "As your doctor wrote it"]] as const;
  return (
    <div className={`${classes["wording"] ?? ""} no-print`} role="group" aria-label="Wording">
      {choices.map(([signed, words]) => (
        <button key={words} type="button" aria-pressed={signed === asSigned} onClick={() => choose(signed)} data-testid={signed ? "as-signed" : "in-plain-words"}>{words}</button>
      ))}
    </div>
  );
}

function Document({ summary }: { summary: VisitSummary }) {
  const [asSigned, choose] = useState(false);
  return (
    <article className={`card ${classes["paper"] ?? ""}`}>
      <dl className={classes["facts"]}>
        <div><dt>Patient</dt><dd>{summary.patient_name}</dd></div>
        <div><dt>Doctor</dt><dd>{summary.doctor_name}</dd></div>
        <div><dt>Visit</dt><dd>{dateAndTime(summary.date)}</dd></div>
      </dl>
      {differs(summary) && <Wording asSigned={asSigned} choose={choose} />}
      <SummaryBody summary={summary} asSigned={asSigned} />
      <footer className={classes["foot"]}><Icon name="lock" size={18} />Signed by {summary.signed_by} on {dateAndTime(summary.signed_at)}</footer>
    </article>
  );
}

export function SummaryPage() {
  const { visitId } = useParams({ from: "/framed/guarded/visits/$visitId/summary" });
  const summary = useQuery(summaryQuery(visitId));
  if (summary.isPending) return <LoadingRows rows={3} label="Opening the summary" />;
  if (summary.isError) {
    const early = summary.error instanceof ServiceProblem && summary.error.code === "summary_not_ready";
    return (
      <>
        <PageHead title="Visit summary" />
        <div className="card">
          {early
            ? <Empty icon="clock" title="The summary is not ready yet" action={<ButtonLink to="/" variant="default">My visits</ButtonLink>}>Your doctor is still working on the note. As soon as it is signed, you can read it here.</Empty>
            : <Refused error={summary.error} retry={() => void summary.refetch()} />}
        </div>
      </>
    );
  }
  return (
    <>
      <PageHead title="Visit summary" lead={`${fullDate(summary.data.date)}, ${summary.data.doctor_name}`}>
        <Button component="a" href={summaryPdfPath(visitId)} download variant="default" leftSection={<Icon name="download" size={18} />} data-testid="summary-pdf">PDF</Button>
        <Button variant="default" leftSection={<Icon name="print" size={18} />} onClick={() => window.print()}>Print</Button>
      </PageHead>
      <Document summary={summary.data} />
      <VisitFiles visitId={visitId} />
    </>
  );
}

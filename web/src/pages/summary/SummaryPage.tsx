import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { ServiceProblem } from "../../api/http";
import { summaryQuery } from "../../api/queries";
import type { VisitSummary } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { dateAndTime, fullDate } from "../../ui/time";
import { VisitFiles } from "../../ui/VisitFiles";
import classes from "./Summary.module.css";

function Document({ summary }: { summary: VisitSummary }) {
  return (
    <article className={`card ${classes["paper"] ?? ""}`}>
      <dl className={classes["facts"]}>
        <div><dt>Patient</dt><dd>{summary.patient_name}</dd></div>
        <div><dt>Doctor</dt><dd>{summary.doctor_name}</dd></div>
        <div><dt>Visit</dt><dd>{dateAndTime(summary.date)}</dd></div>
      </dl>
      {summary.sections.map(({ section, title, lines }) => (
        <section key={section} className={classes["section"]} data-testid="summary-section" data-section={section}>
          <h2>{title}</h2>
          <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
        </section>
      ))}
      {summary.addenda.length > 0 && (
        <section className={classes["section"]} aria-label="Added later">
          <h2>Added later</h2>
          <ul>
            {summary.addenda.map((one) => (
              <li key={one.id} data-testid="addendum"><span className="soft small">{dateAndTime(one.added_at)}, {one.author_name}</span><br />{one.text}</li>
            ))}
          </ul>
        </section>
      )}
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
        <Button variant="default" leftSection={<Icon name="print" size={18} />} onClick={() => window.print()}>Print</Button>
      </PageHead>
      <Document summary={summary.data} />
      <VisitFiles visitId={visitId} />
    </>
  );
}

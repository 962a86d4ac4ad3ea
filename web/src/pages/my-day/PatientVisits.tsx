import { useQuery } from "@tanstack/react-query";

import { visitsQuery } from "../../api/queries";
import type { Session, Visit } from "../../api/types";
import { Avatar } from "../../ui/Avatar";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { addDays, clockTime, fullDate, relativeDay, startOfDay } from "../../ui/time";
import classes from "./MyDay.module.css";
import { VisitRow } from "./VisitRow";

const RENEW_MS = 15_000;
const DAYS_BACK = 365;
const DAYS_AHEAD = 120;

function JoinLink({ visit, large = false }: { visit: Visit; large?: boolean }) {
  return (
    <ButtonLink to="/visits/$visitId" params={{ visitId: visit.id }} size={large ? "lg" : "md"}
      data-testid="join-visit" leftSection={<Icon name="camera" />} aria-label={`Join the visit with ${visit.doctor_name}`}>
      Join
    </ButtonLink>
  );
}

function NextVisit({ visit }: { visit: Visit }) {
  return (
    <section className={classes["next"]} aria-labelledby="next-visit" data-testid="visit" data-visit={visit.id} data-status={visit.status}>
      <Avatar name={visit.doctor_name} size={64} />
      <div className="grow">
        <h2 id="next-visit" className={classes["nextTitle"]}>
          {visit.status === "in_progress" ? "Your visit is going on" : "Your next visit"}
        </h2>
        <p className={classes["nextWhen"]}>
          {relativeDay(visit.starts_at)}, <span className="tabular">{clockTime(visit.starts_at)}</span> with {visit.doctor_name}
        </p>
        <p className="small">Come a few minutes early: we check your camera and microphone with you first.</p>
      </div>
      <JoinLink visit={visit} large />
    </section>
  );
}

function PastVisit({ visit }: { visit: Visit }) {
  const signed = visit.note_status === "signed";
  return (
    <VisitRow visit={visit} who={visit.doctor_name} detail={`${fullDate(visit.starts_at)}${signed ? "" : " · the summary is not signed yet"}`}>
      {signed && (
        <ButtonLink to="/visits/$visitId/summary" params={{ visitId: visit.id }} variant="default"
          data-testid="open-summary" leftSection={<Icon name="note" size={18} />}>
          Visit summary
        </ButtonLink>
      )}
    </VisitRow>
  );
}

function VisitLists({ visits }: { visits: Visit[] }) {
  const inOrder = [...visits].sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const ahead = inOrder.filter((visit) => visit.status !== "ended");
  const past = inOrder.filter((visit) => visit.status === "ended").reverse();
  const [next, ...later] = ahead;
  return (
    <>
      {next !== undefined && <NextVisit visit={next} />}
      {later.length > 0 && (
        <section className={classes["day"]} aria-labelledby="later">
          <h2 id="later">Later</h2>
          <ul className={classes["list"]}>
            {later.map((visit) => (
              <VisitRow key={visit.id} visit={visit} who={visit.doctor_name} detail={relativeDay(visit.starts_at)}>
                <JoinLink visit={visit} />
              </VisitRow>
            ))}
          </ul>
        </section>
      )}
      {past.length > 0 && (
        <section className={classes["day"]} aria-labelledby="past">
          <h2 id="past">Past visits</h2>
          <ul className={classes["list"]}>{past.map((visit) => <PastVisit key={visit.id} visit={visit} />)}</ul>
        </section>
      )}
    </>
  );
}

export function PatientVisits({ session }: { session: Session }) {
  const today = startOfDay();
  const visits = useQuery({
    ...visitsQuery(addDays(today, -DAYS_BACK).toISOString(), addDays(today, DAYS_AHEAD).toISOString()),
    refetchInterval: RENEW_MS,
  });
  const book = (
    <ButtonLink to="/book" variant="default" leftSection={<Icon name="plus" size={18} />} data-testid="book-visit">
      Book a visit
    </ButtonLink>
  );
  return (
    <>
      <PageHead title={`Hello, ${session.display_name}`}>{visits.data?.length === 0 ? null : book}</PageHead>
      {visits.isPending && <LoadingRows label="Loading your visits" />}
      {visits.isError && visits.data === undefined && <Refused error={visits.error} retry={() => void visits.refetch()} />}
      {visits.data?.length === 0 && (
        <div className="card">
          <Empty icon="calendar" title="You have no visits yet" action={book}>Pick a doctor and a time that suits you; the visit happens right here in your browser.</Empty>
        </div>
      )}
      {visits.data !== undefined && <VisitLists visits={visits.data} />}
    </>
  );
}

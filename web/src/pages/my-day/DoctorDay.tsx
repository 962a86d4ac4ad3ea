import { Button } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { startDemoConsult } from "../../api/commands";
import { demoQuery, visitsQuery } from "../../api/queries";
import type { Session, Visit } from "../../api/types";
import { Avatar } from "../../ui/Avatar";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { LineTag } from "../../ui/LineTag";
import { notifyProblem } from "../../ui/notices";
import { PageHead } from "../../ui/PageHead";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { addDays, clockTime, longDay, relativeDay, startOfDay } from "../../ui/time";
import classes from "./MyDay.module.css";
import { ToCountersign } from "./ToCountersign";
import { VisitRow, WaitTimer } from "./VisitRow";

/** People come while the page stands open: the list renews itself this often. */
const RENEW_MS = 4_000;
const DAYS_AHEAD = 7;

function NoteLink({ visit }: { visit: Visit }) {
  const words = { none: "Note", draft: "Note (draft)", awaiting_countersignature: "Note (to countersign)", signed: "Note (signed)" }[visit.note_status ?? "none"];
  return (
    <ButtonLink to="/visits/$visitId/note" params={{ visitId: visit.id }} variant="default" data-testid="open-note"
      leftSection={<Icon name={visit.note_status === "signed" ? "lock" : "note"} size={18} />} aria-label={`${words}: ${visit.patient_name}`}>
      {words}
    </ButtonLink>
  );
}

function RecordingLink({ visit }: { visit: Visit }) {
  if (visit.status !== "ended") return null;
  return (
    <ButtonLink to="/visits/$visitId/recording" params={{ visitId: visit.id }} variant="default" data-testid="open-recording"
      leftSection={<Icon name="film" size={18} />} aria-label={`Recording: ${visit.patient_name}`}>
      Recording
    </ButtonLink>
  );
}

function RoomLink({ visit, primary }: { visit: Visit; primary: boolean }) {
  if (visit.status === "ended") return null;
  return (
    <ButtonLink to="/visits/$visitId" params={{ visitId: visit.id }} variant={primary ? "filled" : "default"}
      data-testid="join-visit" leftSection={<Icon name="camera" size={18} />} aria-label={`Open room: ${visit.patient_name}`}>
      Open room
    </ButtonLink>
  );
}

function WaitingCard({ visit }: { visit: Visit }) {
  return (
    <li className={classes["waiting"]} data-testid="visit" data-visit={visit.id} data-status={visit.status}>
      <Avatar name={visit.patient_name} size={52} />
      <div className="grow">
        <h3>{visit.patient_name}</h3>
        <p className="small">
          Booked for {clockTime(visit.starts_at)}
          {visit.reason !== null && visit.reason !== "" && <> · {visit.reason}</>}
        </p>
        <LineTag line={visit.line} label="Patient's connection" />
      </div>
      <p className={classes["timer"]}>
        <span className="small">waiting for</span>
        {visit.waiting_since === null ? "a moment" : <WaitTimer since={visit.waiting_since} />}
      </p>
      <RoomLink visit={visit} primary />
    </li>
  );
}

function DemoConsult() {
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: startDemoConsult,
    onSuccess: ({ visit_id }) => navigate({ to: "/visits/$visitId", params: { visitId: visit_id }, search: { watch: true } }),
    onError: notifyProblem,
  });
  return (
    <section className={classes["demo"]} aria-labelledby="demo-consult">
      <div className="grow">
        <h2 id="demo-consult">Alone here? Watch a demo consult</h2>
        <p className="small">Two simulated people hold a visit. Transcript, note and recording grow while you watch.</p>
      </div>
      <Button onClick={() => start.mutate()} loading={start.isPending} data-testid="demo-consult"
        leftSection={<Icon name="play" size={18} />}>
        Watch a demo consult
      </Button>
    </section>
  );
}

function byDay(visits: Visit[]): [string, Visit[]][] {
  const days = new Map<string, Visit[]>();
  for (const visit of visits) {
    const day = relativeDay(visit.starts_at);
    days.set(day, [...(days.get(day) ?? []), visit]);
  }
  return [...days];
}

function DayList({ day, visits }: { day: string; visits: Visit[] }) {
  return (
    <section className={classes["day"]} aria-label={day}>
      <h2>{day}</h2>
      <ul className={classes["list"]}>
        {visits.map((visit) => (
          <VisitRow key={visit.id} visit={visit} who={visit.patient_name} detail={visit.reason ?? undefined}>
            <RoomLink visit={visit} primary={visit.status === "in_progress"} />
            <NoteLink visit={visit} />
            <RecordingLink visit={visit} />
          </VisitRow>
        ))}
      </ul>
    </section>
  );
}

export function DoctorDay({ session }: { session: Session }) {
  const from = startOfDay();
  const visits = useQuery({
    ...visitsQuery(from.toISOString(), addDays(from, DAYS_AHEAD).toISOString()),
    refetchInterval: RENEW_MS,
  });
  const { data: demo } = useQuery(demoQuery);
  const all = [...(visits.data ?? [])].sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const waiting = all.filter((visit) => visit.status === "waiting");
  const ahead = all.filter((visit) => visit.status === "scheduled" || visit.status === "in_progress");
  const done = all.filter((visit) => visit.status === "ended").reverse();
  return (
    <>
      <PageHead title={longDay(new Date().toISOString())} lead={session.display_name} />
      <div role="status" className={classes["announce"]}>
        {waiting.length > 0 ? `${waiting.length} waiting: ${waiting.map((visit) => visit.patient_name).join(", ")}` : ""}
      </div>
      {waiting.length > 0 && (
        <section className={classes["day"]} aria-labelledby="waiting-now">
          <h2 id="waiting-now">Waiting now</h2>
          <ul className={classes["list"]}>{waiting.map((visit) => <WaitingCard key={visit.id} visit={visit} />)}</ul>
        </section>
      )}
      <ToCountersign />
      {demo != null && <DemoConsult />}
      {visits.isPending && <LoadingRows label="Loading your visits" />}
      {visits.isError && visits.data === undefined && <Refused error={visits.error} retry={() => void visits.refetch()} />}
      {visits.data?.length === 0 && (
        <div className="card"><Empty icon="calendar" title="No visits in the next seven days">Visits appear here as soon as a patient books one of your free times.</Empty></div>
      )}
      {byDay(ahead).map(([day, list]) => <DayList key={day} day={day} visits={list} />)}
      {done.length > 0 && <DayList day="Done today" visits={done} />}
    </>
  );
}

/** The page of an invitation: what it is for, a name, then the same way as everybody: devices, waiting room, room. */
import { Button, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type SyntheticEvent } from "react";

import { enterAsGuest, lookAtInvitation } from "../../api/commands";
import { asProblem, furtherWords } from "../../api/http";
import { become, guestQuery, sessionQuery } from "../../api/queries";
import type { GuestVisit, Invited, Problem, Session } from "../../api/types";
import { BareFrame } from "../../ui/BareFrame";
import { Icon, type IconName } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { ROOM_ROLES } from "../../ui/roles";
import { LoadingRows } from "../../ui/States";
import { clockTime, relativeDay } from "../../ui/time";
import { VisitFlow } from "../room/VisitFlow";
import { asVisit } from "./guest-visit";
import classes from "./Join.module.css";
import { takeToken } from "./token";

const NO_LINK: Problem = {
  title: "Open your invitation again",
  status: 0,
  code: "no_link",
  next_step: "This page needs the whole link that was sent to you. Open it from the message, or ask for a new one.",
};

function Refusal({ problem, retry }: { problem: Problem; retry?: () => void }) {
  return (
    <BareFrame>
      <PageHead title={problem.title} />
      <div className={`card ${classes["card"] ?? ""}`} role="alert" data-testid="join-refused" data-code={problem.code}>
        <p>{furtherWords(problem)}</p>
        {retry !== undefined && <div><Button onClick={retry}>Try again</Button></div>}
      </div>
    </BareFrame>
  );
}

const POINTS: [IconName, string][] = [
  ["camera", "You see and hear the people in the visit, and they see and hear you. The doctor lets you in first."],
  ["lock", "What is said there is confidential. You do not see the medical record, the transcript or files."],
  ["shield", "You are asked whether the visit may be recorded or written down. Nothing is kept unless everybody agrees, you too."],
];

function Welcome({ token, invited, session, entered }: {
  token: string; invited: Invited; session: Session | null; entered: (guest: GuestVisit) => void;
}) {
  const [name, setName] = useState(invited.display_name ?? "");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const go = async (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    try {
      entered(await enterAsGuest(token, name.trim()));
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const staying = session !== null && session.role !== "guest";
  return (
    <BareFrame>
      <PageHead title={`You are invited as ${invited.role === "interpreter" ? "an interpreter" : "family"}`}
        lead={`Video visit with ${invited.doctor_name}, ${relativeDay(invited.starts_at).toLowerCase()} at ${clockTime(invited.starts_at)}`} />
      <form className={`card ${classes["card"] ?? ""}`} onSubmit={(event) => void go(event)} data-testid="join-welcome">
        <TextInput label="Your name" description={invited.display_name === null ? "The others see it beside your picture." : "Written by the person who invited you."}
          size="md" required withAsterisk={false} maxLength={80} autoComplete="name" readOnly={invited.display_name !== null} value={name} onChange={(event) => setName(event.currentTarget.value)} data-testid="guest-name" />
        <p className="small soft">The others also see: {ROOM_ROLES[invited.role]}.</p>
        <ul className={classes["points"]}>
          {POINTS.map(([icon, words]) => <li key={icon}><Icon name={icon} size={20} />{words}</li>)}
        </ul>
        {staying && <p className={classes["warning"]}>You are signed in as {session.display_name}. Going on signs you out in this browser.</p>}
        {problem !== null && <p role="alert" className={classes["problem"]} data-testid="join-problem" data-code={problem.code}><strong>{problem.title}.</strong> {furtherWords(problem)}</p>}
        <Button type="submit" size="lg" loading={busy} disabled={name.trim() === ""} rightSection={<Icon name="arrow" />} data-testid="join-go">Go on</Button>
      </form>
    </BareFrame>
  );
}

/** What a link is for, and who this browser was before. */
function useInvitation(token: string | null) {
  const [invited, setInvited] = useState<Invited | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (token === null) return;
    let current = true;
    lookAtInvitation(token).then((seen) => current && setInvited(seen), (error: unknown) => current && setProblem(asProblem(error)));
    return () => {
      current = false;
    };
  }, [token, attempt]);
  const retry = () => {
    setProblem(null);
    setAttempt((count) => count + 1);
  };
  return { invited, problem, retry };
}

function ByLink({ token }: { token: string }) {
  const client = useQueryClient();
  const session = useQuery(sessionQuery);
  const { invited, problem, retry } = useInvitation(token);
  const [here, setHere] = useState<{ guest: GuestVisit; session: Session } | null>(null);
  const entered = async (guest: GuestVisit) => {
    become(client, null);
    const now = await client.query({ ...sessionQuery, staleTime: 0 });
    client.setQueryData(guestQuery.queryKey, guest);
    if (now !== null) setHere({ guest, session: now });
  };
  if (here !== null) return <VisitFlow here={{ visit: asVisit(here.guest), session: here.session }} watch={false} />;
  if (problem !== null) return <Refusal problem={problem} {...(problem.status === 0 || problem.status >= 429 ? { retry } : {})} />;
  if (invited === null || session.isPending) return <BareFrame><LoadingRows label="Opening your invitation" /></BareFrame>;
  return <Welcome token={token} invited={invited} session={session.data ?? null} entered={(guest) => void entered(guest)} />;
}

/** Without the link: a reloaded page of somebody who is a guest already. */
function ComingBack() {
  const guest = useQuery(guestQuery);
  const session = useQuery(sessionQuery);
  if (guest.isPending || session.isPending) return <BareFrame><LoadingRows label="Opening your visit" /></BareFrame>;
  if (guest.data == null || session.data == null) return <Refusal problem={guest.isError ? asProblem(guest.error) : NO_LINK} />;
  return <VisitFlow key={guest.data.visit_id} here={{ visit: asVisit(guest.data), session: session.data }} watch={false} />;
}

export function JoinPage() {
  const [token, setToken] = useState(takeToken);
  useEffect(() => {
    // Another link opened in the same tab changes nothing but the fragment.
    const changed = () => {
      const next = takeToken();
      if (next !== null) setToken(next);
    };
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return token === null ? <ComingBack /> : <ByLink key={token} token={token} />;
}

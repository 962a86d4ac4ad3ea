/** Where a visit's page ends: the visit is over, this person left, or the room refused. */
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { ServiceProblem } from "../../api/http";
import type { Problem, Session, Visit } from "../../api/types";
import { BareFrame } from "../../ui/BareFrame";
import { ButtonLink } from "../../ui/ButtonLink";
import { PageHead } from "../../ui/PageHead";
import { Refused } from "../../ui/States";
import { VisitFiles } from "../../ui/VisitFiles";
import classes from "./Outcomes.module.css";

interface Here {
  visit: Visit;
  session: Session;
}

function HomeLink() {
  return <ButtonLink to="/" variant="default">Back to my visits</ButtonLink>;
}

export function VisitEnded({ visit, session }: Here) {
  const client = useQueryClient();
  useEffect(() => {
    for (const key of [["visits"], ["visit", visit.id], ["note", visit.id]]) void client.invalidateQueries({ queryKey: key });
  }, [client, visit.id]);
  const isDoctor = session.role === "doctor";
  if (session.role === "guest") return <GuestsEnd />;
  return (
    <BareFrame>
      <PageHead title="The visit has ended" />
      <div className={classes["outcome"]} data-testid="visit-ended">
        <p>
          {isDoctor
            ? `Read the note of your visit with ${visit.patient_name}, correct it and sign it. The last sentences may still be on their way into it.`
            : `Thank you. ${visit.doctor_name} now completes the note. Once it is signed you find the summary among your visits.`}
        </p>
        <div className="row">
          {isDoctor && <ButtonLink to="/visits/$visitId/note" params={{ visitId: visit.id }} data-testid="open-note">Open the note</ButtonLink>}
          {!isDoctor && visit.note_status === "signed" && (
            <ButtonLink to="/visits/$visitId/summary" params={{ visitId: visit.id }} data-testid="open-summary">Visit summary</ButtonLink>
          )}
          <HomeLink />
        </div>
        <VisitFiles visitId={visit.id} />
      </div>
    </BareFrame>
  );
}

/** A guest has nowhere else to go: their session ended with the visit. */
function GuestsEnd() {
  return (
    <BareFrame>
      <PageHead title="The visit has ended" />
      <div className={classes["outcome"]} data-testid="visit-ended"><p>Thank you for being there. Your invitation has ended as well; you can close this page.</p></div>
    </BareFrame>
  );
}

export function LeftVisit({ visit, session, again }: Here & { again: () => void }) {
  return (
    <BareFrame>
      <PageHead title="You have left the visit" />
      <div className={classes["outcome"]} data-testid="visit-left">
        <p>The visit goes on until {session.role === "doctor" ? "you end" : `${visit.doctor_name} ends`} it. You can come back until then.</p>
        <div className="row">
          <Button onClick={again} data-testid="join-again">Join again</Button>
          {session.role !== "guest" && <HomeLink />}
        </div>
      </div>
    </BareFrame>
  );
}

const UNKNOWN: Problem = { title: "The room cannot be entered", status: 0, code: "unknown", next_step: "Try again." };

const GUESTS_END: Problem = {
  title: "Your invitation has ended", status: 0, code: "invitation_ended", next_step: "If you are still expected, ask the person who invited you for a new link.",
};

export function VisitRefused({ session, problem, again }: Here & { problem: Problem | null; again: () => void }) {
  const guest = session.role === "guest";
  if (guest && (problem?.code === "invitation_ended" || problem?.code === "unauthenticated")) {
    return (
      <BareFrame>
        <PageHead title={GUESTS_END.title} />
        <div className={classes["outcome"]} data-testid="invitation-ended"><p>{GUESTS_END.next_step}</p></div>
      </BareFrame>
    );
  }
  return (
    <BareFrame>
      <PageHead title="Visit" />
      <div className="card"><Refused error={new ServiceProblem(problem ?? UNKNOWN)} retry={again} retryWords={problem?.code === "replaced" ? "Go on here" : "Try again"} action={guest ? undefined : <HomeLink />} /></div>
    </BareFrame>
  );
}

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
      </div>
    </BareFrame>
  );
}

export function LeftVisit({ visit, session, again }: Here & { again: () => void }) {
  return (
    <BareFrame>
      <PageHead title="You have left the visit" />
      <div className={classes["outcome"]} data-testid="visit-left">
        <p>The visit goes on until {session.role === "patient" ? visit.doctor_name : "you"} {session.role === "patient" ? "ends" : "end"} it. You can come back until then.</p>
        <div className="row">
          <Button onClick={again} data-testid="join-again">Join again</Button>
          <HomeLink />
        </div>
      </div>
    </BareFrame>
  );
}

const UNKNOWN: Problem = { title: "The room cannot be entered", status: 0, code: "unknown", next_step: "Try again." };

export function VisitRefused({ problem, again }: { problem: Problem | null; again: () => void }) {
  return (
    <BareFrame>
      <PageHead title="Visit" />
      <div className="card"><Refused error={new ServiceProblem(problem ?? UNKNOWN)} retry={again} retryWords={problem?.code === "replaced" ? "Go on here" : "Try again"} action={<HomeLink />} /></div>
    </BareFrame>
  );
}

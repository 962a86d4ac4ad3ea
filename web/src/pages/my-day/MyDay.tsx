import { useQuery } from "@tanstack/react-query";

import { sessionQuery } from "../../api/queries";
import type { Session } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { PageHead } from "../../ui/PageHead";
import { LoadingRows } from "../../ui/States";
import { ComingRole } from "./ComingRole";
import { DoctorDay } from "./DoctorDay";
import { PatientVisits } from "./PatientVisits";
import { SchedulerDay } from "./SchedulerDay";

function GuestsDay() {
  return (
    <>
      <PageHead title="You are a guest in a visit" lead="An invitation opens one visit and nothing else here." />
      <ButtonLink to="/join">Go to the visit</ButtonLink>
    </>
  );
}

function DayOf({ session }: { session: Session }) {
  switch (session.role) {
    case "doctor":
      return <DoctorDay session={session} />;
    case "patient":
      return <PatientVisits session={session} />;
    case "scheduler":
      return <SchedulerDay />;
    case "guest":
      return <GuestsDay />;
    default:
      return <ComingRole session={session} />;
  }
}

export function MyDay() {
  const { data: session } = useQuery(sessionQuery);
  return session == null ? <LoadingRows /> : <DayOf session={session} />;
}

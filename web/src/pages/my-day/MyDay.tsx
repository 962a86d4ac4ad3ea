import { useQuery } from "@tanstack/react-query";

import { sessionQuery } from "../../api/queries";
import type { Session } from "../../api/types";
import { LoadingRows } from "../../ui/States";
import { ComingRole } from "./ComingRole";
import { DoctorDay } from "./DoctorDay";
import { PatientVisits } from "./PatientVisits";
import { SchedulerDay } from "./SchedulerDay";

function DayOf({ session }: { session: Session }) {
  switch (session.role) {
    case "doctor":
      return <DoctorDay session={session} />;
    case "patient":
      return <PatientVisits session={session} />;
    case "scheduler":
      return <SchedulerDay />;
    default:
      return <ComingRole session={session} />;
  }
}

export function MyDay() {
  const { data: session } = useQuery(sessionQuery);
  return session == null ? <LoadingRows /> : <DayOf session={session} />;
}

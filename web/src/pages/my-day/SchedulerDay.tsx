import { useQuery } from "@tanstack/react-query";

import { doctorsQuery } from "../../api/queries";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { longDay } from "../../ui/time";
import { DoctorSchedule } from "../availability/DoctorSchedule";

export function SchedulerDay() {
  const doctors = useQuery(doctorsQuery);
  return (
    <>
      <PageHead title={longDay(new Date().toISOString())} lead="The clinic's day, doctor by doctor.">
        <ButtonLink to="/availability" leftSection={<Icon name="plus" size={18} />}>Publish availability</ButtonLink>
      </PageHead>
      {doctors.isPending && <LoadingRows />}
      {doctors.isError && <Refused error={doctors.error} retry={() => void doctors.refetch()} />}
      {doctors.data?.length === 0 && <div className="card"><Empty icon="people" title="No doctors in this clinic yet" /></div>}
      <div className="stack">
        {doctors.data?.map((doctor) => <DoctorSchedule key={doctor.id} doctor={doctor} days={1} />)}
      </div>
    </>
  );
}

import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";

import { publishAvailability } from "../../api/commands";
import { asProblem, furtherWords } from "../../api/http";
import { doctorsQuery, slotsQuery } from "../../api/queries";
import type { Availability, Doctor, Weekday } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { addDays, browserZone, dayKey, startOfDay } from "../../ui/time";
import classes from "./Availability.module.css";
import { DoctorSchedule } from "./DoctorSchedule";
import { slotCount, WEEK } from "./slot-count";

const WEEKDAY_WORDS = { mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" };
const DAYS_SHOWN = 14;
const LENGTHS = ["10", "15", "20", "30", "45", "60"];

function firstGuess(doctorId: string, zone: string): Availability {
  const today = new Date();
  return {
    doctor_id: doctorId, from_date: dayKey(today), to_date: dayKey(addDays(today, 13)), weekdays: ["mon", "tue", "wed", "thu", "fri"],
    start: "09:00", end: "12:00", slot_minutes: 20, time_zone: zone,
  };
}

function WeekdayChoice({ chosen, choose }: { chosen: Weekday[]; choose: (weekdays: Weekday[]) => void }) {
  const toggle = (day: Weekday) => choose(WEEK.filter((one) => (one === day) !== chosen.includes(one)));
  return (
    <fieldset className={classes["weekdays"]}>
      <legend>Weekdays</legend>
      {WEEK.map((value) => (
        <label key={value} className={classes["weekday"]}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={() => toggle(value)} />
          <span>{WEEKDAY_WORDS[value]}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Outcome({ mutation }: { mutation: ReturnType<typeof usePublish> }) {
  if (mutation.isSuccess) {
    const { published, skipped } = mutation.data;
    return (
      <p className={classes["done"]} role="status" data-testid="published">
        <Icon name={published > 0 ? "check" : "info"} />
        {published} {published === 1 ? "time" : "times"} published.{skipped > 0 && ` ${skipped} skipped because they already existed or overlap.`}
      </p>
    );
  }
  if (!mutation.isError) return null;
  const problem = asProblem(mutation.error);
  return (
    <div className={classes["refused"]} role="alert">
      <p><strong>{problem.title}.</strong> {furtherWords(problem)}</p>
      {problem.errors != null && <ul>{problem.errors.map((one) => <li key={one.pointer}>{one.pointer.replace("/", "")}: {one.detail}</li>)}</ul>}
    </div>
  );
}

function usePublish() {
  const client = useQueryClient();
  return useMutation({ mutationFn: publishAvailability, onSuccess: () => client.invalidateQueries({ queryKey: ["slots"] }) });
}

function PublishForm({ doctors, value, change }: {
  doctors: Doctor[]; value: Availability; change: (next: Availability) => void;
}) {
  const publish = usePublish();
  const set = <K extends keyof Availability>(key: K, next: Availability[K]) => change({ ...value, [key]: next });
  const count = slotCount(value);
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    publish.mutate(value);
  };
  return (
    <form className={`card ${classes["form"] ?? ""}`} onSubmit={submit} aria-label="Publish availability">
      <NativeSelect label="Doctor" value={value.doctor_id} onChange={(event) => set("doctor_id", event.currentTarget.value)}
        data={doctors.map((doctor) => ({ value: doctor.id, label: doctor.display_name }))} data-testid="availability-doctor" />
      <div className={classes["pair"]}>
        <TextInput type="date" label="From" required value={value.from_date} data-testid="availability-from" onChange={(event) => set("from_date", event.currentTarget.value)} />
        <TextInput type="date" label="To" required min={value.from_date} value={value.to_date} data-testid="availability-to" onChange={(event) => set("to_date", event.currentTarget.value)} />
      </div>
      <WeekdayChoice chosen={value.weekdays} choose={(weekdays) => set("weekdays", weekdays)} />
      <div className={classes["pair"]}>
        <TextInput type="time" label="Starts" required value={value.start} data-testid="availability-start" onChange={(event) => set("start", event.currentTarget.value)} />
        <TextInput type="time" label="Ends" required value={value.end} data-testid="availability-end" onChange={(event) => set("end", event.currentTarget.value)} />
      </div>
      <div className={classes["pair"]}>
        <NativeSelect label="Length of a visit" value={String(value.slot_minutes)} onChange={(event) => set("slot_minutes", Number(event.currentTarget.value))}
          data={LENGTHS.map((minutes) => ({ value: minutes, label: `${minutes} minutes` }))} data-testid="availability-length" />
        <TextInput label="Time zone" required value={value.time_zone} data-testid="availability-zone" onChange={(event) => set("time_zone", event.currentTarget.value)} />
      </div>
      <p className="soft tabular" aria-live="polite">This publishes up to {count} {count === 1 ? "time" : "times"}.</p>
      <Button type="submit" loading={publish.isPending} disabled={count === 0} data-testid="availability-publish">Publish</Button>
      <Outcome mutation={publish} />
    </form>
  );
}

function Publishing({ doctors, zone }: { doctors: Doctor[]; zone: string }) {
  const [value, setValue] = useState(() => firstGuess(doctors[0]?.id ?? "", zone));
  const doctor = doctors.find((one) => one.id === value.doctor_id);
  return (
    <div className={classes["columns"]}>
      <PublishForm doctors={doctors} value={value} change={setValue} />
      {doctor !== undefined && <DoctorSchedule doctor={doctor} days={DAYS_SHOWN} />}
    </div>
  );
}

/** The zone of what is already published; a new clinic's first guess is that of this device. */
function InClinicZone({ doctors }: { doctors: Doctor[] }) {
  const from = startOfDay();
  const slots = useQuery(slotsQuery(doctors[0]?.id ?? "", from.toISOString(), addDays(from, DAYS_SHOWN).toISOString(), "any"));
  if (slots.isPending) return <LoadingRows rows={1} height={320} />;
  return <Publishing doctors={doctors} zone={slots.data?.[0]?.time_zone ?? browserZone()} />;
}

export function AvailabilityPage() {
  const doctors = useQuery(doctorsQuery);
  return (
    <>
      <PageHead title="Availability" lead="Publish the times patients can book. Times that already exist are left as they are." />
      {doctors.isPending && <LoadingRows rows={1} height={320} />}
      {doctors.isError && <Refused error={doctors.error} retry={() => void doctors.refetch()} />}
      {doctors.data?.length === 0 && <div className="card"><Empty icon="people" title="No doctors in this clinic yet" /></div>}
      {doctors.data !== undefined && doctors.data.length > 0 && <InClinicZone doctors={doctors.data} />}
    </>
  );
}

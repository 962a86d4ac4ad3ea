import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { doctorsQuery, slotsQuery } from "../../api/queries";
import type { Appointment, Doctor, Slot } from "../../api/types";
import { Avatar } from "../../ui/Avatar";
import { PageHead } from "../../ui/PageHead";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { addDays, browserZone, clockTime, dayKey, startOfDay, zoneName } from "../../ui/time";
import { Booked } from "./Booked";
import classes from "./Booking.module.css";
import { ConfirmBooking } from "./ConfirmBooking";
import { DayStrip } from "./DayStrip";

const DAYS_SHOWN = 14;
const NOON = 12;

function DoctorChoice({ doctors, chosen, choose }: { doctors: Doctor[]; chosen: string; choose: (id: string) => void }) {
  return (
    <fieldset className={classes["doctors"]}>
      <legend>Doctor</legend>
      {doctors.map((doctor) => (
        <label key={doctor.id} className={classes["doctor"]}>
          <input type="radio" name="doctor" value={doctor.id} checked={doctor.id === chosen} onChange={() => choose(doctor.id)} />
          <span><Avatar name={doctor.display_name} size={36} />{doctor.display_name}</span>
        </label>
      ))}
    </fieldset>
  );
}

function hourIn(slot: Slot): number {
  return Number(clockTime(slot.starts_at, slot.time_zone).slice(0, 2));
}

function SlotGroup({ title, slots, chosen, choose }: {
  title: string; slots: Slot[]; chosen: Slot | null; choose: (slot: Slot) => void;
}) {
  if (slots.length === 0) return null;
  return (
    <div role="group" aria-label={title}>
      <h2>{title}</h2>
      <div className={classes["slots"]}>
        {slots.map((slot) => (
          <button key={slot.id} type="button" className={`slot-button tabular ${classes["slot"] ?? ""}`} data-testid={`slot-${slot.id}`}
            aria-pressed={slot.id === chosen?.id} onClick={() => choose(slot)}>
            {clockTime(slot.starts_at, slot.time_zone)}
          </button>
        ))}
      </div>
    </div>
  );
}

function ZoneNote({ zone }: { zone: string }) {
  const differs = zone !== browserZone();
  return (
    <p className="soft small" data-testid="zone-note">
      Times are in the clinic&apos;s zone, {zoneName(zone)}.{differs && ` Your device is set to ${zoneName(browserZone())}; you see both before you confirm.`}
    </p>
  );
}

function FreeTimes({ doctorId, onBooked }: { doctorId: string; onBooked: (booked: Appointment) => void }) {
  const [day, setDay] = useState<string | null>(null);
  const [chosen, setChosen] = useState<Slot | null>(null);
  const from = startOfDay();
  const slots = useQuery(slotsQuery(doctorId, from.toISOString(), addDays(from, DAYS_SHOWN).toISOString(), "free"));
  if (slots.isPending) return <LoadingRows rows={2} label="Loading free times" />;
  if (slots.isError) return <Refused error={slots.error} retry={() => void slots.refetch()} />;
  const free = slots.data.filter((slot) => slot.status === "free" && new Date(slot.starts_at) > new Date())
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const zone = free[0]?.time_zone;
  if (zone === undefined) {
    return (
      <Empty icon="calendar" title={`No free times in the next ${DAYS_SHOWN} days`} action={<Button variant="default" onClick={() => void slots.refetch()}>Look again</Button>}>
        Choose another doctor, or look again later: the clinic publishes new times regularly.
      </Empty>
    );
  }
  const perDay = new Map<string, Slot[]>();
  for (const slot of free) {
    const key = dayKey(slot.starts_at, slot.time_zone);
    perDay.set(key, [...(perDay.get(key) ?? []), slot]);
  }
  const shownDay = day !== null && perDay.has(day) ? day : [...perDay.keys()][0] ?? "";
  const shown = perDay.get(shownDay) ?? [];
  return (
    <>
      <DayStrip first={new Date()} days={DAYS_SHOWN} zone={zone} counts={new Map([...perDay].map(([key, list]) => [key, list.length]))}
        chosen={shownDay} choose={(next) => { setDay(next); setChosen(null); }} />
      <div className={classes["times"]}>
        <SlotGroup title="Morning" slots={shown.filter((slot) => hourIn(slot) < NOON)} chosen={chosen} choose={setChosen} />
        <SlotGroup title="Afternoon" slots={shown.filter((slot) => hourIn(slot) >= NOON)} chosen={chosen} choose={setChosen} />
      </div>
      <ZoneNote zone={zone} />
      {chosen !== null && <ConfirmBooking key={chosen.id} slot={chosen} choose={setChosen} onBooked={onBooked} />}
    </>
  );
}

export function Booking() {
  const doctors = useQuery(doctorsQuery);
  const [doctorId, setDoctorId] = useState("");
  const [booked, setBooked] = useState<Appointment | null>(null);
  if (booked !== null) return <Booked appointment={booked} />;
  const chosen = doctorId === "" ? doctors.data?.[0]?.id ?? "" : doctorId;
  return (
    <>
      <PageHead title="Book a visit" lead="Pick a doctor and a free time. The visit happens in your browser." />
      {doctors.isPending && <LoadingRows />}
      {doctors.isError && <Refused error={doctors.error} retry={() => void doctors.refetch()} />}
      {doctors.data?.length === 0 && <div className="card"><Empty icon="people" title="No doctors in this clinic yet" /></div>}
      {chosen !== "" && (
        <div className={`card ${classes["panel"] ?? ""}`}>
          <DoctorChoice doctors={doctors.data ?? []} chosen={chosen} choose={setDoctorId} />
          <FreeTimes key={chosen} doctorId={chosen} onBooked={setBooked} />
        </div>
      )}
    </>
  );
}

import { useQuery } from "@tanstack/react-query";

import { slotsQuery } from "../../api/queries";
import type { Doctor, Slot } from "../../api/types";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { addDays, clockTime, longDay, startOfDay, zoneName } from "../../ui/time";
import classes from "./Availability.module.css";

function daysOf(slots: Slot[]): [string, Slot[]][] {
  const days = new Map<string, Slot[]>();
  for (const slot of slots) {
    const day = longDay(slot.starts_at, slot.time_zone);
    days.set(day, [...(days.get(day) ?? []), slot]);
  }
  return [...days];
}

function SlotStrip({ slots }: { slots: Slot[] }) {
  return (
    <ul className={classes["slots"]}>
      {slots.map((slot) => (
        <li key={slot.id} className={classes["slot"]} data-status={slot.status}>
          <span className="tabular">{clockTime(slot.starts_at, slot.time_zone)}</span>
          <span className={classes["slotStatus"]}>{slot.status}</span>
        </li>
      ))}
    </ul>
  );
}

function countWords(slots: readonly Slot[]): string {
  const free = slots.filter((slot) => slot.status === "free").length;
  return `${free} free, ${slots.length - free} taken`;
}

function Day({ day, slots }: { day: string; slots: Slot[] }) {
  const [first, last] = [slots[0], slots.at(-1)];
  if (first === undefined || last === undefined) return null;
  return (
    <details className={classes["day"]}>
      <summary>
        <strong>{day}</strong>
        <span className="soft small tabular">{clockTime(first.starts_at, first.time_zone)} to {clockTime(last.ends_at, last.time_zone)}, {countWords(slots)}</span>
      </summary>
      <SlotStrip slots={slots} />
    </details>
  );
}

/** A doctor's published times over the next days, free and taken, in the clinic's zone. */
export function DoctorSchedule({ doctor, days }: { doctor: Doctor; days: number }) {
  const from = startOfDay();
  const slots = useQuery(slotsQuery(doctor.id, from.toISOString(), addDays(from, days).toISOString(), "any"));
  const inOrder = [...(slots.data ?? [])].sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  return (
    <section className={`card ${classes["schedule"] ?? ""}`} aria-labelledby={`schedule-${doctor.id}`}>
      <div className={classes["scheduleHead"]}>
        <h2 id={`schedule-${doctor.id}`}>{doctor.display_name}</h2>
        {inOrder.length > 0 && <p className="soft small tabular">{countWords(inOrder)}, in {zoneName(inOrder[0]?.time_zone ?? "")}</p>}
      </div>
      {slots.isPending && <LoadingRows rows={1} height={48} label={`Loading the schedule of ${doctor.display_name}`} />}
      {slots.isError && <Refused error={slots.error} retry={() => void slots.refetch()} />}
      {slots.data?.length === 0 && <Empty icon="clock" title={days === 1 ? "No times published for today" : "No times published yet"} />}
      <div>{daysOf(inOrder).map(([day, list]) => (days === 1 ? <SlotStrip key={day} slots={list} /> : <Day key={day} day={day} slots={list} />))}</div>
    </section>
  );
}

import { Button, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { bookSlot } from "../../api/commands";
import { asProblem, ServiceProblem } from "../../api/http";
import type { Appointment, Slot } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { browserZone, clockTime, longDay, zoneName } from "../../ui/time";
import classes from "./Booking.module.css";

const REASON_LENGTH = 500;

function Alternatives({ slots, choose }: { slots: Slot[]; choose: (slot: Slot) => void }) {
  return (
    <div className={classes["slots"]} data-testid="alternatives">
      {slots.map((slot) => (
        <button key={slot.id} type="button" className={`slot-button tabular ${classes["slot"] ?? ""}`} data-testid={`slot-${slot.id}`} onClick={() => choose(slot)}>
          {longDay(slot.starts_at, slot.time_zone)}, {clockTime(slot.starts_at, slot.time_zone)}
        </button>
      ))}
    </div>
  );
}

function BookingRefused({ error, choose }: { error: unknown; choose: (slot: Slot) => void }) {
  const problem = asProblem(error);
  const others = problem.alternatives ?? [];
  return (
    <div className={classes["refused"]} role="alert" data-testid="booking-problem" data-code={problem.code}>
      <p><Icon name="alert" /> <span><strong>{problem.title}.</strong> {problem.next_step}</span></p>
      {others.length > 0 && <Alternatives slots={others} choose={choose} />}
    </div>
  );
}

function OwnTime({ slot }: { slot: Slot }) {
  if (slot.time_zone === browserZone()) return null;
  return (
    <p className="small">
      That is {longDay(slot.starts_at)}, {clockTime(slot.starts_at)} on your device ({zoneName(browserZone())}).
    </p>
  );
}

export function ConfirmBooking({ slot, choose, onBooked }: {
  slot: Slot; choose: (slot: Slot) => void; onBooked: (booked: Appointment) => void;
}) {
  const client = useQueryClient();
  const [reason, setReason] = useState("");
  // One key per attempt to book this slot: a second click or a lost answer cannot book twice.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }, []);
  const book = useMutation({
    mutationFn: () => bookSlot(slot.id, reason.trim(), key),
    onSuccess: onBooked,
    onError: (error) => {
      // A refusal was final for this key; only an answer that never came is asked for again under the same one.
      if (error instanceof ServiceProblem && error.status !== 0) setKey(crypto.randomUUID());
    },
    onSettled: () => Promise.all([
      client.invalidateQueries({ queryKey: ["slots"] }), client.invalidateQueries({ queryKey: ["visits"] }),
    ]),
  });
  return (
    <section ref={panel} className={classes["confirm"]} aria-labelledby="confirm-title">
      <h2 id="confirm-title">
        {longDay(slot.starts_at, slot.time_zone)}, <span className="tabular">{clockTime(slot.starts_at, slot.time_zone)} to {clockTime(slot.ends_at, slot.time_zone)}</span> with {slot.doctor_name}
      </h2>
      <OwnTime slot={slot} />
      <Textarea label="What is it about? (optional)" description="Only you and your care team see this." autosize minRows={2} maxRows={6}
        maxLength={REASON_LENGTH} value={reason} onChange={(event) => setReason(event.currentTarget.value)} data-testid="book-reason" />
      {book.isError && <BookingRefused error={book.error} choose={choose} />}
      <Button onClick={() => book.mutate()} loading={book.isPending} data-testid="book-confirm">Book this visit</Button>
    </section>
  );
}

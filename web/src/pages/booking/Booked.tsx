
import type { Appointment } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { clockTime, longDay } from "../../ui/time";
import classes from "./Booking.module.css";

export function Booked({ appointment }: { appointment: Appointment }) {
  return (
    <>
      <PageHead title="Your visit is booked" />
      <section className={`card ${classes["booked"] ?? ""}`} role="status" data-testid="booked" data-visit={appointment.visit_id}>
        <span className={classes["tick"]}><Icon name="check" size={28} /></span>
        <p className={classes["bookedWhen"]}>
          {longDay(appointment.starts_at)}, <span className="tabular">{clockTime(appointment.starts_at)}</span> with {appointment.doctor_name}
        </p>
        <p className="soft">Open the visit a few minutes early. We check your camera and microphone with you, then your doctor lets you in.</p>
        <div className="row">
          <ButtonLink to="/visits/$visitId" params={{ visitId: appointment.visit_id }} data-testid="join-visit">Go to the visit</ButtonLink>
          <ButtonLink to="/" variant="default">My visits</ButtonLink>
        </div>
      </section>
    </>
  );
}

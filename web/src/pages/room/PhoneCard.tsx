import { Button } from "@mantine/core";
import { useEffect, useState, type ReactNode } from "react";

import { dialled, soundBroken, spoken } from "../../media/adaptation";
import type { RoomState } from "../../socket/events";
import type { RoomConnection, RoomView } from "../../socket/room-connection";
import { notifyProblem } from "../../ui/notices";
import classes from "./Adaptation.module.css";

const PATIENCE_MS = 10_000;

/** True once this has been on the page for so long. */
function useLasted(ms: number): boolean {
  const [lasted, setLasted] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLasted(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return lasted;
}

function Card({ title, testId, children, buttons }: { title: string; testId: string; children: ReactNode; buttons: ReactNode }) {
  return (
    <section className={classes["phone"]} aria-labelledby="phone-title" data-testid={testId}>
      <div role="status"><h2 id="phone-title">{title}</h2>{children}</div>
      <div className={classes["buttons"]}>{buttons}</div>
    </section>
  );
}

function Number({ number }: { number: string }) {
  return <a href={dialled(number)} data-testid="phone-number">{number}</a>;
}

function Continued({ room, connection, isDoctor }: { room: RoomState; connection: RoomConnection; isDoctor: boolean }) {
  const { number, reference } = room.phone;
  return (
    <Card title="This visit goes on by phone" testId="phone-continued"
      buttons={isDoctor && <Button size="sm" variant="default" onClick={() => void connection.call("visit.phone_end", {}).catch(notifyProblem)} data-testid="phone-end">We are back in the room</Button>}>
      <p>
        {number !== null && <>Call <Number number={number} /> and give the reference </>}
        {number === null && "The reference of this visit is "}
        <span className={classes["reference"]} data-testid="phone-reference">{spoken(reference ?? "")}</span>.
        {" "}The room stays open; come back whenever the connection is better.
      </p>
    </Card>
  );
}

/** On the page while there is trouble: what was declined is offered again with the next one. */
function Offer({ room, view, connection, broken }: { room: RoomState; view: RoomView; connection: RoomConnection; broken: boolean }) {
  const lasted = useLasted(PATIENCE_MS);
  const [declined, setDeclined] = useState(false);
  if (declined || !(broken || lasted)) return null;
  const stay = <Button size="sm" variant="default" onClick={() => setDeclined(true)} data-testid="phone-stay">Stay here</Button>;
  if (room.phone.number === null) {
    return (
      <Card title="The connection does not carry the sound" testId="phone-none" buttons={stay}>
        <p>The clinic has not given a telephone number. Write in the chat on which number you can be called.</p>
      </Card>
    );
  }
  if (view.link !== "open") {
    return (
      <Card title="Your connection is lost" testId="phone-offer" buttons={stay}>
        <p>If it does not come back, call <Number number={room.phone.number} /> and say whom you are meeting.</p>
      </Card>
    );
  }
  return (
    <Card title="The connection does not carry the sound" testId="phone-offer"
      buttons={<><Button size="sm" onClick={() => void connection.call("visit.phone", {}).catch(notifyProblem)} data-testid="phone-begin">Go on by phone</Button>{stay}</>}>
      <p>You can go on with this visit by telephone. The other side is told.</p>
    </Card>
  );
}

/** By phone: the number and the reference. Before: offered at once when the room hears that nobody can be understood,
    and after ten seconds without any connection. */
export function PhoneCard({ room, view, connection, isDoctor, mayPhone }: {
  room: RoomState; view: RoomView; connection: RoomConnection; isDoctor: boolean; mayPhone: boolean;
}) {
  if (room.phone.since !== null) return <Continued room={room} connection={connection} isDoctor={isDoctor} />;
  const broken = soundBroken(room.participants.filter((one) => one.id !== room.me && one.state === "admitted"));
  const away = view.media !== "connected" && view.media !== "none";
  return mayPhone && (broken || away) ? <Offer room={room} view={view} connection={connection} broken={broken} /> : null;
}

import { Button } from "@mantine/core";
import { useState } from "react";

import type { RoomState } from "../../socket/events";
import type { RoomConnection } from "../../socket/room-connection";
import { Avatar } from "../../ui/Avatar";
import { LineTag } from "../../ui/LineTag";
import { notifyProblem } from "../../ui/notices";
import { ROOM_ROLES } from "../../ui/roles";
import classes from "./Room.module.css";

/** Who stands before the door. Stays mounted, so that arrivals are read out. */
export function WaitingPeople({ room, connection }: { room: RoomState; connection: RoomConnection }) {
  const [busy, setBusy] = useState("");
  const waiting = room.participants.filter((one) => one.state === "waiting");
  const admit = async (participantId: string) => {
    setBusy(participantId);
    await connection.call("lobby.admit", { participant_id: participantId }).catch(notifyProblem);
    setBusy("");
  };
  return (
    <section className={classes["door"]} aria-label="Waiting room" aria-live="polite" data-count={waiting.length}>
      {waiting.map((one) => (
        <div key={one.id} className={classes["arrival"]}>
          <Avatar name={one.display_name} size={36} />
          <div className="grow">
            <p><strong>{one.display_name}</strong> <span className="small">{ROOM_ROLES[one.role] ?? one.role}, waiting</span></p>
            <LineTag line={one.line} label={one.role === "patient" ? "Patient's connection" : "Their connection"} />
          </div>
          <Button size="sm" className="admit-button" loading={busy === one.id} onClick={() => void admit(one.id)} data-testid={`admit-${one.id}`}>Let in</Button>
        </div>
      ))}
    </section>
  );
}

import type { ReactNode } from "react";

import type { Visit } from "../../api/types";
import type { RoomState } from "../../socket/events";
import type { RoomView } from "../../socket/room-connection";
import { duration, secondsSince } from "../../ui/time";
import { useNow } from "../../ui/use-now";
import { PageTitle } from "../../ui/PageTitle";
import { OwnQuality } from "./Quality";
import classes from "./Room.module.css";

function Clock({ epoch }: { epoch: string }) {
  const now = useNow();
  return <span className="tabular" aria-label="Time since the visit began">{duration(secondsSince(epoch, now))}</span>;
}

function Indicator({ on, words, testId }: { on: boolean; words: [string, string]; testId: string }) {
  return (
    <span className={classes["indicator"]} data-on={on} data-testid={testId}>
      <span className={classes["lamp"]} aria-hidden="true" />{on ? words[0] : words[1]}
    </span>
  );
}

/** Who is met, for how long, and, always visible, whether anything is being kept. */
export function RoomHeader({ visit, room, view, isDoctor, children }: {
  visit: Visit; room: RoomState; view: RoomView; isDoctor: boolean; children?: ReactNode;
}) {
  const title = isDoctor ? visit.patient_name : visit.doctor_name;
  return (
    <header className={classes["header"]}>
      <PageTitle title={`Visit with ${title}`} />
      <h1>{title}</h1>
      {room.epoch !== null && <Clock epoch={room.epoch} />}
      <div className={classes["indicators"]} role="status">
        <Indicator on={room.recording} words={["Recording", "Not recording"]} testId="recording-indicator" />
        <Indicator on={room.transcribing} words={["Transcribing", "Not transcribing"]} testId="transcribing-indicator" />
      </div>
      <OwnQuality quality={view.lines.get(room.me)} />
      {children}
    </header>
  );
}

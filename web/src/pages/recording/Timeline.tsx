/** The whole recording at a glance: who was recorded when, what was lost, where we are. A slider for mouse and keys. */
import type { KeyboardEvent, PointerEvent } from "react";

import { duration } from "../../ui/time";
import type { Lane, Recorded, Span } from "./lanes";
import type { Playback } from "./playback";
import classes from "./Recording.module.css";

const STEP_S = 5;
const PAGE_S = 30;

const STEPS: Record<string, number> = {
  ArrowRight: STEP_S, ArrowUp: STEP_S, ArrowLeft: -STEP_S, ArrowDown: -STEP_S, PageUp: PAGE_S, PageDown: -PAGE_S, Home: -Infinity, End: Infinity,
};

function Track({ of, lane }: { of: Recorded; lane: Lane }) {
  const place = ({ start, end }: Span) => {
    const whole = of.end - of.start;
    return { left: `${((start - of.start) / whole) * 100}%`, width: `${((end - start) / whole) * 100}%` };
  };
  const gaps = of.gaps.filter((gap) => gap.laneId === lane.id);
  return (
    <div className={classes["track"]} data-kind={lane.kind}>
      {lane.pieces.map((piece) => <span key={piece.segmentId} className={classes["piece"]} style={place(piece)} />)}
      {gaps.map((gap) => <span key={`${gap.kind}${gap.start}`} className={classes["gap"]} data-testid="timeline-gap" data-kind={gap.kind} style={place(gap)} />)}
    </div>
  );
}

function spoken(of: Recorded, position: number): string {
  const off = of.off.some((span) => span.start <= position && position < span.end);
  return `${duration(position - of.start)} of ${duration(of.end - of.start)}${off ? ", recording was off" : ""}`;
}

export function Timeline({ of, playback, position }: { of: Recorded; playback: Playback; position: number }) {
  const to = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    playback.seek(of.start + share * (of.end - of.start));
  };
  const press = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    to(event);
  };
  const step = (event: KeyboardEvent) => {
    const seconds = STEPS[event.key];
    if (seconds === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    playback.skip(seconds);
  };
  const names = of.lanes.map((lane) => (lane.kind === "screen" ? "Screen" : lane.name));
  return (
    <div className={classes["timeline"]}>
      <div className={classes["names"]} aria-hidden="true">{names.map((name, at) => <span key={of.lanes[at]?.id}>{name}</span>)}</div>
      <div className={classes["tracks"]} role="slider" tabIndex={0} aria-label="Position in the recording" data-testid="timeline"
        aria-valuemin={0} aria-valuemax={Math.round(of.end - of.start)} aria-valuenow={Math.round(position - of.start)} aria-valuetext={spoken(of, position)}
        onPointerDown={press} onPointerMove={(event) => event.buttons === 1 && to(event)} onKeyDown={step}>
        {of.lanes.map((lane) => <Track key={lane.id} of={of} lane={lane} />)}
        <span className={classes["head"]} style={{ left: `${((position - of.start) / (of.end - of.start)) * 100}%` }} />
      </div>
    </div>
  );
}

/** Captions over a picture, and what switches them on and off. */
import type { ReactNode } from "react";

import classes from "./Captions.module.css";
import { Icon } from "./Icon";

export interface CaptionLine {
  id: string;
  name: string;
  words: ReactNode;
}

/** `note`: what is shown where nothing can come, "" for nothing. */
export function CaptionBox({ lines, note = "" }: { lines: readonly CaptionLine[]; note?: string }) {
  return (
    <div className={classes["box"]} role="region" aria-label="Captions" data-testid="captions" data-lines={lines.length}>
      {lines.length === 0 && note !== "" && <p className={classes["note"]}>{note}</p>}
      {lines.map((line) => (
        <p key={line.id} data-testid="caption" data-utterance={line.id}><strong>{line.name}</strong> {line.words}</p>
      ))}
    </div>
  );
}

/** `tone`: on the dark of the room, or on paper. */
export function CaptionsSwitch({ on, choose, tone }: { on: boolean; choose: (on: boolean) => void; tone: "stage" | "paper" }) {
  return (
    <button type="button" className={classes["switch"]} data-tone={tone} aria-pressed={on} onClick={() => choose(!on)} data-testid="captions-switch" title={on ? "Captions are on" : "Captions are off"}>
      <Icon name="captions" size={20} /><span>Captions</span>
    </button>
  );
}

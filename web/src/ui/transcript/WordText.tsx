/** The words of one line. Doubtful ones are underlined, and a click plays them; numbers tell what was spoken. */
import { Tooltip } from "@mantine/core";
import { Fragment } from "react";

import type { Utterance } from "../../api/types";
import classes from "./Transcript.module.css";
import { bare, pieces, type Piece } from "./words";

export type Hear = (piece: Piece) => void;

function said(piece: Piece): string {
  return [piece.spoken === null ? "" : `said: ${bare(piece.spoken)}`, piece.unsure ? "not sure" : "", piece.changed ? "changed" : ""].filter(Boolean).join(", ");
}

function hint(piece: Piece, canHear: boolean): string {
  const spoken = piece.spoken === null ? "" : `Said: “${bare(piece.spoken)}”. `;
  const doubt = piece.unsure ? "The speech engine was not sure. " : piece.changed ? "Heard otherwise while the visit went on. " : "";
  return (spoken + doubt + (canHear ? "Click to hear it." : "")).trim();
}

const tells = (piece: Piece) => piece.unsure || piece.changed || piece.spoken !== null;

/** Nothing but words: what stands beside it makes a telling word a target within a sentence (WCAG 2.5.8). */
const isPlain = (piece: Piece) => !tells(piece) && !piece.offered && piece.firm;

/** A word with something to tell: a button, so that keyboard and finger get it, too. `wide`: no sentence is around it. */
function Telling({ piece, hear, wide }: { piece: Piece; hear: Hear | undefined; wide: boolean }) {
  const play = hear !== undefined && piece.start !== null ? () => hear(piece) : undefined;
  return (
    <Tooltip label={hint(piece, play !== undefined)} multiline maw={260} withArrow events={{ hover: true, focus: true, touch: true }}>
      <button type="button" className={classes["telling"]} data-testid="word" data-unsure={piece.unsure} data-written={piece.spoken !== null}
        data-changed={piece.changed} data-wide={wide} data-offered={piece.offered} aria-label={`${bare(piece.text)}, ${said(piece)}`} onClick={play}>{piece.text}</button>
    </Tooltip>
  );
}

function One({ piece, hear, wide }: { piece: Piece; hear: Hear | undefined; wide: boolean }) {
  if (tells(piece)) return <Telling piece={piece} hear={hear} wide={wide} />;
  if (piece.offered) return <span className={classes["offered"]}>{piece.text}</span>;
  return piece.firm ? piece.text : <span className={classes["soft"]} data-testid="soft-words">{piece.text}</span>;
}

/** `plain`: the words as they read, with no marks for the doctor's eye. */
export function WordText({ utterance, plain, hear }: { utterance: Utterance; plain: boolean; hear?: Hear | undefined }) {
  const all = pieces(utterance).map((piece) => (plain ? { ...piece, unsure: false, changed: false, offered: false, spoken: null } : piece));
  if (plain && all.every((piece) => piece.firm)) return all.map(({ text }) => text).join(" ");
  const wide = !all.some(isPlain);
  // Plain words are the line's own text, in no element of their own: a sentence stays one where the list's edge cuts it.
  return all.map((piece, at) => (
    <Fragment key={piece.first}>{at > 0 && " "}<One piece={piece} hear={hear} wide={wide} /></Fragment>
  ));
}

/** A clinician at work on a note: which line they are at, and everything they can do there by hand or by key. */
import { useLayoutEffect, useReducer, useRef, useState } from "react";

import type { DismissReason, Utterance } from "../../api/types";
import type { Evidence } from "../../ui/evidence";
import { titleIn, type Layout } from "../../ui/sections";
import { needsLook, newLine, type Line } from "./model/content";
import type { NoteSession, NoteView } from "./model/note-session";
import * as steps from "./model/operations";
import { useLayout } from "./use-layout";
import { useNoteView } from "./use-note-session";

export interface Desk {
  view: NoteView;
  session: NoteSession;
  evidence: Evidence;
  utterances: readonly Utterance[];
  /** Headings and order, by the note's template. */
  layout: Layout;
  /** In the order of reading. */
  lines: readonly Line[];
  active: string | null;
  editing: string | null;
  /** What just happened, for screen readers. */
  told: string;
  /** Gives the line the keyboard. */
  focus: (id: string) => void;
  /** The keyboard is there already. */
  reached: (id: string) => void;
  edit: (id: string) => void;
  type: (id: string, text: string) => void;
  /** Back from the words to their line. */
  done: (id: string) => void;
  /** The keyboard went elsewhere in the middle of a word. */
  left: (id: string) => void;
  /** The line under the pointer, null for none. */
  hovered: string | null;
  hover: (id: string | null) => void;
  step: (by: -1 | 1) => void;
  accept: (id: string, andOn?: boolean) => void;
  acceptSection: (section: string) => void;
  reject: (id: string, reason?: DismissReason) => void;
  move: (id: string, by: -1 | 1) => void;
  place: (id: string, section: string, beforeId?: string | null) => void;
  merge: (id: string) => void;
  split: (id: string, at: number) => void;
  add: (section: string, afterId?: string | null) => void;
  next: () => void;
  play: (id: string) => void;
  undo: () => void;
  redo: () => void;
  tell: (words: string) => void;
}

export const rowId = (id: string) => `line-${id}`;

function counted(left: number): string {
  return left === 0 ? "Everything is reviewed." : `${left} left to review.`;
}

/** The next moment of the line's evidence that is not being played, the first one after the last. */
function nextMoment(line: Line, evidence: Evidence, utterances: readonly Utterance[]): Utterance | undefined {
  const found = utterances.filter((one) => line.evidence.includes(one.id));
  const at = found.findIndex((one) => evidence.of === line.id && one.id === evidence.moment?.utterance.id);
  return found[(at + 1) % found.length];
}

/** With a mouse or keyboard at hand the work begins at the first line to review; nobody's keyboard is taken away. */
function beginning(lines: readonly Line[]): string | null {
  const isFree = document.activeElement === null || document.activeElement === document.body;
  return isFree && window.matchMedia("(hover: hover)").matches ? lines.find(needsLook)?.id ?? null : null;
}

export function useDesk(session: NoteSession, evidence: Evidence, utterances: readonly Utterance[]): Desk {
  const layout = useLayout(session);
  const view = useNoteView(session);
  const lines = steps.inOrder(view.content.lines, layout);
  const isEmpty = lines.length === 0;
  const [active, setActive] = useState<string | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const [hovered, hover] = useState<string | null>(null);
  const [told, tell] = useState("");
  const [, look] = useReducer((times: number) => times + 1, 0);
  const wanted = useRef<string | null>(null);
  // A row that moves to another section is another element: the keyboard follows the line.
  useLayoutEffect(() => {
    const id = wanted.current;
    wanted.current = null;
    if (id !== null) document.getElementById(rowId(id))?.focus();
  });
  // A draft may come after the page.
  useLayoutEffect(() => {
    const id = isEmpty ? null : beginning(steps.inOrder(session.view().content.lines, layout));
    if (id !== null) document.getElementById(rowId(id))?.focus();
  }, [isEmpty, session, layout]);
  const at = (id: string | null) => lines.findIndex((line) => line.id === id);
  const lineOf = (id: string) => lines.find((line) => line.id === id);
  const focus = (id: string) => {
    wanted.current = id;
    setActive(id);
    // The line may be the active one already, with the keyboard elsewhere.
    look();
  };
  const neighbour = (id: string) => lines[at(id) + 1] ?? lines[at(id) - 1];
  const afterLook = (id: string): Line | undefined => {
    const [before, after] = [lines.slice(0, at(id)), lines.slice(at(id) + 1)];
    return [...after, ...before].find(needsLook);
  };
  const left = () => session.view().left;
  const isBlank = (id: string) => session.view().content.lines.find((line) => line.id === id)?.text.trim() === "";
  const remove = (id: string, reason: DismissReason | null = null) => {
    const near = neighbour(id);
    session.apply(steps.reject(id, reason));
    if (near !== undefined) focus(near.id);
  };
  /** Back or forward; a line that goes to another section is another element, so the keyboard is brought there. */
  const travel = (go: () => void, words: string) => {
    const wasHere = document.activeElement?.closest("[data-line]") != null;
    go();
    const now = steps.inOrder(session.view().content.lines, layout);
    const line = now.find((one) => one.id === active) ?? now[Math.min(at(active), now.length - 1)];
    if (wasHere && line !== undefined) focus(line.id);
    tell(words);
  };
  const place = (id: string, section: string, beforeId: string | null = null) => {
    session.apply(steps.place(id, section, beforeId));
    focus(id);
    tell(`Moved to ${titleIn(layout, section)}.`);
  };
  return {
    view, session, evidence, utterances, layout, lines, active, editing, hovered, hover, told, focus, tell, place,
    reached: setActive,
    edit: (id) => {
      session.pause();
      setActive(id);
      setEditing(id);
    },
    type: (id, text) => session.apply(steps.setText(id, text), `text:${id}`),
    done: (id) => {
      session.pause();
      setEditing(null);
      if (isBlank(id)) remove(id);
      else focus(id);
    },
    left: (id) => {
      session.pause();
      setEditing(null);
      if (isBlank(id)) session.apply(steps.reject(id));
    },
    step: (by) => {
      const line = active === null ? lines[0] : lines[Math.min(lines.length - 1, Math.max(0, at(active) + by))];
      if (line !== undefined) focus(line.id);
    },
    accept: (id, andOn = false) => {
      session.apply(steps.accept([id]));
      const onward = andOn ? afterLook(id) : undefined;
      if (onward !== undefined) focus(onward.id);
      tell(`Accepted. ${counted(left())}`);
    },
    acceptSection: (section) => {
      session.apply(steps.accept(lines.filter((line) => line.section === section).map((line) => line.id)));
      const onward = active === null || lineOf(active)?.section !== section ? undefined : afterLook(lines.filter((line) => line.section === section).at(-1)?.id ?? "");
      if (onward !== undefined) focus(onward.id);
      tell(`${titleIn(layout, section)} accepted. ${counted(left())}`);
    },
    reject: (id, reason) => {
      remove(id, reason);
      tell("Removed. U brings it back.");
    },
    move: (id, by) => {
      const before = lineOf(id)?.section;
      session.apply(steps.move(id, by, layout));
      focus(id);
      const now = session.view().content.lines.find((line) => line.id === id)?.section ?? "";
      tell(now === before ? `Moved ${by === -1 ? "up" : "down"}.` : `Moved to ${titleIn(layout, now)}.`);
    },
    merge: (id) => {
      const above = steps.aboveOf(view.content, id);
      if (above === null) {
        tell("There is no line above it in this section.");
        return;
      }
      session.apply(steps.mergeUp(id));
      focus(above.id);
      tell("Merged with the line above.");
    },
    split: (id, position) => {
      const newId = crypto.randomUUID();
      session.apply(steps.split(id, position, newId));
      session.pause();
      setEditing(null);
      focus(session.view().content.lines.some((line) => line.id === newId) ? newId : id);
    },
    add: (section, afterId = null) => {
      const id = crypto.randomUUID();
      session.apply(steps.add(newLine(id, section), afterId));
      session.pause();
      setActive(id);
      setEditing(id);
    },
    next: () => {
      // Nothing is saved while two versions of a line wait: they come first.
      const torn = lines.find((one) => view.conflicts.some(({ id }) => id === one.id));
      const line = torn ?? (active === null ? lines.find(needsLook) : afterLook(active) ?? lines.find(needsLook));
      if (line !== undefined) focus(line.id);
      tell(line === undefined ? "Everything is reviewed." : counted(left()));
    },
    play: (id) => {
      const line = lineOf(id);
      const moment = line === undefined ? undefined : nextMoment(line, evidence, utterances);
      if (line === undefined || moment === undefined) tell("Nothing was said for this line: it was written by hand.");
      else evidence.show(id, line.evidence, moment);
    },
    undo: () => travel(session.undo, "Undone."),
    redo: () => travel(session.redo, "Done again."),
  };
}

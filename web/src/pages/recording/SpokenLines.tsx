/** The transcript beside the picture: follows what is said; a click on a line goes there. */
import { useEffect, useMemo, useRef, type MouseEvent } from "react";

import type { Utterance } from "../../api/types";
import { Empty } from "../../ui/States";
import { LineBody } from "../../ui/transcript/Line";
import type { Corrections } from "../../ui/transcript/use-corrections";
import { currentEntry, entries, type Entry, type Recorded } from "./lanes";
import classes from "./Recording.module.css";

/** After somebody scrolled by hand, the list stays where it is for so long. */
const READING_MS = 6_000;

/** Where a click already means something else. */
const OWN_CLICKS = "a, button, input, textarea, [role=alert]";

interface LineProps {
  entry: Entry;
  current: boolean;
  from: number;
  go: (seconds: number) => void;
  corrections: Corrections | null;
}

function Line({ entry, current, from, go, corrections }: LineProps) {
  if (entry.kind === "lost") {
    const { gap } = entry;
    return <li className={classes["lost"]} data-testid="sound-lost">[{gap.name}: sound lost {(gap.end - gap.start).toFixed(1)} s]</li>;
  }
  const { utterance } = entry;
  const clicked = ({ target }: MouseEvent) => {
    if (target instanceof Element && target.closest(OWN_CLICKS) === null && window.getSelection()?.isCollapsed !== false) go(utterance.start);
  };
  return (
    // The line's own play button is the way by keyboard; a click anywhere on the line is the way by hand.
    <li className={classes["line"]} data-testid="spoken-line" data-speaker={utterance.speaker} data-current={current} aria-current={current} data-utterance={utterance.id}
      data-source={utterance.source} onClick={clicked}>
      <LineBody utterance={utterance} name={utterance.speaker_name} from={from} corrections={corrections} pick={() => go(utterance.start)} hear={(_, span) => go(span.start)} />
    </li>
  );
}

export function SpokenLines({ of, utterances, position, go, corrections }: {
  of: Recorded; utterances: readonly Utterance[]; position: number; go: (seconds: number) => void; corrections: Corrections | null;
}) {
  const list = useRef<HTMLDivElement>(null);
  const scrolledAt = useRef(-Infinity);
  const all = useMemo(() => entries(utterances, of.gaps), [utterances, of.gaps]);
  const current = currentEntry(all, position);
  useEffect(() => {
    const box = list.current;
    if (box?.contains(document.activeElement) === true && document.activeElement instanceof HTMLTextAreaElement) return; // somebody writes here
    const line = box?.querySelector<HTMLElement>('[data-current="true"]');
    if (box == null || line == null || performance.now() - scrolledAt.current < READING_MS) return;
    // Only this list scrolls, not the page around it.
    box.scrollTo({ top: line.offsetTop - box.clientHeight / 3, behavior: "smooth" });
  }, [current]);
  const reads = () => { scrolledAt.current = performance.now(); };
  if (all.length === 0) return <Empty icon="transcript" title="No transcript">Nothing of this visit was written down.</Empty>;
  return (
    // A box that scrolls must be reachable by keyboard.
    <div ref={list} className={classes["lines"]} tabIndex={0} role="region" aria-label="Transcript" onWheel={reads} onTouchMove={reads}>
      <ol>{all.map((entry, at) => <Line key={entry.kind === "said" ? entry.utterance.id : `lost${entry.start}`} entry={entry} current={at === current} from={of.start} go={go} corrections={corrections} />)}</ol>
    </div>
  );
}

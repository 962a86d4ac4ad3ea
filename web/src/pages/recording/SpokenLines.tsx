/** The transcript beside the picture: follows what is said; a click on a line goes there. */
import { useEffect, useMemo, useRef } from "react";

import type { Utterance } from "../../api/types";
import { Empty } from "../../ui/States";
import { duration } from "../../ui/time";
import { currentEntry, entries, type Entry, type Recorded } from "./lanes";
import classes from "./Recording.module.css";

/** After somebody scrolled by hand, the list stays where it is for so long. */
const READING_MS = 6_000;

function Line({ entry, current, from, go }: { entry: Entry; current: boolean; from: number; go: (seconds: number) => void }) {
  if (entry.kind === "lost") {
    const { gap } = entry;
    return <li className={classes["lost"]} data-testid="sound-lost">[{gap.name}: sound lost {(gap.end - gap.start).toFixed(1)} s]</li>;
  }
  const { utterance } = entry;
  return (
    <li data-testid="spoken-line" data-speaker={utterance.speaker} data-current={current} data-utterance={utterance.id}>
      <button type="button" className={classes["line"]} aria-current={current} onClick={() => go(utterance.start)}>
        <span className={classes["who"]}><strong>{utterance.speaker_name}</strong><span className="tabular">{duration(utterance.start - from)}</span></span>
        <span>{utterance.state === "pending" ? "is being written down" : utterance.text}</span>
      </button>
    </li>
  );
}

export function SpokenLines({ of, utterances, position, go }: {
  of: Recorded; utterances: readonly Utterance[]; position: number; go: (seconds: number) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const scrolledAt = useRef(-Infinity);
  const all = useMemo(() => entries(utterances, of.gaps), [utterances, of.gaps]);
  const current = currentEntry(all, position);
  useEffect(() => {
    const box = list.current;
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
      <ol>{all.map((entry, at) => <Line key={entry.kind === "said" ? entry.utterance.id : `lost${entry.start}`} entry={entry} current={at === current} from={of.start} go={go} />)}</ol>
    </div>
  );
}

/** What was said, by whom, when. Lines can be marked as evidence and picked to hear them again. */
import { useEffect, useRef } from "react";

import type { Utterance } from "../api/types";
import { Icon } from "./Icon";
import { Empty } from "./States";
import { duration } from "./time";
import classes from "./Transcript.module.css";
import { speakerName } from "./utterances";

/** Closer to the end than this, the list follows what is said. */
const FOLLOW_PX = 96;

function Line({ utterance, name, marked, pick }: {
  utterance: Utterance; name: string; marked: boolean; pick?: ((utterance: Utterance) => void) | undefined;
}) {
  const pending = utterance.state === "pending";
  return (
    <li className={classes["line"]} data-testid="utterance" data-speaker={utterance.speaker} data-utterance={utterance.id}
      data-state={utterance.state} data-marked={marked}>
      <p className={classes["head"]}>
        <strong>{name}</strong>
        <span className="tabular">{duration(utterance.start)}</span>
        {pick !== undefined && !pending && (
          <button type="button" className={classes["play"]} onClick={() => pick(utterance)} aria-label={`Play: ${name} at ${duration(utterance.start)}`}>
            <Icon name="play" size={15} />
          </button>
        )}
      </p>
      <p className={classes["text"]}>{pending && utterance.text === "" ? <span className={classes["pending"]}>is being written down</span> : utterance.text}</p>
    </li>
  );
}

export function Transcript({ utterances, names, marked, pick, empty }: {
  utterances: readonly Utterance[];
  names: ReadonlyMap<string, string>;
  marked: ReadonlySet<string>;
  pick?: (utterance: Utterance) => void;
  empty: string;
}) {
  const list = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const count = utterances.length;
  useEffect(() => {
    const box = list.current;
    if (box !== null && following.current) box.scrollTop = box.scrollHeight;
  }, [count]);
  useEffect(() => {
    if (marked.size === 0) return;
    const box = list.current;
    const first = box?.querySelector<HTMLElement>('[data-marked="true"]');
    following.current = false; // somebody reads here: what is said next must not carry it away
    // Only this list scrolls, not the page around it.
    if (box != null && first != null) box.scrollTo({ top: first.offsetTop - box.clientHeight / 3, behavior: "smooth" });
  }, [marked]);
  const scrolled = () => {
    const box = list.current;
    if (box !== null) following.current = box.scrollHeight - box.scrollTop - box.clientHeight < FOLLOW_PX;
  };
  if (count === 0) return <Empty icon="transcript" title="Nothing written down yet">{empty}</Empty>;
  return (
    // A box that scrolls must be reachable by keyboard.
    <div ref={list} className={classes["list"]} onScroll={scrolled} tabIndex={0} aria-label="Transcript" role="log" aria-live="polite"><ol>
      {utterances.map((one) => (
        <Line key={one.id} utterance={one} name={speakerName(one, names)} marked={marked.has(one.id)} pick={pick} />
      ))}
    </ol></div>
  );
}

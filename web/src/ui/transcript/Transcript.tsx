/** What was said, by whom, when, as it is being said. Lines can be marked as evidence, heard again and corrected. */
import { useEffect, useRef } from "react";

import type { Utterance } from "../../api/types";
import { Empty } from "../States";
import { isStruckOut, speakerName } from "../utterances";
import { LineBody, type LineProps } from "./Line";
import classes from "./Transcript.module.css";

/** Closer to the end than this, the list follows what is said. */
const FOLLOW_PX = 96;

interface Props extends Pick<LineProps, "corrections" | "pick" | "hear"> {
  utterances: readonly Utterance[];
  names: ReadonlyMap<string, string>;
  marked: ReadonlySet<string>;
  empty: string;
  /** Whether screen readers tell each line as it is finished. */
  announced?: boolean;
}

export function Transcript({ utterances: all, names, marked, empty, announced = true, ...line }: Props) {
  const list = useRef<HTMLDivElement>(null);
  // What is being said is followed; what was said is read from its beginning.
  const following = useRef(announced);
  const utterances = line.corrections === null ? all.filter((one) => !isStruckOut(one)) : all;
  const count = utterances.length;
  const last = utterances.at(-1)?.text; // an open line grows
  useEffect(() => {
    const box = list.current;
    if (box !== null && following.current) box.scrollTop = box.scrollHeight;
  }, [count, last]);
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
    <div ref={list} className={classes["list"]} onScroll={scrolled} tabIndex={0} aria-label="Transcript" role="log" aria-live={announced ? "polite" : "off"}><ol>
      {utterances.map((one) => (
        // Words that still change are not read out: the finished line is.
        <li key={one.id} className={classes["line"]} data-testid="utterance" data-speaker={one.speaker} data-utterance={one.id} data-state={one.state}
          data-source={one.source} data-revision={one.revision} data-marked={marked.has(one.id)} {...(one.state === "open" ? { "aria-live": "off" } : {})}>
          <LineBody utterance={one} name={speakerName(one, names)} {...line} />
        </li>
      ))}
    </ol></div>
  );
}

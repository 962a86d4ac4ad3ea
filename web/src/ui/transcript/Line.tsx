/** One utterance: who, when, the words, and for the doctor everything that helps to trust or to correct them. */
import { useRef, useState } from "react";

import type { Utterance } from "../../api/types";
import { Icon } from "../Icon";
import { duration } from "../time";
import { isStruckOut } from "../utterances";
import { EditLine } from "./EditLine";
import { History } from "./History";
import { Offers } from "./Offers";
import { RetryButton } from "./RetryButton";
import { problemWords, warningWords } from "./tell";
import classes from "./Transcript.module.css";
import type { Corrections } from "./use-corrections";
import { WordText, type Hear } from "./WordText";

export function Words({ utterance, plain, hear }: { utterance: Utterance; plain: boolean; hear?: Hear | undefined }) {
  if (utterance.text !== "") return <WordText utterance={utterance} plain={plain} hear={hear} />;
  if (utterance.state === "empty") return <span className={classes["soft"]}>struck out</span>;
  if (utterance.problem !== null) return <span className={classes["soft"]}>could not be written down</span>;
  return <span className={classes["soft"]}>{utterance.state === "open" ? "is speaking" : "is being written down"}</span>;
}

function Problem({ utterance, corrections }: { utterance: Utterance; corrections: Corrections }) {
  if (utterance.problem === null) return null;
  return (
    <div className={classes["problem"]} role="alert" data-testid="utterance-problem" data-code={utterance.problem}>
      <p>{problemWords(utterance.problem)} The sound is kept.</p>
      <RetryButton corrections={corrections} />
    </div>
  );
}

function Warnings({ utterance }: { utterance: Utterance }) {
  const told = warningWords(utterance);
  if (told.length === 0 || utterance.source === "correction") return null;
  return (
    <ul className={classes["warnings"]} data-testid="warnings">
      {told.map((words) => <li key={words}><Icon name={utterance.warnings.includes("other_language") ? "info" : "alert"} size={15} />{words}</li>)}
    </ul>
  );
}

/** What only those who may correct see below a line. */
function Beneath({ utterance, corrections, done }: { utterance: Utterance; corrections: Corrections; done: () => void }) {
  const [busy, setBusy] = useState(false);
  const correct = (text: string) => {
    setBusy(true);
    void corrections.correct(utterance, text).then(done).finally(() => setBusy(false));
  };
  return (
    <>
      <Warnings utterance={utterance} />
      <Offers utterance={utterance} busy={busy} correct={correct} />
      <History utterance={utterance} visitId={corrections.visitId} correct={corrections.correct} />
      <Problem utterance={utterance} corrections={corrections} />
    </>
  );
}

export interface LineProps {
  utterance: Utterance;
  name: string;
  /** Seconds at which the list's own clock begins. */
  from?: number;
  /** null: to read only, without the marks for the doctor's eye. */
  corrections: Corrections | null;
  /** Plays or goes to the line; null where there is nothing to play. */
  pick?: ((utterance: Utterance) => void) | undefined;
  hear?: ((utterance: Utterance, span: { start: number; end: number }, words: string) => void) | undefined;
}

export function LineBody({ utterance, name, from = 0, corrections, pick, hear }: LineProps) {
  const [editing, setEditing] = useState(false);
  const pen = useRef<HTMLButtonElement>(null);
  // What had the focus is gone from the page then: the keyboard goes on where it began.
  const refocus = () => requestAnimationFrame(() => pen.current?.focus({ preventScroll: true }));
  const close = () => {
    setEditing(false);
    refocus();
  };
  const heard = utterance.state === "final";
  // What no machine could write down can be written by hand.
  const editable = heard || isStruckOut(utterance) || utterance.problem !== null;
  const at = duration(utterance.start - from);
  const hearPiece = hear === undefined ? undefined : ({ start, end, text }: Parameters<Hear>[0]) => {
    if (start !== null) hear(utterance, { start, end: end ?? start }, text);
  };
  return (
    <>
      <div className={classes["head"]}>
        <strong>{name}</strong>
        <span className="tabular">{at}</span>
        <span className={classes["tools"]}>
          {corrections !== null && editable && !editing && (
            <button ref={pen} type="button" className={classes["tool"]} onClick={() => setEditing(true)} aria-label={`Correct: ${name} at ${at}`} title="Correct the words" data-testid="utterance-edit">
              <Icon name="pen" size={15} />
            </button>
          )}
          {pick !== undefined && (heard || editable) && (
            <button type="button" className={classes["tool"]} onClick={() => pick(utterance)} aria-label={`Play: ${name} at ${at}`}><Icon name="play" size={15} /></button>
          )}
        </span>
      </div>
      {editing && corrections !== null
        ? <EditLine utterance={utterance} name={name} correct={corrections.correct} close={close} />
        : <p className={classes["text"]}><Words utterance={utterance} plain={corrections === null} hear={hearPiece} /></p>}
      {corrections !== null && !editing && <Beneath utterance={utterance} corrections={corrections} done={refocus} />}
    </>
  );
}

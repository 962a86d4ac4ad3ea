/** How far the transcript has come: still talking, last words, heard once more by the larger model. */
import type { Transcript } from "../../api/types";
import { RetryButton } from "./RetryButton";
import { problemWords } from "./tell";
import classes from "./Transcript.module.css";
import type { Corrections } from "./use-corrections";

const STATUS_WORDS: Readonly<Record<Transcript["status"], string>> = {
  live: "The visit is still going on.",
  completing: "The last words are still being written down.",
  complete: "",
};

/** Whether anything is still to come, so that the page should ask again. */
export function isSettled(transcript: Transcript | undefined): boolean {
  if (transcript?.status !== "complete") return false;
  const pass = transcript.final_pass;
  return pass === null || pass.problem !== null || pass.done >= pass.total;
}

export function TranscriptStatus({ transcript, corrections }: { transcript: Transcript | undefined; corrections: Corrections | null }) {
  const pass = transcript?.final_pass ?? null;
  if (pass?.problem != null) {
    return (
      <div className={classes["stopped"]} role="alert" data-testid="final-pass-problem" data-code={pass.problem}>
        <p>The second hearing stopped after {pass.done} of {pass.total} lines. {problemWords(pass.problem)} What was heard live stays.</p>
        {corrections !== null && <RetryButton corrections={corrections} />}
      </div>
    );
  }
  if (pass !== null && pass.done < pass.total) {
    return (
      <div className={classes["status"]} role="status" data-testid="final-pass" data-done={pass.done}>
        Being heard a second time, more carefully: {pass.done} of {pass.total} lines. Changed words are marked.
        <progress max={pass.total} value={pass.done} aria-label="Second hearing" />
      </div>
    );
  }
  const words = transcript === undefined ? "" : STATUS_WORDS[transcript.status];
  return words === "" ? null : <p className={classes["status"]} role="status">{words}</p>;
}

/** One line while its words are being corrected: Enter saves, Escape leaves it as it was. */
import { Button, Textarea } from "@mantine/core";
import { useState, type KeyboardEvent } from "react";

import type { Utterance } from "../../api/types";
import type { Correct } from "./use-corrections";
import classes from "./Transcript.module.css";
import { tidied } from "./words";

/** The server's own limit of one line. */
const MOST_CHARACTERS = 2_000;

/** Somebody else corrected the same line meanwhile: both texts, and the person decides. */
function Both({ theirs, mine, busy, keepMine, takeTheirs }: {
  theirs: Utterance; mine: string; busy: boolean; keepMine: () => void; takeTheirs: () => void;
}) {
  return (
    <div className={classes["both"]} role="alert" data-testid="utterance-conflict">
      <p><strong>This line was changed meanwhile.</strong> Nothing is lost: both versions are kept.</p>
      <dl>
        <dt>It now reads</dt><dd data-testid="conflict-theirs">{theirs.text === "" ? "(nothing)" : theirs.text}</dd>
        <dt>You wrote</dt><dd data-testid="conflict-mine">{mine === "" ? "(nothing)" : mine}</dd>
      </dl>
      <div className="row">
        <Button size="xs" loading={busy} onClick={keepMine} data-testid="conflict-keep-mine" autoFocus>Keep mine</Button>
        <Button size="xs" variant="default" disabled={busy} onClick={takeTheirs} data-testid="conflict-take-theirs">Take theirs</Button>
      </div>
    </div>
  );
}

export function EditLine({ utterance, name, correct, close }: {
  utterance: Utterance; name: string; correct: Correct; close: () => void;
}) {
  const [text, setText] = useState(utterance.text);
  const [base] = useState(utterance);
  const [theirs, setTheirs] = useState<Utterance | null>(null);
  const [busy, setBusy] = useState(false);
  const mine = tidied(text);
  const save = async (on: Utterance) => {
    if (busy) return;
    if (on === base && mine === tidied(base.text)) {
      close();
      return;
    }
    setBusy(true);
    const outcome = await correct(on, mine);
    setBusy(false);
    if (outcome === "saved") close();
    else if (outcome !== "refused") setTheirs(outcome);
  };
  const key = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return; // Enter ends a composed character there
    if (event.key === "Escape") close();
    else if (event.key === "Enter") void save(base);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (theirs !== null) return <Both theirs={theirs} mine={mine} busy={busy} keepMine={() => void save(theirs)} takeTheirs={close} />;
  return (
    <div className={classes["edit"]}>
      <Textarea size="sm" autosize minRows={1} maxLength={MOST_CHARACTERS} autoFocus inputWrapperOrder={["input", "description"]} aria-label={`What ${name} said`} value={text} disabled={busy}
        description={mine === "" ? "Without words the line is struck out; you can bring it back." : "Enter saves, Escape leaves it as it was. The recording stays."}
        onChange={(event) => setText(event.currentTarget.value)} onKeyDown={key} data-testid="utterance-text"
        onFocus={(event) => event.currentTarget.setSelectionRange(text.length, text.length)} />
      <div className="row">
        <Button size="xs" loading={busy} onClick={() => void save(base)} data-testid="utterance-save">{mine === "" ? "Strike out" : "Save"}</Button>
        <Button size="xs" variant="default" disabled={busy} onClick={close} data-testid="utterance-cancel">Cancel</Button>
      </div>
    </div>
  );
}

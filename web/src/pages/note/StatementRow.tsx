import { ActionIcon, Textarea } from "@mantine/core";

import type { Utterance } from "../../api/types";
import type { Evidence } from "../../ui/evidence";
import { Icon } from "../../ui/Icon";
import { StatementMarks } from "../../ui/StatementMarks";
import { EvidenceChips } from "./EvidenceChips";
import { canMove, changeLine, moveLine, removeLine, type Editing, type EditLine } from "./note-edits";
import classes from "./Note.module.css";

const MOST_CHARACTERS = 4_000;

export function StatementRow({ line, title, editing, change, evidence, utterances }: {
  line: EditLine; title: string; editing: Editing; change: (next: (editing: Editing) => Editing) => void;
  evidence: Evidence; utterances: readonly Utterance[];
}) {
  const move = (step: 1 | -1) => change((now) => ({ ...now, lines: moveLine(now.lines, line.uid, step) }));
  const short = line.text === "" ? "empty line" : line.text;
  return (
    <li className={classes["row"]} data-testid="draft-statement" data-section={line.section} data-state={line.state}
      data-evidence={line.evidence.join(" ")} data-origin={line.origin} data-lit={evidence.of === line.uid}>
      <div className="grow">
        <Textarea variant="unstyled" size="md" autosize minRows={1} maxLength={MOST_CHARACTERS} aria-label={`${title}: ${short}`} value={line.text}
          classNames={{ input: classes["text"] ?? "" }} data-testid="statement-text" autoFocus={line.text === "" && line.id == null}
          onChange={(event) => {
            const text = event.currentTarget.value;
            change((now) => ({ ...now, lines: changeLine(now.lines, line.uid, { text }) }));
          }} />
        <div className={classes["marks"]}>
          <StatementMarks statement={line} />
          <EvidenceChips of={line.uid} ids={line.evidence} utterances={utterances} evidence={evidence} />
          {line.origin === "clinician" && <span className={classes["own"]}>{line.evidence.length > 0 ? "edited by hand" : "written by hand"}</span>}
        </div>
      </div>
      <div className={classes["tools"]}>
        <ActionIcon variant="subtle" aria-label={`Move up: ${short}`} disabled={!canMove(editing.lines, line.uid, -1)} onClick={() => move(-1)}><Icon name="up" size={17} /></ActionIcon>
        <ActionIcon variant="subtle" aria-label={`Move down: ${short}`} disabled={!canMove(editing.lines, line.uid, 1)} onClick={() => move(1)}><Icon name="down" size={17} /></ActionIcon>
        <ActionIcon variant="subtle" color="rose" aria-label={`Remove: ${short}`} data-testid="statement-remove" onClick={() => change((now) => removeLine(now, line.uid))}><Icon name="trash" size={17} /></ActionIcon>
      </div>
    </li>
  );
}

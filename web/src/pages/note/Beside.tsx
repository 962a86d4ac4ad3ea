/** What stands beside the note: new suggestions, lines set aside, what was said but is in no line, orders heard. */
import { Button } from "@mantine/core";
import type { ReactNode } from "react";

import type { OrderLine, ReviewItem, Statement, Utterance } from "../../api/types";
import type { Evidence } from "../../ui/evidence";
import { Icon } from "../../ui/Icon";
import { Pill } from "../../ui/Pill";
import { sectionTitle } from "../../ui/sections";
import { StatementMarks } from "../../ui/StatementMarks";
import { EvidenceChips } from "./EvidenceChips";
import { asLine, newLine, type EditLine } from "./note-edits";
import classes from "./Note.module.css";
import type { NoteEditor } from "./use-note-editor";

function Box({ id, title, lead, children }: { id: string; title: string; lead: string; children: ReactNode }) {
  return (
    <section className={`card ${classes["beside"] ?? ""}`} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p className="soft small">{lead}</p>
      <ul>{children}</ul>
    </section>
  );
}

interface Shared {
  editor: NoteEditor;
  evidence: Evidence;
  utterances: readonly Utterance[];
}

function Suggestion({ one, editor, evidence, utterances }: Shared & { one: Statement }) {
  const accept = () => editor.change((now) => ({ ...now, lines: [...now.lines, asLine(one)] }));
  const dismiss = () => editor.change((now) => ({ ...now, dismissed: [...now.dismissed, one.key] }));
  return (
    <li className={classes["offer"]} data-testid="suggestion" data-section={one.section}>
      <div className="grow">
        <p><span className="soft small">{sectionTitle(one.section)}</span><br />{one.text}</p>
        <div className={classes["marks"]}><StatementMarks statement={one} /><EvidenceChips of={one.key} ids={one.evidence} utterances={utterances} evidence={evidence} /></div>
      </div>
      <Button size="xs" onClick={accept} aria-label={`Take over: ${one.text}`} data-testid="suggestion-accept">Take over</Button>
      <Button size="xs" variant="default" onClick={dismiss} aria-label={`Dismiss: ${one.text}`} data-testid="suggestion-dismiss">Dismiss</Button>
    </li>
  );
}

function SetAside({ line, editor }: { line: EditLine; editor: NoteEditor }) {
  const drop = (lines: readonly EditLine[]) => lines.filter((one) => one.uid !== line.uid);
  return (
    <li className={classes["offer"]} data-testid="set-aside">
      <p className="grow"><span className="soft small">{sectionTitle(line.section)}</span><br />{line.text}</p>
      <Button size="xs" onClick={() => editor.change((now) => ({ ...now, lines: [...now.lines, line], setAside: drop(now.setAside) }))}>Put into the note</Button>
      <Button size="xs" variant="default" onClick={() => editor.change((now) => ({ ...now, setAside: drop(now.setAside) }))}>Drop</Button>
    </li>
  );
}

function Unplaced({ item, editor, evidence, utterances }: Shared & { item: ReviewItem }) {
  const add = () => editor.change((now) => ({ ...now, lines: [...now.lines, newLine(item.section === "" ? "subjective" : item.section, item.text, item.evidence)] }));
  return (
    <li className={classes["offer"]}>
      <div className="grow">
        <p>{item.text}</p>
        {item.reason !== "" && <p className="soft small">{item.reason}</p>}
        <div className={classes["marks"]}><EvidenceChips of={item.text} ids={item.evidence} utterances={utterances} evidence={evidence} /></div>
      </div>
      <Button size="xs" variant="default" onClick={add} aria-label={`Add to the note: ${item.text}`}>Add to the note</Button>
    </li>
  );
}

const ORDER_WORDS: Record<OrderLine["kind"], string> = {
  medication: "Medication", lab: "Laboratory", imaging: "Imaging", referral: "Referral", followup: "Follow-up",
};

export function Beside(shared: Shared) {
  const { editor, evidence, utterances } = shared;
  const { note, editing, suggestions } = editor;
  return (
    <div className={classes["besides"]}>
      {editing.setAside.length > 0 && (
        <Box id="set-aside" title="Your lines that this version does not have" lead="Set aside when you opened the other version.">
          {editing.setAside.map((line) => <SetAside key={line.uid} line={line} editor={editor} />)}
        </Box>
      )}
      {suggestions.length > 0 && (
        <Box id="suggestions" title="Suggestions" lead="Found in the talk after this note was first saved. Nothing enters the note without you.">
          {suggestions.map((one) => <Suggestion key={one.key} one={one} {...shared} />)}
        </Box>
      )}
      {note.review.length > 0 && (
        <Box id="review" title="Said, but in no line" lead="Asked without an answer, contradicted, or unclear.">
          {note.review.map((item) => <Unplaced key={item.key + item.text} item={item} {...shared} />)}
        </Box>
      )}
      {note.orders.length > 0 && (
        <Box id="orders" title="Orders heard in the plan" lead="Nothing is ordered by itself.">
          {note.orders.map((order) => (
            <li key={order.kind + order.description} className={classes["offer"]}>
              <div className="grow">
                <p><Pill tone="pine">{ORDER_WORDS[order.kind]}</Pill> {order.description}</p>
                {order.reason !== "" && <p className="soft small">{order.reason}</p>}
                <div className={classes["marks"]}><EvidenceChips of={order.description} ids={order.evidence} utterances={utterances} evidence={evidence} /></div>
              </div>
            </li>
          ))}
        </Box>
      )}
      <p className={classes["promise"]}><Icon name="shield" size={18} />Every machine-written line rests on words that were said; hover a time to read them, click to hear them.</p>
    </div>
  );
}

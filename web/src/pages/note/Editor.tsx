import { Button, NativeSelect } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import type { Utterance } from "../../api/types";
import type { Evidence } from "../../ui/evidence";
import { Icon } from "../../ui/Icon";
import { Pill } from "../../ui/Pill";
import { grouped, sectionChoices } from "../../ui/sections";
import { Empty } from "../../ui/States";
import { clockTime } from "../../ui/time";
import { Beside } from "./Beside";
import { Conflict } from "./Conflict";
import { newLine } from "./note-edits";
import classes from "./Note.module.css";
import { SignDialog } from "./SignDialog";
import { StatementRow } from "./StatementRow";
import type { NoteEditor } from "./use-note-editor";
import { Versions } from "./Versions";

interface Props {
  visitId: string;
  editor: NoteEditor;
  evidence: Evidence;
  utterances: readonly Utterance[];
}

function Saved({ editor }: { editor: NoteEditor }) {
  const { version } = editor.editing.base;
  if (editor.dirty) return <Pill tone="amber" dot>Unsaved changes</Pill>;
  if (version === 0) return <Pill>Machine draft, nobody has saved it yet</Pill>;
  const when = editor.savedAt === null ? "" : `, saved ${clockTime(editor.savedAt.toISOString())}`;
  return <Pill tone="pine">Version {version}{when}</Pill>;
}

function Toolbar({ visitId, editor }: { visitId: string; editor: NoteEditor }) {
  const blocked = editor.conflict || editor.busy;
  return (
    <div className={classes["toolbar"]}>
      <div className="grow" role="status" data-testid="note-status" data-version={editor.editing.base.version} data-dirty={editor.dirty}><Saved editor={editor} /></div>
      <Versions visitId={visitId} editor={editor} />
      <Button variant="default" disabled={blocked || (!editor.dirty && editor.editing.base.version > 0)} loading={editor.busy} onClick={() => void editor.save()} data-testid="note-save">Save</Button>
      <SignDialog editor={editor} disabled={blocked} />
    </div>
  );
}

function AddLine({ editor }: { editor: NoteEditor }) {
  const [section, setSection] = useState("assessment");
  const choices = sectionChoices([...editor.editing.lines, ...editor.suggestions].map((line) => line.section));
  return (
    <div className={classes["add"]}>
      <NativeSelect size="sm" aria-label="Section of the new line" data={choices} value={section} onChange={(event) => setSection(event.currentTarget.value)} />
      <Button size="sm" variant="default" leftSection={<Icon name="plus" size={16} />} data-testid="statement-add"
        onClick={() => editor.change((now) => ({ ...now, lines: [...now.lines, newLine(section)] }))}>Add a line</Button>
    </div>
  );
}

/** Leaving with unsaved words asks first, inside the app and at the window's edge. */
function useUnsavedGuard(editor: NoteEditor): void {
  const { dirty } = editor;
  useBlocker({
    shouldBlockFn: () => dirty && !window.confirm("This note has unsaved changes. Leave without saving?"),
    enableBeforeUnload: () => dirty,
  });
}

function useSaveKey(save: () => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      save();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [save]);
}

function Lines({ editor, evidence, utterances }: Omit<Props, "visitId">) {
  const groups = grouped(editor.editing.lines);
  if (groups.length === 0) {
    return <Empty icon="note" title="The note is empty">Add lines by hand, or take the suggestions once there are any.</Empty>;
  }
  return groups.map((group) => (
    <section key={group.part} className={classes["part"]} aria-labelledby={`part-${group.part}`}>
      <h2 id={`part-${group.part}`}>{group.title}</h2>
      {group.sections.map(({ section, title, lines }) => (
        <div key={section} className={classes["section"]}>
          {title !== group.title && <h3>{title}</h3>}
          <ul>
            {lines.map((line) => (
              <StatementRow key={line.uid} line={line} title={title} editing={editor.editing} change={editor.change} evidence={evidence} utterances={utterances} />
            ))}
          </ul>
        </div>
      ))}
    </section>
  ));
}

export function Editor({ visitId, editor, evidence, utterances }: Props) {
  useUnsavedGuard(editor);
  useSaveKey(() => {
    if (editor.dirty && !editor.conflict && !editor.busy) void editor.save();
  });
  return (
    <>
      <Toolbar visitId={visitId} editor={editor} />
      {editor.conflict && <Conflict editor={editor} />}
      <div className={`card ${classes["paper"] ?? ""}`}>
        <Lines editor={editor} evidence={evidence} utterances={utterances} />
        <AddLine editor={editor} />
      </div>
      <Beside editor={editor} evidence={evidence} utterances={utterances} />
    </>
  );
}

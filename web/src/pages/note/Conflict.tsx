import { Button } from "@mantine/core";

import { Icon } from "../../ui/Icon";
import classes from "./Note.module.css";
import type { NoteEditor } from "./use-note-editor";

/** Two tabs or two people: the person decides, and whatever they decide nothing is lost. */
export function Conflict({ editor }: { editor: NoteEditor }) {
  const signed = editor.note.status === "signed";
  return (
    <section className={classes["conflict"]} role="alert" data-testid="note-conflict">
      <Icon name="alert" size={24} />
      <div className="grow">
        <h2>{signed ? "This note was signed meanwhile" : "This note was changed in another tab or by another person"}</h2>
        <p>
          {signed
            ? "It is locked now. Open the signed note; your lines are set aside there, so that you can add them as an addendum."
            : `Version ${editor.note.version} was saved while you were writing. Your words are still here. Both versions are kept in the list of versions.`}
        </p>
        <div className="row">
          {!signed && <Button size="sm" loading={editor.busy} onClick={() => void editor.keepMine()} data-testid="conflict-keep-mine">Keep mine as the new version</Button>}
          <Button size="sm" variant="default" onClick={editor.takeTheirs} data-testid="conflict-reload">{signed ? "Open the signed note" : "Show theirs, set mine aside"}</Button>
        </div>
      </div>
    </section>
  );
}

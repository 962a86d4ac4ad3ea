import { Button, Modal } from "@mantine/core";
import { useState } from "react";

import { Icon } from "../../ui/Icon";
import { needsCheck } from "../../ui/statement-state";
import type { NoteEditor } from "./use-note-editor";

export function SignDialog({ editor, disabled }: { editor: NoteEditor; disabled: boolean }) {
  const [asking, setAsking] = useState(false);
  const { lines } = editor.editing;
  const unsure = lines.filter((line) => line.origin === "draft" && needsCheck(line.confidence)).length;
  const sign = async () => {
    await editor.sign();
    setAsking(false);
  };
  return (
    <>
      <Button leftSection={<Icon name="pen" size={18} />} disabled={disabled || lines.length === 0} onClick={() => setAsking(true)} data-testid="note-sign">Sign</Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title="Sign this note?" closeButtonProps={{ "aria-label": "Close" }}>
        <div className="stack">
          <p>
            You sign {lines.length} {lines.length === 1 ? "line" : "lines"}{editor.dirty ? ", including your unsaved changes" : ""}. After that the note is
            locked, the patient can read the summary, and anything further is a dated addendum.
          </p>
          {unsure > 0 && <p><strong>{unsure} {unsure === 1 ? "line is" : "lines are"} marked “Please check”.</strong></p>}
          {editor.suggestions.length > 0 && <p>{editor.suggestions.length} {editor.suggestions.length === 1 ? "suggestion is" : "suggestions are"} not in the note.</p>}
          <div className="row">
            <Button loading={editor.busy} onClick={() => void sign()} data-testid="note-sign-confirm" data-autofocus>Sign the note</Button>
            <Button variant="default" onClick={() => setAsking(false)}>Go on editing</Button>
          </div>
        </div>
      </Modal>
    </>
  );
}

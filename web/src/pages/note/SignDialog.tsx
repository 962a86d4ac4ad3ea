import { Button, Checkbox, Modal } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { signNote } from "../../api/commands";
import { noteQuery } from "../../api/queries";
import { Icon } from "../../ui/Icon";
import { notify, notifyProblem } from "../../ui/notices";
import { needsCheck } from "../../ui/statement-state";
import classes from "./Note.module.css";
import type { Desk } from "./use-desk";

const many = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;

/** What a signature would leave behind, in words. */
function leftBeside({ view }: Desk): string[] {
  const unsure = view.content.lines.filter((line) => line.origin === "draft" && !line.reviewed && needsCheck(line.confidence)).length;
  const orders = view.note.orders.filter((order) => (view.content.orders[order.key] ?? order.status) === "offered").length;
  return [
    unsure > 0 ? `${many(unsure, "line is", "lines are")} marked “Please check”.` : "",
    view.suggestions.length > 0 ? `${many(view.suggestions.length, "suggestion is", "suggestions are")} not in the note.` : "",
    view.review.length > 0 ? `${many(view.review.length, "unclear point is", "unclear points are")} still open.` : "",
    orders > 0 ? `${many(orders, "order is", "orders are")} not decided.` : "",
  ].filter(Boolean);
}

function useSigning(visitId: string, { session, view }: Desk, close: () => void): { busy: boolean; sign: () => Promise<void> } {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const sign = async () => {
    setBusy(true);
    try {
      const saved = await session.flush();
      if (saved === null) {
        const { problem } = session.view();
        notify("problem", "The note could not be signed", problem === null ? "Some changes are not saved yet." : problem.title);
        return;
      }
      const note = await signNote(visitId, saved.version, view.left > 0);
      client.setQueryData(noteQuery(visitId).queryKey, note);
      session.told(note);
      close();
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "visits" || queryKey[0] === "note-versions" });
      if (note.status === "awaiting_countersignature") notify("success", "The note is signed", "A supervising doctor countersigns it next.");
      else notify("success", "The note is signed", "The patient can now read the summary.");
    } catch (error) {
      notifyProblem(error);
      await client.invalidateQueries({ queryKey: noteQuery(visitId).queryKey });
    } finally {
      setBusy(false);
    }
  };
  return { busy, sign };
}

function Unreviewed({ desk, read, setRead, close }: { desk: Desk; read: boolean; setRead: (read: boolean) => void; close: () => void }) {
  const { left } = desk.view;
  if (left === 0) return <p className={classes["allSeen"]}><Icon name="check" size={18} /> Every line has been reviewed.</p>;
  return (
    <div className={classes["unseen"]} data-testid="sign-unreviewed" data-left={left}>
      <p><strong>{many(left, "line has", "lines have")} not been reviewed.</strong></p>
      <Checkbox checked={read} onChange={(event) => setRead(event.currentTarget.checked)} data-testid="sign-all-read"
        label={left === 1 ? "I have read it; it is right." : `I have read all ${left}; they are right.`} />
      <div><Button size="compact-sm" variant="default" data-autofocus onClick={() => { close(); desk.next(); }} data-testid="sign-review">Review {left === 1 ? "it" : "them"} first</Button></div>
    </div>
  );
}

export function SignDialog({ visitId, desk, opened, close }: { visitId: string; desk: Desk; opened: boolean; close: () => void }) {
  const [read, setRead] = useState(false);
  const { busy, sign } = useSigning(visitId, desk, close);
  const { length } = desk.lines;
  const beside = leftBeside(desk);
  const shut = () => {
    setRead(false);
    close();
  };
  return (
    <Modal opened={opened} onClose={shut} title="Sign this note?" closeButtonProps={{ "aria-label": "Close" }}>
      <div className="stack">
        <p>You sign {many(length, "line", "lines")}. The note is then locked, the patient can read the summary, and anything further is a dated addendum.</p>
        <Unreviewed desk={desk} read={read} setRead={setRead} close={shut} />
        {beside.length > 0 && <ul className={classes["leftBeside"]}>{beside.map((words) => <li key={words}>{words}</li>)}</ul>}
        <div className="row">
          <Button loading={busy} disabled={desk.view.left > 0 && !read} onClick={() => void sign()} data-testid="note-sign-confirm" {...(desk.view.left === 0 ? { "data-autofocus": true } : {})}>Sign the note</Button>
          <Button variant="default" onClick={shut}>Go on editing</Button>
        </div>
      </div>
    </Modal>
  );
}

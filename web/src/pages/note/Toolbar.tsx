/** What is saved, what is left to review, and what may be done with the whole note. */
import { ActionIcon, Button, Tooltip } from "@mantine/core";

import { furtherWords } from "../../api/http";
import { Icon, type IconName } from "../../ui/Icon";
import { clockTime } from "../../ui/time";
import type { NoteView } from "./model/note-session";
import classes from "./Note.module.css";
import type { Desk } from "./use-desk";

function savedWords({ note }: NoteView): string {
  if (note.version === 0) return "Machine draft";
  return note.last_saved_at === null ? "Saved" : `Saved ${clockTime(note.last_saved_at)}`;
}

function standing(view: NoteView): { icon: IconName; words: string; tone: string } {
  switch (view.sync) {
    case "saved": return { icon: "cloud", words: savedWords(view), tone: "quiet" };
    case "waiting": return { icon: "cloud", words: "Saving…", tone: "quiet" };
    case "saving": return { icon: "cloud", words: "Saving…", tone: "quiet" };
    case "offline": return { icon: "cloud-off", words: "Offline. Kept on this device, will be sent.", tone: "amber" };
    case "conflict": return { icon: "alert", words: "Two versions of a line: please choose", tone: "amber" };
    case "refused": return { icon: "alert", words: `Not saved: ${view.problem?.title ?? ""}`, tone: "rose" };
    case "locked": return { icon: "lock", words: "Signed", tone: "quiet" };
  }
}

function Saving({ view }: { view: NoteView }) {
  const { icon, words, tone } = standing(view);
  return (
    <p className={classes["sync"]} data-tone={tone} role="status" data-testid="note-status" data-version={view.note.version} data-sync={view.sync}
      title={view.problem === null ? undefined : furtherWords(view.problem)}>
      <Icon name={icon} size={17} />{words}
    </p>
  );
}

function Progress({ desk }: { desk: Desk }) {
  const { view, lines } = desk;
  const done = lines.length - view.left;
  if (lines.length === 0) return null;
  return (
    <div className={classes["progress"]} data-testid="review-progress" data-left={view.left}>
      <progress value={done} max={Math.max(1, lines.length)} aria-label="Reviewed lines" />
      <span className="tabular">{view.left === 0 ? "All reviewed" : `${view.left} to review`}</span>
      {view.left > 0 && <Button size="compact-sm" variant="light" onClick={desk.next} data-testid="review-next">Next</Button>}
    </div>
  );
}

function Tool({ label, icon, act, disabled = false, hook }: { label: string; icon: IconName; act: () => void; disabled?: boolean; hook: string }) {
  return (
    <Tooltip label={label} openDelay={500}>
      <ActionIcon variant="subtle" size="lg" aria-label={label} disabled={disabled} onClick={act} data-testid={hook}><Icon name={icon} size={19} /></ActionIcon>
    </Tooltip>
  );
}

export function Toolbar({ desk, waiting, decide, openVersions, openHelp, openSign }: {
  desk: Desk; waiting: number; decide: () => void; openVersions: () => void; openHelp: () => void; openSign: () => void;
}) {
  const { view, session } = desk;
  return (
    <div className={classes["toolbar"]} role="toolbar" aria-label="Note">
      <Saving view={view} />
      <Progress desk={desk} />
      <div className={classes["tools"]}>
        <div className={classes["lesser"]}>
          {/* Where the tray is far below the note. */}
          {waiting > 0 && <button type="button" className={classes["below"]} onClick={decide} data-testid="note-to-decide">{waiting} to decide</button>}
          {view.sync === "refused" && <Button size="compact-sm" variant="default" onClick={session.retry}>Try again</Button>}
          <Tool label="Undo" icon="undo" act={desk.undo} disabled={!view.canUndo} hook="note-undo" />
          <Tool label="Redo" icon="redo" act={desk.redo} disabled={!view.canRedo} hook="note-redo" />
          <Tool label="Versions" icon="history" act={openVersions} hook="note-versions" />
          <Tool label="Keyboard shortcuts" icon="keyboard" act={openHelp} hook="note-shortcuts" />
        </div>
        <Button size="sm" leftSection={<Icon name="pen" size={17} />} disabled={desk.lines.length === 0 || view.sync === "conflict"} onClick={openSign} data-testid="note-sign">Sign</Button>
      </div>
    </div>
  );
}

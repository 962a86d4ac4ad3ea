/** One line of the note: its words, where they come from, whether somebody has looked at it. */
import { ActionIcon, Menu, Textarea, Tooltip, VisuallyHidden } from "@mantine/core";
import { useRef, type KeyboardEvent } from "react";

import type { NoteSuggestion } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { sectionChoices, titleIn } from "../../ui/sections";
import { StatementMarks } from "../../ui/StatementMarks";
import { shownText } from "../../ui/transcript/words";
import { CodeTags } from "./CodeTags";
import { LineConflictBox } from "./Conflict";
import { EvidenceChip } from "./EvidenceChip";
import { keysOf, lineOf, needsLook, type Line } from "./model/content";
import { aboveOf, takeInto, waveAway } from "./model/operations";
import { REASONS } from "./reasons";
import classes from "./Row.module.css";
import { rowId, type Desk } from "./use-desk";

/** As many characters as the server takes in one line. */
const MOST_CHARACTERS = 4_000;

export const DRAGGED = "application/x-note-line";

function Words({ line, desk }: { line: Line; desk: Desk }) {
  const changed = useRef(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape") {
      event.preventDefault();
      // Not only the words: whether anybody had looked at them, and whose they were.
      if (changed.current) desk.session.undo();
      desk.done(line.id);
    } else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) desk.split(line.id, event.currentTarget.selectionStart);
      else desk.done(line.id);
    }
    event.stopPropagation();
  };
  return (
    <Textarea ref={field} variant="unstyled" autosize minRows={1} maxLength={MOST_CHARACTERS} autoFocus data-autofocus aria-label={`Words of the line in ${titleIn(desk.layout, line.section)}`}
      value={line.text} classNames={{ input: classes["field"] ?? "" }} data-testid="statement-edit" onKeyDown={pressed}
      onFocus={({ currentTarget }) => currentTarget.setSelectionRange(currentTarget.value.length, currentTarget.value.length)}
      onChange={(event) => {
        changed.current = true;
        desk.type(line.id, event.currentTarget.value);
      }}
      onBlur={() => {
        if (desk.editing === line.id) desk.left(line.id);
      }} />
  );
}

function standing(line: Line): { sign: "check" | "alert" | null; words: string } {
  if (line.stale !== null) return { sign: "alert", words: "The words changed. " };
  return line.reviewed ? { sign: "check", words: "" } : { sign: null, words: "Not reviewed yet. " };
}

/** What was heard meanwhile, where the line rests on other words. */
function Stale({ line, desk }: { line: Line; desk: Desk }) {
  if (line.stale === null) return null;
  const ids = desk.view.note.statements.find((one) => one.id === line.id)?.stale_evidence ?? [];
  const now = desk.utterances.filter((one) => ids.includes(one.id) && one.state !== "empty");
  return (
    <div className={classes["stale"]} data-testid="statement-stale" data-stale={line.stale}>
      <p><strong>{line.stale === "words_gone" ? "What this rests on was struck out." : "The words changed since. Look again."}</strong></p>
      {now.map((one) => <p key={one.id}>Now: “{shownText(one)}”</p>)}
    </div>
  );
}

function Newer({ line, offer, desk }: { line: Line; offer: NoteSuggestion; desk: Desk }) {
  const same = offer.text === line.text;
  return (
    <div className={classes["newer"]} data-testid="suggestion" data-section={offer.section} data-about={line.id}>
      <p className="grow"><span className={classes["tag"]}>{same ? "Said again" : "New in the talk"}</span> {offer.text}</p>
      <EvidenceChip of={offer.id} ids={offer.evidence} utterances={desk.utterances} evidence={desk.evidence} />
      <span className={classes["choices"]}>
        <button type="button" onClick={() => desk.session.apply(takeInto(line.id, lineOf(offer)))} data-testid="suggestion-accept" aria-label={`${same ? "Add evidence" : "Use this"}: ${offer.text}`}>{same ? "Add evidence" : "Use this"}</button>
        <button type="button" onClick={() => desk.session.apply(waveAway(line.id, lineOf(offer)))} data-testid="suggestion-dismiss" aria-label={`Keep mine, without: ${offer.text}`}>Keep mine</button>
      </span>
    </div>
  );
}

function MoveTo({ line, desk }: { line: Line; desk: Desk }) {
  const choices = sectionChoices([...desk.lines.map((one) => one.section), ...desk.view.note.not_discussed]).filter(({ value }) => value !== line.section);
  return (
    <>
      <Menu.Label>Move to</Menu.Label>
      {choices.map(({ value, label }) => (
        <Menu.Item key={value} onClick={() => desk.place(line.id, value)}>{label}</Menu.Item>
      ))}
    </>
  );
}

/** Only the machine can be told what it got wrong. */
function RemoveBecause({ line, desk }: { line: Line; desk: Desk }) {
  if (keysOf(line).length === 0) return null;
  return (
    <>
      <Menu.Label>Remove, because it is</Menu.Label>
      {REASONS.map(({ reason, words }) => (
        <Menu.Item key={reason} onClick={() => desk.reject(line.id, reason)} data-testid={`remove-${reason}`}>{words}</Menu.Item>
      ))}
    </>
  );
}

function More({ line, desk, open, setOpen, tabIndex, short }: { line: Line; desk: Desk; open: boolean; setOpen: (open: boolean) => void; tabIndex: number; short: string }) {
  const back = () => {
    // Removed or merged away, it has given the keyboard to another.
    if (desk.session.view().content.lines.some((one) => one.id === line.id)) desk.focus(line.id);
  };
  return (
    <Menu opened={open} onChange={setOpen} position="bottom-end" withinPortal returnFocus={false} onClose={back} classNames={{ dropdown: classes["menu"] ?? "" }}>
      <Menu.Target>
        <ActionIcon variant="subtle" tabIndex={tabIndex} aria-label={`More for: ${short}`} data-testid="statement-more"><Icon name="more" size={18} /></ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="pen" size={16} />} onClick={() => desk.edit(line.id)}>Edit</Menu.Item>
        <Menu.Item leftSection={<Icon name="merge" size={16} />} disabled={aboveOf(desk.view.content, line.id) === null} onClick={() => desk.merge(line.id)} data-testid="statement-merge">Merge with the line above</Menu.Item>
        <Menu.Item leftSection={<Icon name="plus" size={16} />} onClick={() => desk.add(line.section, line.id)}>New line below</Menu.Item>
        <Menu.Item leftSection={<Icon name="up" size={16} />} onClick={() => desk.move(line.id, -1)}>Move up</Menu.Item>
        <Menu.Item leftSection={<Icon name="down" size={16} />} onClick={() => desk.move(line.id, 1)}>Move down</Menu.Item>
        <RemoveBecause line={line} desk={desk} />
        <MoveTo line={line} desk={desk} />
      </Menu.Dropdown>
    </Menu>
  );
}

function Tools({ line, desk, menu, setMenu, tabIndex }: { line: Line; desk: Desk; menu: boolean; setMenu: (open: boolean) => void; tabIndex: number }) {
  const short = line.text === "" ? "empty line" : line.text;
  return (
    <div role="gridcell" className={classes["tools"]}>
      <Tooltip label={needsLook(line) ? "Accept (A)" : "Accepted"} openDelay={600}>
        <ActionIcon variant="subtle" tabIndex={tabIndex} className={classes["accept"] ?? ""} aria-label={`Accept: ${short}`} aria-pressed={!needsLook(line)} data-testid="statement-accept" onClick={() => desk.accept(line.id)}><Icon name="check" size={18} /></ActionIcon>
      </Tooltip>
      <Tooltip label="Remove (X)" openDelay={600}>
        <ActionIcon variant="subtle" color="rose" tabIndex={tabIndex} aria-label={`Remove: ${short}`} data-testid="statement-remove" onClick={() => desk.reject(line.id)}><Icon name="close" size={17} /></ActionIcon>
      </Tooltip>
      <More line={line} desk={desk} open={menu} setOpen={setMenu} tabIndex={tabIndex} short={short} />
    </div>
  );
}

/** A line may be dragged by its sign and dropped on another. */
function useDropping(line: Line, desk: Desk) {
  return {
    onDragOver: (event: React.DragEvent<HTMLElement>) => {
      if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault();
    },
    onDrop: (event: React.DragEvent<HTMLElement>) => {
      const id = event.dataTransfer.getData(DRAGGED);
      if (id === "" || id === line.id) return;
      event.preventDefault();
      desk.place(id, line.section, line.id);
    },
  };
}

function edited(line: Line): string {
  if (line.origin !== "clinician") return "";
  return line.evidence.length > 0 ? "edited" : "written by hand";
}

export function StatementRow({ line, desk, menu, setMenu, tabbable }: { line: Line; desk: Desk; menu: boolean; setMenu: (open: boolean) => void; tabbable: boolean }) {
  const isEdited = desk.editing === line.id;
  const conflict = desk.view.conflicts.find((one) => one.id === line.id);
  const newer = desk.view.suggestions.filter((one) => one.about === line.id);
  const { sign, words } = standing(line);
  const tabIndex = tabbable ? 0 : -1;
  const startEditing = () => {
    if (window.getSelection()?.isCollapsed !== false) desk.edit(line.id);
  };
  return (
    <div role="row" id={rowId(line.id)} tabIndex={tabIndex} className={classes["row"]} data-testid="draft-statement" data-line={line.id} data-section={line.section}
      data-state={line.state} data-evidence={line.evidence.join(" ")} data-origin={line.origin} data-reviewed={!needsLook(line)} data-stale={line.stale ?? ""}
      data-lit={desk.evidence.of === line.id} data-active={desk.active === line.id} onFocus={() => desk.reached(line.id)}
      onMouseEnter={() => desk.hover(line.id)} onMouseLeave={() => desk.hover(null)} {...useDropping(line, desk)}>
      <div role="gridcell" className={classes["body"]}>
        <span className={classes["sign"]} draggable aria-hidden="true" title="Drag to move" onDragStart={(event) => event.dataTransfer.setData(DRAGGED, line.id)}>{sign !== null && <Icon name={sign} size={14} />}</span>
        <div className="grow">
          {words !== "" && <VisuallyHidden>{words}</VisuallyHidden>}
          {isEdited
            ? <Words line={line} desk={desk} />
            // The keyboard has Enter on the row.
            : <p className={classes["text"]} data-testid="statement-text" onClick={startEditing}>{line.text}{" "}<StatementMarks statement={needsLook(line) ? line : { ...line, confidence: null }} /><CodeTags codes={line.codes} />{edited(line) !== "" && <span className={classes["own"]}>{edited(line)}</span>}</p>}
          <Stale line={line} desk={desk} />
          {newer.map((offer) => <Newer key={offer.key} line={line} offer={offer} desk={desk} />)}
          {conflict !== undefined && <LineConflictBox conflict={conflict} desk={desk} />}
        </div>
      </div>
      <div role="gridcell" className={classes["side"]}><EvidenceChip of={line.id} ids={line.evidence} utterances={desk.utterances} evidence={desk.evidence} tabIndex={tabIndex} /></div>
      <Tools line={line} desk={desk} menu={menu} setMenu={setMenu} tabIndex={tabIndex} />
    </div>
  );
}

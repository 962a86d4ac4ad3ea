/** The note itself: sections, their lines, what nobody spoke about, what was taken out. */
import { Button, NativeSelect } from "@mantine/core";
import { useState, type KeyboardEvent } from "react";

import { Icon } from "../../ui/Icon";
import { grouped, sectionChoices, titleIn } from "../../ui/sections";
import { Empty } from "../../ui/States";
import { LostConflicts } from "./Conflict";
import { needsLook, type Line } from "./model/content";
import { putBack, setTemplate } from "./model/operations";
import classes from "./Note.module.css";
import { shortcutFor, type Asked } from "./shortcuts";
import { DRAGGED, StatementRow } from "./StatementRow";
import type { Desk } from "./use-desk";
import { useTemplates } from "./use-layout";

interface Shared {
  desk: Desk;
  menu: string | null;
  setMenu: (id: string | null) => void;
  /** The one line that Tab reaches. */
  reach: string | undefined;
}

function SectionTools({ section, title, lines, desk }: { section: string; title: string; lines: readonly Line[]; desk: Desk }) {
  const left = lines.filter(needsLook).length;
  return (
    <span className={classes["sectionTools"]}>
      {left > 1 && <button type="button" className={classes["acceptAll"]} onClick={() => desk.acceptSection(section)} aria-label={`Accept all ${left} of ${title}`} data-testid="section-accept">Accept all {left}</button>}
      <button type="button" onClick={() => desk.add(section)} aria-label={`Add a line to ${title}`} title="Add a line" data-testid="section-add"><Icon name="plus" size={16} /></button>
    </span>
  );
}

function Section({ section, title, lines, part, desk, menu, setMenu, reach }: Shared & { section: string; title: string; lines: readonly Line[]; part: string }) {
  const Heading = title === part ? "h2" : "h3";
  const dropped = (event: React.DragEvent<HTMLElement>) => {
    const id = event.dataTransfer.getData(DRAGGED);
    if (id === "" || event.defaultPrevented) return;
    event.preventDefault();
    desk.place(id, section);
  };
  return (
    <div className={classes["section"]} data-testid="note-section" data-section={section} onDrop={dropped}
      onDragOver={(event) => { if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault(); }}>
      <div className={classes["sectionHead"]}>
        <Heading id={`section-${section}`}>{title}</Heading>
        <SectionTools section={section} title={title} lines={lines} desk={desk} />
      </div>
      <div role="grid" aria-labelledby={`section-${section}`}>
        {lines.map((line) => (
          <StatementRow key={line.id} line={line} desk={desk} tabbable={reach === line.id} menu={menu === line.id} setMenu={(open) => setMenu(open ? line.id : null)} />
        ))}
      </div>
    </div>
  );
}

function Parts(shared: Shared) {
  return grouped(shared.desk.view.content.lines, shared.desk.layout).map((group) => {
    const alone = group.sections.length === 1 && group.sections[0]?.title === group.title;
    return (
      <section key={group.part} className={classes["part"]} data-alone={alone} aria-label={group.title}>
        {!alone && <h2>{group.title}</h2>}
        {group.sections.map((one) => <Section key={one.section} {...one} part={alone ? group.title : ""} {...shared} />)}
      </section>
    );
  });
}

/** A silent section is said to be silent; a click writes in it. */
function NotDiscussed({ desk }: { desk: Desk }) {
  const present = new Set(desk.lines.map((line) => line.section));
  const silent = desk.view.note.not_discussed.filter((section) => !present.has(section));
  if (silent.length === 0) return null;
  const hintOf = (section: string) => desk.layout.get(section)?.hint ?? "";
  return (
    <div className={classes["silent"]} data-testid="not-discussed">
      <h2>Not discussed</h2>
      <ul>
        {silent.map((section) => (
          <li key={section}><button type="button" onClick={() => desk.add(section)} title="Write a line here">{titleIn(desk.layout, section)}</button>{hintOf(section) !== "" && <span> {hintOf(section)}</span>}</li>
        ))}
      </ul>
    </div>
  );
}

function Removed({ desk }: { desk: Desk }) {
  const { removed } = desk.view.content;
  if (removed.length === 0) return null;
  return (
    <details className={classes["removed"]} data-testid="removed">
      <summary>{removed.length === 1 ? "1 line removed" : `${removed.length} lines removed`}</summary>
      <ul>
        {removed.map((line) => (
          <li key={line.id}><span className="grow"><s>{line.text}</s></span>
            <button type="button" data-testid="put-back" aria-label={`Put back: ${line.text}`} onClick={() => { desk.session.apply(putBack(line.id)); desk.focus(line.id); }}>Put back</button></li>
        ))}
      </ul>
    </details>
  );
}

function AddLine({ desk }: { desk: Desk }) {
  const [section, setSection] = useState("assessment");
  const choices = sectionChoices([...desk.lines, ...desk.view.suggestions].map((line) => line.section).concat(desk.view.note.not_discussed));
  const templates = useTemplates();
  const { template } = desk.view.content;
  return (
    <div className={classes["add"]}>
      <NativeSelect size="sm" aria-label="Section of the new line" data={choices} value={section} onChange={(event) => setSection(event.currentTarget.value)} />
      <Button size="sm" variant="default" leftSection={<Icon name="plus" size={16} />} data-testid="statement-add" onClick={() => desk.add(section)}>Add a line</Button>
      {templates.length > 1 && (
        <NativeSelect size="sm" className={classes["template"] ?? ""} aria-label="Template of the note" data-testid="note-template" value={template}
          data={templates.map(({ id, name }) => ({ value: id, label: `Laid out as: ${name}` }))}
          onChange={(event) => desk.session.apply(setTemplate(event.currentTarget.value))} />
      )}
    </div>
  );
}

const ACTS_ITSELF = "input, textarea, select, summary";

export function Paper({ desk, asked, menu, setMenu }: { desk: Desk; asked: Asked; menu: string | null; setMenu: (id: string | null) => void }) {
  const reach = desk.lines.some((line) => line.id === desk.active) ? desk.active ?? undefined : desk.lines[0]?.id;
  const pressed = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    // What opens over the page has keys of its own, and so has a field.
    if (!event.currentTarget.contains(target) || target.closest(ACTS_ITSELF) !== null) return;
    if (event.key === "Enter" && target.closest("button") !== null) return;
    const line = target.closest<HTMLElement>("[data-line]")?.dataset["line"];
    const shortcut = shortcutFor(event);
    if (line === undefined || shortcut === undefined) return;
    event.preventDefault();
    shortcut.act(desk, line, asked);
  };
  return (
    <div className={`card ${classes["paper"] ?? ""}`} onKeyDown={pressed} data-testid="paper">
      <LostConflicts desk={desk} />
      {desk.lines.length === 0 && <Empty icon="note" title="The note is empty">Write lines by hand, or take what was found in the talk.</Empty>}
      <Parts desk={desk} menu={menu} setMenu={setMenu} reach={reach} />
      <NotDiscussed desk={desk} />
      <Removed desk={desk} />
      <AddLine desk={desk} />
    </div>
  );
}

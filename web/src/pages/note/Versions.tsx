/** Every version ever saved, what changed between any two of them, and a way to bring a line back. */
import { Button, Checkbox, Modal, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

import { draftDiffQuery, noteVersionQuery, noteVersionsQuery } from "../../api/queries";
import type { NoteDiff, NoteVersion, NoteVersionContent } from "../../api/types";
import { notify } from "../../ui/notices";
import { sectionTitle } from "../../ui/sections";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { clockTime, dateAndTime } from "../../ui/time";
import { changesBetween, wordsBetween, type LineChange } from "./model/compare";
import { newLine } from "./model/content";
import type { NoteSession } from "./model/note-session";
import { bringBack } from "./model/operations";
import classes from "./Versions.module.css";

type Saved = NoteVersionContent["statements"][number];

/** Saves by one person with no longer pause than this are one sitting. */
const SITTING_MS = 10 * 60_000;

export interface Sitting {
  last: NoteVersion;
  versions: NoteVersion[];
}

/** Newest first. A note that saves itself has many versions; people think of sittings. */
export function sittingsOf(versions: readonly NoteVersion[]): Sitting[] {
  const sittings: Sitting[] = [];
  for (const one of [...versions].sort((a, b) => b.version - a.version)) {
    const open = sittings.at(-1);
    const earliest = open?.versions.at(-1);
    const near = earliest !== undefined && Date.parse(earliest.saved_at) - Date.parse(one.saved_at) < SITTING_MS;
    if (open !== undefined && near && open.last.author_name === one.author_name && !one.signed) open.versions.push(one);
    else sittings.push({ last: one, versions: [one] });
  }
  return sittings;
}

function Words({ change }: { change: LineChange<Saved> }) {
  const { kind, before, after } = change;
  if (kind === "added") return <ins>{after?.text}</ins>;
  if (kind === "removed") return <del>{before?.text}</del>;
  if (kind !== "changed") return <>{after?.text}</>;
  return wordsBetween(before?.text ?? "", after?.text ?? "").map(({ text, kind: how }, at) => {
    const key = `${at}${how}`;
    return how === "added" ? <ins key={key}>{text}</ins> : how === "removed" ? <del key={key}>{text}</del> : <span key={key}>{text}</span>;
  });
}

const KINDS: Record<LineChange<Saved>["kind"], string> = { same: "", added: "Added", removed: "Removed", changed: "Changed", moved: "Moved" };

function Change({ change, restore }: { change: LineChange<Saved>; restore: ((line: Saved) => void) | null }) {
  const { kind, before, after } = change;
  const mayReturn = restore !== null && before !== null && (kind === "changed" || kind === "removed");
  return (
    <li className={classes["change"]} data-kind={kind} data-testid="note-change">
      <span className={classes["kind"]}>{KINDS[kind]}</span>
      <span className="grow"><Words change={change} />
        {kind === "moved" && <span className="soft small"> from {sectionTitle(before?.section ?? "")} to {sectionTitle(after?.section ?? "")}</span>}</span>
      {mayReturn && <button type="button" onClick={() => restore(before)} data-testid="bring-back" aria-label={`Bring back: ${before.text}`}>Bring back</button>}
    </li>
  );
}

function Changes({ changes, restore }: { changes: readonly LineChange<Saved>[]; restore: ((line: Saved) => void) | null }) {
  const sections = [...new Set(changes.map((one) => one.section))];
  return sections.map((section) => (
    <section key={section}>
      <h3>{sectionTitle(section)}</h3>
      <ul>{changes.filter((one) => one.section === section).map((one) => <Change key={one.id + one.kind} change={one} restore={restore} />)}</ul>
    </section>
  ));
}

const HOW: Record<NoteDiff["changes"][number]["change"], LineChange<Saved>["kind"]> = { added: "added", removed: "removed", edited: "changed", moved: "moved" };

function Told({ changes, restore, children }: { changes: readonly LineChange<Saved>[]; restore: ((line: Saved) => void) | null; children?: ReactNode }) {
  return (
    <>
      {children}
      {changes.length === 0 ? <p className="soft">The lines are the same.</p> : <Changes changes={changes} restore={restore} />}
    </>
  );
}

/** What people made of the machine's draft. */
function SinceTheDraft({ visitId, to, restore }: { visitId: string; to: number; restore: ((line: Saved) => void) | null }) {
  const diff = useQuery(draftDiffQuery(visitId, to));
  if (diff.isPending) return <LoadingRows rows={2} height={40} />;
  if (diff.isError) return <Refused error={diff.error} retry={() => void diff.refetch()} />;
  const changes = diff.data.changes.map(({ id, change, before, after }) => ({ id, kind: HOW[change], section: (after ?? before)?.section ?? "", before, after }));
  return <div className={classes["comparison"]} data-testid="comparison" data-from={0} data-to={to}><Told changes={changes} restore={restore} /></div>;
}

function Comparison({ visitId, from, to, restore }: { visitId: string; from: number; to: number; restore: ((line: Saved) => void) | null }) {
  const [all, setAll] = useState(false);
  const before = useQuery(noteVersionQuery(visitId, from));
  const after = useQuery(noteVersionQuery(visitId, to));
  if (after.isPending || before.isPending) return <LoadingRows rows={2} height={40} />;
  if (before.isError) return <Refused error={before.error} retry={() => void before.refetch()} />;
  if (after.isError) return <Refused error={after.error} retry={() => void after.refetch()} />;
  const changes = changesBetween(before.data.statements, after.data.statements);
  const shown = all ? changes : changes.filter((one) => one.kind !== "same");
  return (
    <div className={classes["comparison"]} data-testid="comparison" data-from={from} data-to={to}>
      <Told changes={shown} restore={restore}>
        <Checkbox size="sm" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} label="Show unchanged lines too" />
      </Told>
    </div>
  );
}

function nameOf(one: NoteVersion): string {
  return `Version ${one.version}, ${clockTime(one.saved_at)}, ${one.author_name}${one.signed ? ", signed" : ""}`;
}

function Body({ visitId, versions, restore }: { visitId: string; versions: readonly NoteVersion[]; restore: ((line: Saved) => void) | null }) {
  const sittings = sittingsOf(versions);
  const newest = versions.reduce((last, one) => Math.max(last, one.version), 0);
  const [to, setTo] = useState(newest);
  const before = (version: number) => {
    const at = sittings.findIndex(({ versions: own }) => own.some((one) => one.version === version));
    return sittings[at + 1]?.last.version ?? 0;
  };
  const [from, setFrom] = useState<number | null>(null);
  const ground = from ?? before(to);
  const choices = [...versions].sort((a, b) => b.version - a.version);
  return (
    <div className={classes["versions"]}>
      <ul className={classes["list"]} aria-label="Versions">
        {sittings.map(({ last, versions: own }) => (
          <li key={last.version}>
            <button type="button" aria-pressed={own.some((one) => one.version === to)} onClick={() => { setTo(last.version); setFrom(null); }} data-testid={`version-${last.version}`}>
              <strong>Version {last.version}{last.signed ? ", signed" : ""}</strong>
              <span className="small soft">{dateAndTime(last.saved_at)}</span>
              <span className="small soft">{last.author_name}{own.length > 1 ? `, ${own.length} saves` : ""}</span>
            </button>
          </li>
        ))}
      </ul>
      <div className={classes["beside"]}>
        <div className={classes["pair"]}>
          <NativeSelect size="sm" label="From" value={ground} data-testid="compare-from" onChange={(event) => setFrom(Number(event.currentTarget.value))}
            data={[...choices.map((one) => ({ value: String(one.version), label: nameOf(one) })), { value: "0", label: "The machine's draft" }]} />
          <NativeSelect size="sm" label="To" value={to} data-testid="compare-to" onChange={(event) => setTo(Number(event.currentTarget.value))}
            data={choices.map((one) => ({ value: String(one.version), label: nameOf(one) }))} />
        </div>
        {ground === 0
          ? <SinceTheDraft key={to} visitId={visitId} to={to} restore={restore} />
          : <Comparison key={`${ground} ${to}`} visitId={visitId} from={ground} to={to} restore={restore} />}
      </div>
    </div>
  );
}

/** `session` null: the note is locked, and its versions are there to read. */
export function Versions({ visitId, session, close }: { visitId: string; session: NoteSession | null; close: () => void }) {
  const versions = useQuery(noteVersionsQuery(visitId));
  const restore = session === null ? null : (line: Saved) => {
    session.apply(bringBack(newLine(line.id, line.section, {
      key: line.key, text: line.text, state: line.state, confidence: line.confidence, codes: line.codes, evidence: line.evidence, origin: line.origin,
    })));
    notify("success", "The line is back in the note", line.text);
  };
  return (
    <Modal opened onClose={close} title="Versions of this note" size="56rem" closeButtonProps={{ "aria-label": "Close" }}>
      {versions.isPending && <LoadingRows rows={2} />}
      {versions.isError && <Refused error={versions.error} retry={() => void versions.refetch()} />}
      {versions.data?.length === 0 && <Empty icon="history" title="Nothing saved yet">Your first change becomes version 1. No version is ever overwritten.</Empty>}
      {versions.data !== undefined && versions.data.length > 0 && <Body visitId={visitId} versions={versions.data} restore={restore} />}
      <div className={classes["close"]}><Button variant="default" size="sm" onClick={close}>Close</Button></div>
    </Modal>
  );
}

import { Button, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState, type SyntheticEvent } from "react";

import { addAddendum, countersignNote } from "../../api/commands";
import { notePdfPath, noteQuery, summaryQuery } from "../../api/queries";
import type { Addendum, EncounterNote } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { notify, notifyProblem } from "../../ui/notices";
import { grouped, titleIn } from "../../ui/sections";
import { StatementMarks } from "../../ui/StatementMarks";
import { SummaryBody } from "../../ui/SummaryBody";
import { dateAndTime } from "../../ui/time";
import { CodeTags } from "./CodeTags";
import { EvidenceChip } from "./EvidenceChip";
import classes from "./Note.module.css";
import type { Desk } from "./use-desk";

const MOST_CHARACTERS = 4_000;

const Versions = lazy(async () => ({ default: (await import("./Versions")).Versions }));

function Addenda({ addenda }: { addenda: readonly Addendum[] }) {
  return (
    <ol className={classes["addenda"]}>
      {addenda.map((one) => (
        <li key={one.id} data-testid="addendum">
          <p className={classes["prose"]}>{one.text}</p>
          <p className="small soft">{one.author_name}, {dateAndTime(one.added_at)}</p>
        </li>
      ))}
    </ol>
  );
}

function AddendumForm({ visitId, text, setText }: { visitId: string; text: string; setText: (text: string) => void }) {
  const client = useQueryClient();
  const add = useMutation({
    mutationFn: () => addAddendum(visitId, text.trim()),
    onSuccess: async () => {
      setText("");
      await client.invalidateQueries({ queryKey: noteQuery(visitId).queryKey });
    },
    onError: notifyProblem,
  });
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form className="stack no-print" onSubmit={submit}>
      <Textarea label="Add to the signed note" description="Stamped with your name and the time. It cannot be changed later." autosize minRows={2} maxLength={MOST_CHARACTERS}
        value={text} onChange={(event) => setText(event.currentTarget.value)} data-testid="addendum-text" />
      <div className="row"><Button type="submit" size="sm" disabled={text.trim() === ""} loading={add.isPending} data-testid="addendum-add">Add the addendum</Button></div>
    </form>
  );
}

function Countersigning({ visitId, note }: { visitId: string; note: EncounterNote }) {
  const client = useQueryClient();
  const sign = useMutation({
    mutationFn: () => countersignNote(visitId, note.version),
    onSuccess: (signed) => {
      client.setQueryData(noteQuery(visitId).queryKey, signed);
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === "visits" || queryKey[0] === "notes-awaiting" || queryKey[0] === "summary" });
      notify("success", "The note is countersigned", "The patient can now read the summary.");
    },
    onError: notifyProblem,
  });
  const { countersign } = note;
  if (countersign === null) return null;
  if (countersign.signed_by !== null) {
    return <p data-testid="countersigned"><Icon name="check" size={16} /> Countersigned by <strong>{countersign.signed_by}</strong>{countersign.signed_at !== null && <>, {dateAndTime(countersign.signed_at)}</>}</p>;
  }
  return (
    <div className="row" data-testid="awaiting-countersignature">
      <p className="grow"><Icon name="clock" size={16} /> A supervising doctor has not countersigned yet. The patient reads the summary after that.</p>
      {countersign.yours && <Button size="sm" loading={sign.isPending} onClick={() => sign.mutate()} leftSection={<Icon name="pen" size={17} />} data-testid="note-countersign">Countersign</Button>}
    </div>
  );
}

function Signature({ visitId, note, fresh, openVersions }: { visitId: string; note: EncounterNote; fresh: boolean; openVersions: () => void }) {
  const signature = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The line that had the keyboard is gone.
    if (fresh) signature.current?.focus();
  }, [fresh]);
  return (
    <div ref={signature} tabIndex={-1} className={classes["signed"]} role="status" data-testid="note-signed" data-status={note.status}>
      <div className="grow">
        <p><Icon name="lock" size={17} /> Signed by <strong>{note.signed_by}</strong>{note.signed_at !== null && <>, {dateAndTime(note.signed_at)}</>}. <span className={classes["nowrap"]}>Version {note.version}, locked.</span></p>
        <Countersigning visitId={visitId} note={note} />
      </div>
      <div className={`${classes["tools"] ?? ""} no-print`}>
        <Button component="a" href={notePdfPath(visitId)} download size="sm" variant="default" leftSection={<Icon name="download" size={17} />} data-testid="note-pdf">PDF</Button>
        <Button size="sm" variant="subtle" leftSection={<Icon name="history" size={17} />} onClick={openVersions} data-testid="note-versions">Versions</Button>
      </div>
    </div>
  );
}

function Leftover({ desk, into }: { desk: Desk; into: (text: string) => void }) {
  const { leftover } = desk.view;
  if (leftover.length === 0) return null;
  return (
    <section className={classes["leftover"]} role="alert" data-testid="leftover">
      <h2>The note was signed before these words of yours were saved</h2>
      <ul>{leftover.map((line) => <li key={line.id}>{line.text}</li>)}</ul>
      <div className="row">
        <Button size="sm" onClick={() => into(leftover.map((line) => line.text).join("\n"))} data-testid="leftover-addendum">Put them into an addendum</Button>
        <Button size="sm" variant="default" onClick={desk.session.drop} data-testid="leftover-drop">Drop them</Button>
      </div>
    </section>
  );
}

function Lines({ desk }: { desk: Desk }) {
  const { note } = desk.view;
  return grouped(note.statements, desk.layout).map((group) => {
    const alone = group.sections.length === 1 && group.sections[0]?.title === group.title;
    return (
      <section key={group.part} className={classes["part"]} data-alone={alone} aria-label={group.title}>
        <h2>{group.title}</h2>
        {group.sections.map(({ section, title, lines }) => (
          <div key={section} className={classes["section"]}>
            {!alone && <h3>{title}</h3>}
            <ul>
              {lines.map((line) => (
                <li key={line.id} className={classes["locked"]} data-lit={desk.evidence.of === line.id} data-testid="signed-statement">
                  <span className="grow">{line.text} <StatementMarks statement={line} /> <CodeTags codes={line.codes} /></span>
                  <span className="no-print"><EvidenceChip of={line.id} ids={line.evidence} utterances={desk.utterances} evidence={desk.evidence} /></span>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </section>
    );
  });
}

/** Told apart from what was forgotten. */
function Silent({ desk }: { desk: Desk }) {
  const silent = desk.view.note.not_discussed;
  if (silent.length === 0) return null;
  return <p className={classes["silent"]} data-testid="signed-not-discussed"><strong>Not discussed:</strong> {silent.map((section) => titleIn(desk.layout, section)).join("; ")}.</p>;
}

/** What the patient reads, in plain words made from this note alone. */
function PatientsSummary({ visitId, note }: { visitId: string; note: EncounterNote }) {
  const isOut = note.status === "signed" || note.status === "countersigned";
  const summary = useQuery({ ...summaryQuery(visitId), enabled: isOut, retry: false });
  if (summary.data === undefined) return null;
  return (
    <details className={`card no-print ${classes["summary"] ?? ""}`} data-testid="summary-preview">
      <summary>What the patient reads</summary>
      <SummaryBody summary={summary.data} />
      <div className="row"><ButtonLink to="/visits/$visitId/summary" params={{ visitId }} size="sm" variant="default" data-testid="open-summary">Open the summary</ButtonLink></div>
    </details>
  );
}

/** The note as it was signed: locked, with its addenda. `fresh`: a moment ago, on this page. */
export function SignedNote({ visitId, desk, fresh }: { visitId: string; desk: Desk; fresh: boolean }) {
  const { note } = desk.view;
  const [text, setText] = useState("");
  const [versions, setVersions] = useState(false);
  return (
    <>
      <Signature visitId={visitId} note={note} fresh={fresh} openVersions={() => setVersions(true)} />
      {note.transcript_changed_after_signing && <p className={classes["changed"]} data-testid="changed-after-signing"><Icon name="alert" size={17} /> The transcript was corrected after this note was signed. If it matters, say so in an addendum.</p>}
      <Leftover desk={desk} into={(words) => { setText([text, words].filter(Boolean).join("\n")); desk.session.drop(); }} />
      <article className={`card ${classes["paper"] ?? ""}`}>
        <Lines desk={desk} />
        <Silent desk={desk} />
        <section className={classes["part"]} aria-labelledby="addenda">
          <h2 id="addenda">{note.addenda.length > 0 ? "Addenda" : "Addendum"}</h2>
          <Addenda addenda={note.addenda} />
          <AddendumForm visitId={visitId} text={text} setText={setText} />
        </section>
      </article>
      <PatientsSummary visitId={visitId} note={note} />
      {versions && <Suspense fallback={null}><Versions visitId={visitId} session={null} close={() => setVersions(false)} /></Suspense>}
    </>
  );
}

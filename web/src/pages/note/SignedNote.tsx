import { Button, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";

import { addAddendum } from "../../api/commands";
import { noteQuery } from "../../api/queries";
import type { Addendum, EncounterNote, Utterance } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import type { Evidence } from "../../ui/evidence";
import { Icon } from "../../ui/Icon";
import { notifyProblem } from "../../ui/notices";
import { grouped } from "../../ui/sections";
import { StatementMarks } from "../../ui/StatementMarks";
import { dateAndTime } from "../../ui/time";
import { EvidenceChips } from "./EvidenceChips";
import classes from "./Note.module.css";
import { Versions } from "./Versions";

const MOST_CHARACTERS = 4_000;

export function Addenda({ addenda }: { addenda: readonly Addendum[] }) {
  return (
    <ol className={classes["addenda"]}>
      {addenda.map((one) => (
        <li key={one.id} data-testid="addendum">
          <p className="small soft">{dateAndTime(one.added_at)}, {one.author_name}</p>
          <p className={classes["prose"]}>{one.text}</p>
        </li>
      ))}
    </ol>
  );
}

function AddendumForm({ visitId }: { visitId: string }) {
  const client = useQueryClient();
  const [text, setText] = useState("");
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
      <Textarea label="Addendum" description="Stamped with your name and the time. It cannot be changed later." autosize minRows={2} maxLength={MOST_CHARACTERS}
        value={text} onChange={(event) => setText(event.currentTarget.value)} data-testid="addendum-text" />
      <div className="row"><Button type="submit" disabled={text.trim() === ""} loading={add.isPending} data-testid="addendum-add">Add the addendum</Button></div>
    </form>
  );
}

/** The note as it was signed: locked, with its addenda. */
export function SignedNote({ visitId, note, evidence, utterances }: {
  visitId: string; note: EncounterNote; evidence: Evidence; utterances: readonly Utterance[];
}) {
  return (
    <>
      <div className={classes["signed"]} role="status" data-testid="note-signed">
        <p><strong><Icon name="lock" size={18} /> Signed by {note.signed_by}</strong>{note.signed_at !== null && <> on {dateAndTime(note.signed_at)}</>}. Version {note.version}, locked.</p>
        <Versions visitId={visitId} editor={null} />
        <ButtonLink to="/visits/$visitId/summary" params={{ visitId }} variant="default" size="sm">Patient&apos;s summary</ButtonLink>
      </div>
      <div className={`card ${classes["paper"] ?? ""}`}>
        {grouped(note.statements).map((group) => (
          <section key={group.part} className={classes["part"]} aria-labelledby={`part-${group.part}`}>
            <h2 id={`part-${group.part}`}>{group.title}</h2>
            {group.sections.map(({ section, title, lines }) => (
              <div key={section} className={classes["section"]}>
                {title !== group.title && <h3>{title}</h3>}
                <ul>
                  {lines.map((line) => (
                    <li key={line.id} className={classes["row"]} data-testid="draft-statement" data-section={line.section} data-state={line.state} data-evidence={line.evidence.join(" ")}>
                      <div className="grow">
                        <p className={classes["locked"]}>{line.text}</p>
                        <div className={classes["marks"]}>
                          <StatementMarks statement={line} />
                          <EvidenceChips of={line.id} ids={line.evidence} utterances={utterances} evidence={evidence} />
                        </div>
                      </div>
                    </li>
                  ))}
                </ul>
              </div>
            ))}
          </section>
        ))}
      </div>
      <section className={`card ${classes["beside"] ?? ""}`} aria-labelledby="addenda">
        <h2 id="addenda">Addenda</h2>
        {note.addenda.length === 0 && <p className="soft small">None so far.</p>}
        <Addenda addenda={note.addenda} />
        <AddendumForm visitId={visitId} />
      </section>
    </>
  );
}

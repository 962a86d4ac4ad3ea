import { useQuery } from "@tanstack/react-query";

import { noteQuery } from "../../api/queries";
import type { EncounterNote, Statement, Utterance } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import type { Evidence } from "../../ui/evidence";
import { EvidencePlayer } from "../../ui/EvidencePlayer";
import { Icon } from "../../ui/Icon";
import { grouped } from "../../ui/sections";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { StatementMarks } from "../../ui/StatementMarks";
import classes from "./Draft.module.css";
import room from "./Room.module.css";

function Line({ statement, evidence }: { statement: Statement; evidence: Evidence }) {
  const { key } = statement;
  const rests = statement.evidence.length;
  return (
    <li>
      <button type="button" className={classes["statement"]} data-testid="draft-statement" data-section={statement.section}
        data-state={statement.state} data-evidence={statement.evidence.join(" ")} aria-pressed={evidence.of === key}
        disabled={rests === 0} onClick={() => evidence.show(key, statement.evidence)}>
        <span className="grow">{statement.text} <StatementMarks statement={statement} />{statement.origin === "clinician" && <span className={classes["own"]}>edited</span>}</span>
        {rests > 0 && <span className={classes["hear"]} data-testid="play-evidence"><Icon name="play" size={14} /><span className={classes["hidden"]}>Show and play where this was said</span></span>}
      </button>
    </li>
  );
}

/** The note with what is newly offered; other words for a line that somebody edited wait in the note itself. */
function shownStatements(note: EncounterNote): Statement[] {
  return [...note.statements, ...note.suggestions.filter((one) => one.about === null)];
}

function Sections({ statements, evidence }: { statements: readonly Statement[]; evidence: Evidence }) {
  return (
    <div className={classes["sections"]} tabIndex={0} role="region" aria-label="Draft of the note">
      {grouped(statements).map((group) => (
        <section key={group.part} aria-labelledby={`draft-${group.part}`}>
          <h3 id={`draft-${group.part}`} className={classes["part"]}>{group.title}</h3>
          {group.sections.map(({ section, title, lines }) => (
            <div key={section} className={classes["section"]}>
              {title !== group.title && <h4>{title}</h4>}
              <ul>{lines.map((statement) => <Line key={statement.key} statement={statement} evidence={evidence} />)}</ul>
            </div>
          ))}
        </section>
      ))}
    </div>
  );
}

/** The note as it grows beside the call. Each line leads to the moment it rests on. */
export function DraftPanel({ visitId, utterances, names, evidence, transcribing }: {
  visitId: string; utterances: readonly Utterance[]; names: ReadonlyMap<string, string>; evidence: Evidence; transcribing: boolean;
}) {
  const note = useQuery(noteQuery(visitId));
  const statements = note.data === undefined ? [] : shownStatements(note.data);
  return (
    <section className={room["panel"]} data-name="note" aria-labelledby="draft-title">
      <div className={classes["head"]}>
        <h2 id="draft-title">Draft note</h2>
        <ButtonLink to="/visits/$visitId/note" params={{ visitId }} target="_blank" rel="noopener" size="xs" variant="subtle" data-testid="open-note">
          Open in a new tab
        </ButtonLink>
      </div>
      <p className={classes["count"]} role="status">{statements.length} {statements.length === 1 ? "statement" : "statements"} from {utterances.length} {utterances.length === 1 ? "utterance" : "utterances"}</p>
      {note.isPending && <LoadingRows rows={3} height={44} label="Loading the draft" />}
      {note.isError && note.data === undefined && <Refused error={note.error} retry={() => void note.refetch()} />}
      {note.data !== undefined && statements.length === 0 && (
        <Empty icon="note" title="The note writes itself as you talk">
          {transcribing ? "Each line will show where it was said." : "It needs the consent of everybody in the room to be written down."}
        </Empty>
      )}
      {statements.length > 0 && <Sections statements={statements} evidence={evidence} />}
      <EvidencePlayer evidence={evidence} names={names} />
    </section>
  );
}

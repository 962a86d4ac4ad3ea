import type { StatementEdit } from "../api/types";
import { Pill } from "./Pill";
import { needsCheck, stateWords } from "./statement-state";

/** The marks beside a statement: denied, uncertain, worth a second look. */
export function StatementMarks({ statement }: { statement: Pick<StatementEdit, "state" | "confidence" | "text"> }) {
  const state = stateWords(statement.state, statement.text);
  return (
    <>
      {state !== null && <Pill tone={state.tone}>{state.words}</Pill>}
      {needsCheck(statement.confidence) && <Pill tone="amber">Please check</Pill>}
    </>
  );
}

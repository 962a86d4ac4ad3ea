/** Every version of one line: what was heard live, what the second hearing made of it, what was corrected by hand. */
import { Button, Popover } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { utteranceVersionsQuery } from "../../api/queries";
import type { Utterance, UtteranceVersion } from "../../api/types";
import { LoadingRows, Refused } from "../States";
import { dateAndTime } from "../time";
import { sourceWords } from "./tell";
import classes from "./Transcript.module.css";
import type { Correct } from "./use-corrections";
import { pieces } from "./words";

function origin({ source, author_name, model }: UtteranceVersion): string {
  if (source === "correction") return `Corrected by ${author_name ?? "a doctor"}`;
  const by = model === null ? "" : ` (${model})`;
  return source === "final" ? `Heard a second time${by}` : `Heard live${by}`;
}

function VersionText({ version }: { version: UtteranceVersion }) {
  const all = pieces({ ...version, suggestions: [], firm: null, state: "final" });
  if (all.length === 0) return <span className="soft">(no words)</span>;
  return all.map((piece, at) => (
    <span key={piece.first}>{at > 0 && " "}{piece.changed ? <ins className={classes["inserted"]}>{piece.text}</ins> : piece.text}</span>
  ));
}

function List({ utterance, visitId, use }: { utterance: Utterance; visitId: string; use: (version: UtteranceVersion) => void }) {
  const versions = useQuery(utteranceVersionsQuery(visitId, utterance.id));
  if (versions.isPending) return <LoadingRows rows={2} height={48} label="Loading the versions" />;
  if (versions.isError) return <Refused error={versions.error} retry={() => void versions.refetch()} />;
  const newestFirst = [...versions.data].sort((a, b) => b.revision - a.revision);
  return (
    <ol className={classes["versions"]}>
      {newestFirst.map((one) => (
        <li key={one.revision} data-testid="utterance-version" data-source={one.source} data-shown={one.shown}>
          <p className="small soft"><strong>{origin(one)}</strong>, {dateAndTime(one.at)}{one.shown && ", shown"}</p>
          <p><VersionText version={one} /></p>
          {!one.shown && one.text !== "" && one.text !== utterance.text && (
            <Button size="compact-xs" variant="default" onClick={() => use(one)} aria-label={`Use these words: ${one.text}`}>Use these words</Button>
          )}
        </li>
      ))}
    </ol>
  );
}

/** The mark "Corrected" or "Second hearing: 2 words", which opens the versions. */
export function History({ utterance, visitId, correct }: { utterance: Utterance; visitId: string; correct: Correct }) {
  const [open, setOpen] = useState(false);
  const words = sourceWords(utterance);
  if (words === null) return null;
  const use = ({ text }: UtteranceVersion) => {
    setOpen(false);
    void correct(utterance, text);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={320} trapFocus returnFocus shadow="md" withinPortal>
      <Popover.Target>
        <button type="button" className={classes["mark"]} data-source={utterance.source} onClick={() => setOpen(!open)} aria-expanded={open} title="Show the versions of this line" data-testid="utterance-history">{words}</button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Versions of this line">
        {open && <List utterance={utterance} visitId={visitId} use={use} />}
      </Popover.Dropdown>
    </Popover>
  );
}

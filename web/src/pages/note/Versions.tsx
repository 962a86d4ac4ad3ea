import { Button, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { noteVersionQuery, noteVersionsQuery } from "../../api/queries";
import { Icon } from "../../ui/Icon";
import { grouped } from "../../ui/sections";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { dateAndTime } from "../../ui/time";
import { asLine } from "./note-edits";
import classes from "./Note.module.css";
import type { NoteEditor } from "./use-note-editor";

function Content({ visitId, version, editor, back, close }: {
  visitId: string; version: number; editor: NoteEditor | null; back: () => void; close: () => void;
}) {
  const content = useQuery(noteVersionQuery(visitId, version));
  if (content.isPending) return <LoadingRows rows={2} />;
  if (content.isError) return <Refused error={content.error} retry={() => void content.refetch()} />;
  const { statements, author_name, saved_at } = content.data;
  const restore = () => {
    editor?.change((now) => ({ ...now, lines: statements.map(asLine) }));
    close();
  };
  return (
    <div className="stack">
      <p className="soft">Version {version}, saved by {author_name} on {dateAndTime(saved_at)}</p>
      {grouped(statements).map((group) => (
        <section key={group.part}>
          <h3>{group.title}</h3>
          <ul className={classes["plain"]}>{group.sections.flatMap(({ lines }) => lines).map((line) => <li key={line.id}>{line.text}</li>)}</ul>
        </section>
      ))}
      <div className="row">
        {editor !== null && <Button size="sm" onClick={restore}>Bring these lines back</Button>}
        <Button size="sm" variant="default" onClick={back}>All versions</Button>
      </div>
    </div>
  );
}

function List({ visitId, open }: { visitId: string; open: (version: number) => void }) {
  const versions = useQuery(noteVersionsQuery(visitId));
  if (versions.isPending) return <LoadingRows rows={2} />;
  if (versions.isError) return <Refused error={versions.error} retry={() => void versions.refetch()} />;
  if (versions.data.length === 0) return <Empty icon="history" title="Nothing saved yet">Each save becomes a version that is never overwritten.</Empty>;
  const newestFirst = [...versions.data].sort((a, b) => b.version - a.version);
  return (
    <ul className={classes["versions"]}>
      {newestFirst.map((one) => (
        <li key={one.version}>
          <button type="button" onClick={() => open(one.version)} data-testid={`version-${one.version}`}>
            <strong>Version {one.version}{one.signed ? ", signed" : ""}</strong>
            <span className="small soft">{dateAndTime(one.saved_at)} by {one.author_name}, {one.statements} lines</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Every version ever saved, to read and to bring back. `editor` is null where the note is locked. */
export function Versions({ visitId, editor }: { visitId: string; editor: NoteEditor | null }) {
  const [opened, setOpened] = useState(false);
  const [version, setVersion] = useState<number | null>(null);
  return (
    <>
      <Button variant="subtle" leftSection={<Icon name="history" size={18} />} onClick={() => setOpened(true)} data-testid="note-versions">Versions</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Versions of this note" size="lg" closeButtonProps={{ "aria-label": "Close" }}>
        {version === null
          ? <List visitId={visitId} open={setVersion} />
          : <Content visitId={visitId} version={version} editor={editor} back={() => setVersion(null)} close={() => setOpened(false)} />}
      </Modal>
    </>
  );
}

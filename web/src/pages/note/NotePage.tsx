import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";

import { recordingsQuery, transcriptQuery, visitQuery } from "../../api/queries";
import type { Visit } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { useEvidence } from "../../ui/evidence";
import { EvidencePlayer } from "../../ui/EvidencePlayer";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { PhoneTag } from "../../ui/PhoneTag";
import { LoadingRows, Refused } from "../../ui/States";
import { clockTime, fullDate } from "../../ui/time";
import { TranscriptHead } from "../../ui/transcript/TranscriptHead";
import { ExportMenu } from "../../ui/transcript/ExportMenu";
import { Transcript } from "../../ui/transcript/Transcript";
import { isSettled, TranscriptStatus } from "../../ui/transcript/TranscriptStatus";
import { useCorrections } from "../../ui/transcript/use-corrections";
import { mergeUtterances } from "../../ui/utterances";
import { VisitFiles } from "../../ui/VisitFiles";
import { Editor } from "./Editor";
import { LineHistory } from "./LineHistory";
import classes from "./Note.module.css";
import { SignedNote } from "./SignedNote";
import { useNoteEditor } from "./use-note-editor";

const RENEW_MS = 4_000;
const NO_NAMES: ReadonlyMap<string, string> = new Map();

function NoteOf({ visit }: { visit: Visit }) {
  const { query, editor } = useNoteEditor(visit.id);
  const transcript = useQuery({
    ...transcriptQuery(visit.id),
    refetchInterval: ({ state }) => (isSettled(state.data) ? false : RENEW_MS),
  });
  // Asked for early, so that a click on evidence plays at once.
  useQuery(recordingsQuery(visit.id));
  const utterances = useMemo(() => mergeUtterances(transcript.data?.utterances ?? [], []), [transcript.data]);
  const evidence = useEvidence(visit.id, utterances);
  const corrections = useCorrections(visit.id, { mayCorrect: true });
  return (
    <div className={classes["columns"]}>
      <div className={classes["document"]}>
        {query.isPending && <LoadingRows rows={4} label="Loading the note" />}
        {query.isError && editor === null && <Refused error={query.error} retry={() => void query.refetch()} />}
        {editor !== null && (editor.note.status === "signed" && !editor.dirty
          ? <SignedNote visitId={visit.id} note={editor.note} evidence={evidence} utterances={utterances} />
          : <Editor visitId={visit.id} editor={editor} evidence={evidence} utterances={utterances} />)}
        <LineHistory visitId={visit.id} running={visit.status === "in_progress"} />
      </div>
      <aside className={`card no-print ${classes["aside"] ?? ""}`} aria-label="Transcript of the visit">
        <TranscriptHead>{utterances.length > 0 && <ExportMenu visitId={visit.id} />}</TranscriptHead>
        {transcript.data?.notice != null && <p className={classes["notice"]}>{transcript.data.notice}</p>}
        <TranscriptStatus transcript={transcript.data} corrections={corrections} />
        {transcript.isError && transcript.data === undefined
          ? <Refused error={transcript.error} retry={() => void transcript.refetch()} />
          : <Transcript utterances={utterances} names={NO_NAMES} marked={evidence.marked} pick={evidence.play} hear={evidence.hear} corrections={corrections}
              empty="Nothing of this visit was written down, so the note has no draft." />}
        <EvidencePlayer evidence={evidence} names={NO_NAMES} />
      </aside>
    </div>
  );
}

export function NotePage() {
  const { visitId } = useParams({ from: "/framed/guarded/visits/$visitId/note" });
  const visit = useQuery(visitQuery(visitId));
  if (visit.isPending) return <LoadingRows label="Opening the note" />;
  if (visit.isError) return <><PageHead title="Note" /><Refused error={visit.error} retry={() => void visit.refetch()} /></>;
  return (
    <>
      <PageHead title={`Note: ${visit.data.patient_name}`} lead={`Visit of ${fullDate(visit.data.starts_at)}, ${clockTime(visit.data.starts_at)}, with ${visit.data.doctor_name}`}>
        <PhoneTag visit={visit.data} />
        <ButtonLink to="/visits/$visitId/recording" params={{ visitId }} variant="default" leftSection={<Icon name="film" size={18} />} data-testid="open-recording">Recording</ButtonLink>
      </PageHead>
      <NoteOf key={visitId} visit={visit.data} />
      <VisitFiles visitId={visitId} />
    </>
  );
}

import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo, useState, type KeyboardEvent } from "react";

import { recordingsQuery, transcriptQuery, visitQuery } from "../../api/queries";
import type { Transcript as TranscriptOf, Utterance, Visit } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { useEvidence, type Evidence } from "../../ui/evidence";
import { EvidencePlayer } from "../../ui/EvidencePlayer";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { PhoneTag } from "../../ui/PhoneTag";
import { LoadingRows, Refused } from "../../ui/States";
import { clockTime, fullDate } from "../../ui/time";
import { ExportMenu } from "../../ui/transcript/ExportMenu";
import { Transcript } from "../../ui/transcript/Transcript";
import { isSettled, TranscriptStatus } from "../../ui/transcript/TranscriptStatus";
import { useCorrections } from "../../ui/transcript/use-corrections";
import { mergeUtterances } from "../../ui/utterances";
import { VisitFiles } from "../../ui/VisitFiles";
import { Dock } from "./Dock";
import { Editor } from "./Editor";
import { EvidenceDock } from "./EvidenceDock";
import { LineHistory } from "./LineHistory";
import type { NoteSession } from "./model/note-session";
import classes from "./Note.module.css";
import { SignedNote } from "./SignedNote";
import { openCount, Tray } from "./Tray";
import { useDesk } from "./use-desk";
import { useNoteSession } from "./use-note-session";

const RENEW_MS = 4_000;
/** As in Note.module.css: the tray stands below the note. */
const NARROW = "(max-width: 64rem)";
const NO_NAMES: ReadonlyMap<string, string> = new Map();

type AsideTab = "beside" | "transcript";

function Tabs({ shown, show, waiting }: { shown: AsideTab; show: (tab: AsideTab) => void; waiting: number }) {
  const tabs = [["beside", "To decide"], ["transcript", "Transcript"]] as const;
  const pressed = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const next = shown === "beside" ? "transcript" : "beside";
    show(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div className={classes["tabs"]} role="tablist" aria-label="Beside the note" onKeyDown={pressed}>
      {tabs.map(([tab, words]) => (
        <button key={tab} type="button" role="tab" id={`tab-${tab}`} aria-selected={tab === shown} aria-controls="aside-panel" tabIndex={tab === shown ? 0 : -1}
          onClick={() => show(tab)} data-testid={`tab-${tab}`}>
          {words}{tab === "beside" && waiting > 0 && <span className={classes["badge"]}>{waiting}<span className={classes["told"]}> open</span></span>}
        </button>
      ))}
    </div>
  );
}

interface Said {
  transcript: TranscriptOf | undefined;
  problem: Error | null;
  retry: () => void;
  utterances: readonly Utterance[];
  evidence: Evidence;
}

function useSaid(visitId: string): Said {
  const { data, error, isError, refetch } = useQuery({
    ...transcriptQuery(visitId),
    refetchInterval: ({ state }) => (isSettled(state.data) ? false : RENEW_MS),
  });
  // Asked for early, so that a click on evidence plays at once.
  useQuery(recordingsQuery(visitId));
  const utterances = useMemo(() => mergeUtterances(data?.utterances ?? [], []), [data]);
  const evidence = useEvidence(visitId, utterances);
  return { transcript: data, problem: isError && data === undefined ? error : null, retry: () => void refetch(), utterances, evidence };
}

function TranscriptView({ visitId, said }: { visitId: string; said: Said }) {
  const { transcript, utterances, evidence, problem } = said;
  const corrections = useCorrections(visitId, { mayCorrect: true });
  return (
    <>
      <div className={classes["transcriptHead"]}>{utterances.length > 0 && <ExportMenu visitId={visitId} />}</div>
      {transcript?.notice != null && <p className={classes["notice"]}>{transcript.notice}</p>}
      <TranscriptStatus transcript={transcript} corrections={corrections} />
      {problem !== null
        ? <Refused error={problem} retry={said.retry} />
        : <Transcript utterances={utterances} names={NO_NAMES} marked={evidence.marked} pick={evidence.play} hear={evidence.hear} corrections={corrections} announced={false}
            empty="Nothing of this visit was written down, so the note has no draft." />}
    </>
  );
}

function Opened({ visit, session, said }: { visit: Visit; session: NoteSession; said: Said }) {
  const desk = useDesk(session, said.evidence, said.utterances);
  const { note } = desk.view;
  const isSigned = note.status !== "draft";
  const [fresh] = useState(!isSigned);
  const waiting = openCount(desk);
  const [chosen, show] = useState<AsideTab | null>(null);
  const [first] = useState<AsideTab>(waiting > 0 ? "beside" : "transcript");
  const [bar, setBar] = useState<HTMLDivElement | null>(null);
  const narrow = useMediaQuery(NARROW);
  const player = said.evidence.moment !== null && <EvidencePlayer evidence={said.evidence} names={NO_NAMES} />;
  const tab = isSigned ? "transcript" : chosen ?? first;
  const decide = () => {
    show("beside");
    requestAnimationFrame(() => {
      const tray = document.getElementById("tray") ?? document.getElementById("tab-beside");
      tray?.closest("aside")?.scrollIntoView({ block: "nearest" });
      (tray?.querySelector<HTMLElement>("[data-strong=true]") ?? tray)?.focus();
    });
  };
  return (
    <div className={classes["columns"]} data-wide>
      <div className={classes["document"]}>
        {isSigned ? <SignedNote visitId={visit.id} desk={desk} fresh={fresh} /> : <Editor visitId={visit.id} desk={desk} waiting={waiting} decide={decide} bar={bar} />}
        <LineHistory visitId={visit.id} running={visit.status === "in_progress"} />
      </div>
      <aside className={`card no-print ${classes["aside"] ?? ""}`} aria-label={isSigned ? "Transcript of the visit" : "Beside the note"}>
        {/* On top, level with the lines: the aside reaches below the window until the page is scrolled. */}
        {!narrow && player}
        {!isSigned && player === false && <EvidenceDock desk={desk} />}
        {isSigned ? <h2 className={classes["asideTitle"]}>Transcript</h2> : <Tabs shown={tab} show={show} waiting={waiting} />}
        <div className={classes["panel"]} id="aside-panel" {...(isSigned ? {} : { role: "tabpanel", "aria-labelledby": `tab-${tab}` })}>
          {tab === "beside" ? <Tray desk={desk} /> : <TranscriptView visitId={visit.id} said={said} />}
        </div>
      </aside>
      {/* The moment plays where the finger is, not at the end of the page. */}
      <Dock bar={setBar}>{narrow && player}</Dock>
    </div>
  );
}

function NoteOf({ visit }: { visit: Visit }) {
  const { query, session } = useNoteSession(visit.id);
  const said = useSaid(visit.id);
  if (session !== null) return <Opened visit={visit} session={session} said={said} />;
  if (query.isError) return <div className="card"><Refused error={query.error} retry={() => void query.refetch()} /></div>;
  return <LoadingRows rows={4} label="Loading the note" />;
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
        <ButtonLink to="/visits/$visitId/recording" params={{ visitId }} size="sm" variant="default" leftSection={<Icon name="film" size={17} />} data-testid="open-recording">Recording</ButtonLink>
      </PageHead>
      <NoteOf key={visitId} visit={visit.data} />
      <VisitFiles visitId={visitId} />
    </>
  );
}

import { ActionIcon, Button, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useMemo, useSyncExternalStore } from "react";

import { recordingsQuery, transcriptQuery, visitQuery } from "../../api/queries";
import type { RecordingSegment, Visit } from "../../api/types";
import { ButtonLink } from "../../ui/ButtonLink";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { Empty, LoadingRows, Refused } from "../../ui/States";
import { clockTime, duration, fullDate } from "../../ui/time";
import { CaptionsSwitch } from "../../ui/Captions";
import { useCaptionsChoice } from "../../ui/captions-choice";
import { ExportMenu } from "../../ui/transcript/ExportMenu";
import { TranscriptHead } from "../../ui/transcript/TranscriptHead";
import { isSettled, TranscriptStatus } from "../../ui/transcript/TranscriptStatus";
import { useCorrections } from "../../ui/transcript/use-corrections";
import { mergeUtterances } from "../../ui/utterances";
import { pieceAt, recorded, type Recorded } from "./lanes";
import { LaneVideo } from "./LaneVideo";
import { Playback, type PlaybackState } from "./playback";
import { PlaybackCaptions, versionOf } from "./PlaybackCaptions";
import classes from "./Recording.module.css";
import { SpokenLines } from "./SpokenLines";
import { Timeline } from "./Timeline";
import { VideoFile } from "./VideoFile";

const RATES = ["0.75", "1", "1.25", "1.5", "1.75", "2"];
const SKIP_S = 10;
const KEY_S = 5;
const RENEW_MS = 4_000;

/** Where a key already means something else. */
const OWN_KEYS = "a, button, input, select, textarea, [role=slider], [contenteditable]";

function useKeys(playback: Playback): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const busy = event.target instanceof Element && event.target.closest(OWN_KEYS) !== null;
      if (busy || event.ctrlKey || event.metaKey || event.altKey) return;
      const act = { " ": () => playback.toggle(), ArrowLeft: () => playback.skip(-KEY_S), ArrowRight: () => playback.skip(KEY_S) }[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [playback]);
}

function Controls({ of, playback, state, captions, choose }: {
  of: Recorded; playback: Playback; state: PlaybackState; captions: boolean; choose: (on: boolean) => void;
}) {
  const words = state.playing ? "Pause" : "Play";
  return (
    <div className={classes["controls"]}>
      <Button onClick={() => playback.toggle()} leftSection={<Icon name={state.playing ? "pause" : "play"} size={20} />} data-testid="play" aria-keyshortcuts="Space">{words}</Button>
      <ActionIcon variant="default" size={42} onClick={() => playback.skip(-SKIP_S)} aria-label={`Back ${SKIP_S} seconds`}><Icon name="rewind" /></ActionIcon>
      <ActionIcon variant="default" size={42} onClick={() => playback.skip(SKIP_S)} aria-label={`Forward ${SKIP_S} seconds`}><Icon name="forward" /></ActionIcon>
      <p className="tabular" data-testid="position" data-seconds={state.position.toFixed(3)}>{duration(state.position - of.start)} / {duration(of.end - of.start)}</p>
      <p className="soft small" role="status">{state.loading ? "Loading" : ""}</p>
      <CaptionsSwitch on={captions} choose={choose} tone="paper" />
      <NativeSelect className={classes["speed"] ?? ""} aria-label="Speed" value={String(state.rate)} data={RATES.map((rate) => ({ value: rate, label: `${rate}×` }))}
        onChange={(event) => playback.setRate(Number(event.currentTarget.value))} data-testid="speed" />
    </div>
  );
}

/** In words what the timeline shows in colours. */
function Missing({ of }: { of: Recorded }) {
  const lost = of.gaps.filter((gap) => gap.kind === "sound").reduce((sum, gap) => sum + gap.end - gap.start, 0);
  const off = of.off.map((span) => `${duration(span.start - of.start)} to ${duration(span.end - of.start)}`);
  if (off.length === 0 && lost < 0.05 && !of.growing) return null;
  return (
    <ul className={`small ${classes["missing"] ?? ""}`}>
      {of.growing && <li>The visit is still being recorded; reload to see more.</li>}
      {off.length > 0 && <li data-testid="recording-off"><span className={classes["swatch"]} data-of="off" />Recording was off: {off.join(", ")}</li>}
      {lost >= 0.05 && <li><span className={classes["swatch"]} data-of="gap" />Sound lost on the way: {lost.toFixed(1)} s in all</li>}
    </ul>
  );
}

function Player({ visit, of }: { visit: Visit; of: Recorded }) {
  const playback = useMemo(() => new Playback(of), [of]);
  const state = useSyncExternalStore(playback.subscribe, playback.state);
  const transcript = useQuery({
    ...transcriptQuery(visit.id),
    refetchInterval: (query) => (isSettled(query.state.data) || query.state.data?.status === "live" ? false : RENEW_MS),
  });
  const corrections = useCorrections(visit.id, { mayCorrect: true });
  const [captions, setCaptions] = useCaptionsChoice();
  const utterances = useMemo(() => mergeUtterances(transcript.data?.utterances ?? [], []), [transcript.data]);
  useKeys(playback);
  const shared = of.lanes.some((lane) => lane.kind === "screen" && pieceAt(lane, state.position) !== null);
  return (
    <div className={classes["columns"]}>
      <div className={classes["player"]}>
        <div className={classes["screen"]}>
          <div className={classes["stage"]} data-shared={shared} data-lanes={of.lanes.filter((lane) => lane.kind === "camera").length} data-testid="recording-stage">
            {of.lanes.map((lane) => <LaneVideo key={lane.id} lane={lane} playback={playback} position={state.position} />)}
          </div>
          {captions && <PlaybackCaptions visitId={visit.id} version={versionOf(utterances)} seconds={state.position - of.start} />}
        </div>
        <Timeline of={of} playback={playback} position={state.position} />
        <Controls of={of} playback={playback} state={state} captions={captions} choose={setCaptions} />
        <Missing of={of} />
        {visit.status === "ended" && <VideoFile visitId={visit.id} />}
      </div>
      <aside className={`card ${classes["aside"] ?? ""}`} aria-label="What was said">
        <TranscriptHead>{utterances.length > 0 && <ExportMenu visitId={visit.id} />}</TranscriptHead>
        <TranscriptStatus transcript={transcript.data} corrections={corrections} />
        {transcript.data?.notice != null && <p className={classes["notice"]}>{transcript.data.notice}</p>}
        {transcript.isPending && <LoadingRows rows={3} label="Loading the transcript" />}
        {transcript.isError && <Refused error={transcript.error} retry={() => void transcript.refetch()} />}
        {transcript.isSuccess && <SpokenLines of={of} utterances={utterances} position={state.position} go={(seconds) => playback.seek(seconds)}
          corrections={corrections} />}
      </aside>
    </div>
  );
}

function RecordingOf({ visit, segments }: { visit: Visit; segments: readonly RecordingSegment[] }) {
  const of = useMemo(() => recorded(segments), [segments]);
  if (of !== null) return <Player visit={visit} of={of} />;
  return (
    <div className="card"><Empty icon="film" title="Nothing was recorded">
      A visit is recorded while everybody in it agrees. In this one that was never so, or nobody&apos;s sound or picture arrived.
    </Empty></div>
  );
}

export function RecordingPage() {
  const { visitId } = useParams({ from: "/framed/guarded/visits/$visitId/recording" });
  const visit = useQuery(visitQuery(visitId));
  // Asked for once: pieces that grow under the player would begin anew.
  const segments = useQuery({ ...recordingsQuery(visitId), staleTime: Infinity, refetchOnMount: "always" });
  if (visit.isError || segments.isError) {
    const retry = () => void Promise.all([visit.refetch(), segments.refetch()]);
    return <><PageHead title="Recording" /><Refused error={visit.error ?? segments.error} retry={retry} /></>;
  }
  if (visit.isPending || segments.isPending) return <LoadingRows label="Opening the recording" />;
  const { patient_name, starts_at, doctor_name } = visit.data;
  return (
    <>
      <PageHead title={`Recording: ${patient_name}`} lead={`Visit of ${fullDate(starts_at)}, ${clockTime(starts_at)}, with ${doctor_name}`}>
        <ButtonLink to="/visits/$visitId/note" params={{ visitId }} variant="default" leftSection={<Icon name="note" size={18} />}>Note</ButtonLink>
      </PageHead>
      <RecordingOf key={visitId} visit={visit.data} segments={segments.data} />
    </>
  );
}

import { Button, NativeSelect } from "@mantine/core";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";

import type { Visit } from "../../api/types";
import { isCovered, lookAt } from "../../media/camera-look";
import { deviceName, type DeviceProblem, type Kind } from "../../media/devices";
import type { LineCheck, LineFigures } from "../../media/line-check";
import type { LocalMedia, LocalState } from "../../media/local-media";
import { playTestTone } from "../../media/sound";
import { Icon } from "../../ui/Icon";
import { PageHead } from "../../ui/PageHead";
import { clockTime, relativeDay } from "../../ui/time";
import { VideoView } from "../../ui/VideoView";
import { LineStep } from "./LineStep";
import classes from "./Lobby.module.css";
import { MicrophoneMeter } from "./MicrophoneMeter";
import { Step } from "./Step";

function ProblemBox({ problem, retry }: { problem: DeviceProblem; retry: () => void }) {
  return (
    <div className={classes["problem"]} role="alert" data-testid={`device-problem-${problem.kind}`}>
      <p><strong>{problem.title}.</strong> {problem.help}</p>
      <Button size="sm" variant="default" onClick={retry}>Try again</Button>
    </div>
  );
}

function Chooser({ kind, devices, track, choose }: {
  kind: Kind; devices: readonly MediaDeviceInfo[]; track: MediaStreamTrack | null; choose: (deviceId: string) => void;
}) {
  if (devices.length === 0) return null;
  return (
    <NativeSelect aria-label={kind === "microphone" ? "Microphone" : "Camera"} value={track?.getSettings().deviceId ?? ""}
      onChange={(event) => choose(event.currentTarget.value)} data-testid={`${kind}-select`}
      data={devices.map((device, at) => ({ value: device.deviceId, label: deviceName(device, at) }))} />
  );
}

type Heard = "untried" | "playing" | "asked" | "yes" | "no";

function SpeakerTest({ told }: { told: (heard: LineCheck["speaker"]) => void }) {
  const [heard, setHeard] = useState<Heard>("untried");
  useEffect(() => {
    if (heard === "yes" || heard === "no") told(heard === "yes" ? "heard" : "not_heard");
  }, [heard, told]);
  const play = async () => {
    setHeard("playing");
    await playTestTone().catch(() => undefined);
    setHeard("asked");
  };
  return (
    <Step icon="speaker" title="Speaker" done={heard === "yes"}>
      <div className="row" aria-live="polite">
        {(heard === "untried" || heard === "playing" || heard === "no") && (
          <Button variant="default" size="sm" loading={heard === "playing"} onClick={() => void play()} data-testid="speaker-test">
            {heard === "no" ? "Play it again" : "Play a sound"}
          </Button>
        )}
        {heard === "asked" && (
          <>
            <span>Did you hear it?</span>
            <Button size="sm" onClick={() => setHeard("yes")} data-testid="speaker-heard">Yes</Button>
            <Button size="sm" variant="default" onClick={() => setHeard("no")}>No</Button>
          </>
        )}
        {heard === "yes" && <span className="soft">Your speaker works.</span>}
        {heard === "no" && <p className="small soft">Turn up the volume, check that your headphones are connected, then play it again.</p>}
      </div>
    </Step>
  );
}

function readyWords(state: LocalState): string {
  if (state.microphone !== null && state.camera !== null) return "I am ready";
  if (state.microphone !== null) return "Go on without camera";
  return state.camera === null ? "Go on without camera and microphone" : "Go on without microphone";
}

function Preview({ state }: { state: LocalState }) {
  return (
    <div className={classes["preview"]}>
      {state.camera === null
        ? <p>{state.opening ? "Your browser may ask for your camera and microphone. Please allow both." : "No picture from your camera"}</p>
        : <VideoView track={state.camera} mirrored label="Your own picture" testId="local-preview" />}
    </div>
  );
}

/** What the steps find goes along into the waiting room. */
function notesFor(local: LocalMedia) {
  return {
    microphone: (microphone: LineCheck["microphone"]) => local.noteCheck({ microphone }),
    speaker: (speaker: LineCheck["speaker"]) => local.noteCheck({ speaker }),
    line: (figures: LineFigures) => local.noteCheck(figures),
  };
}

/** A moment after a camera was opened: the first pictures of many are black. */
const CAMERA_SETTLES_MS = 1_500;

function useCameraLook(local: LocalMedia, track: MediaStreamTrack | null): void {
  useEffect(() => {
    local.noteCheck({ camera: track === null ? "none" : "good" });
    if (track === null) return;
    const timer = setTimeout(() => {
      void lookAt(track).then((look) => {
        if (look !== null && isCovered(look)) local.noteCheck({ camera: "dark" });
      });
    }, CAMERA_SETTLES_MS);
    return () => clearTimeout(timer);
  }, [local, track]);
}

export function DeviceCheck({ visit, other, local, done }: { visit: Visit; other: string; local: LocalMedia; done: () => void }) {
  const state = useSyncExternalStore(local.subscribe, local.state);
  useEffect(() => {
    void local.open();
  }, [local]);
  const note = useMemo(() => notesFor(local), [local]);
  useCameraLook(local, state.camera);
  const { camera, microphone } = state.problems;
  return (
    <>
      <PageHead title="Let us check your camera, sound and connection" lead={`Visit with ${other}, ${relativeDay(visit.starts_at).toLowerCase()} at ${clockTime(visit.starts_at)}`} />
      <div className={classes["check"]} data-testid="device-check">
        <Preview state={state} />
        <div className={classes["steps"]}>
          <Step icon="camera" title="Camera" done={state.camera !== null}>
            {camera !== undefined && <ProblemBox problem={camera} retry={() => void local.choose("camera")} />}
            <Chooser kind="camera" devices={state.devices.cameras} track={state.camera} choose={(id) => void local.choose("camera", id)} />
          </Step>
          <Step icon="microphone" title="Microphone" done={state.microphone !== null}>
            {microphone !== undefined && <ProblemBox problem={microphone} retry={() => void local.choose("microphone")} />}
            {state.microphone !== null && <MicrophoneMeter key={state.microphone.id} track={state.microphone} judged={note.microphone} />}
            <Chooser kind="microphone" devices={state.devices.microphones} track={state.microphone} choose={(id) => void local.choose("microphone", id)} />
          </Step>
          <SpeakerTest told={note.speaker} />
          <LineStep visitId={visit.id} found={note.line} />
        </div>
      </div>
      <div className={classes["go"]}>
        <Button size="lg" onClick={done} disabled={state.opening} data-testid="device-check-done" rightSection={<Icon name="arrow" />}>{readyWords(state)}</Button>
        <p className="soft small">Nobody sees or hears you yet.</p>
      </div>
    </>
  );
}

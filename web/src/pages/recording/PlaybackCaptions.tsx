/** The visit's WebVTT captions over its pictures. The browser reads the track; the player's own clock picks the cues. */
import { useEffect, useRef, useState } from "react";

import type { Utterance } from "../../api/types";
import { CaptionBox, type CaptionLine } from "../../ui/Captions";

/** Changes with every corrected word, so that the track is read again. */
export function versionOf(utterances: readonly Utterance[]): string {
  return String(utterances.reduce((sum, one) => sum + one.revision, utterances.length));
}

/** `<v Name>words` as the browser has parsed it. */
function lineOf(cue: VTTCue, at: number): CaptionLine {
  const content = cue.getCueAsHTML();
  const voice = content.querySelector("[title]")?.getAttribute("title") ?? "";
  return { id: cue.id === "" ? String(at) : cue.id, name: voice, words: content.textContent.trim() };
}

/** The cues of the track's newest version; those of the one before until it is there. */
function useCues(version: string): { track: React.RefObject<HTMLTrackElement | null>; cues: readonly VTTCue[]; broken: boolean } {
  const track = useRef<HTMLTrackElement>(null);
  const [read, setRead] = useState<{ cues: readonly VTTCue[]; broken: boolean }>({ cues: [], broken: false });
  useEffect(() => {
    const element = track.current;
    if (element === null) return;
    const loaded = () => setRead({ cues: [...(element.track.cues ?? [])].filter((cue) => cue instanceof VTTCue), broken: false });
    const failed = () => setRead({ cues: [], broken: true });
    element.addEventListener("load", loaded);
    element.addEventListener("error", failed);
    element.track.mode = "hidden"; // read, not drawn: there is no one video it belongs to
    return () => {
      element.removeEventListener("load", loaded);
      element.removeEventListener("error", failed);
    };
  }, [version]);
  return { track, ...read };
}

/** `seconds` since the first recorded moment, as in the track. */
export function PlaybackCaptions({ visitId, version, seconds }: { visitId: string; version: string; seconds: number }) {
  const { track, cues, broken } = useCues(version);
  const now = cues.filter((cue) => cue.startTime <= seconds && seconds < cue.endTime);
  return (
    <>
      <video hidden><track key={version} ref={track} kind="captions" srcLang="en" label="Captions" src={`/api/visits/${encodeURIComponent(visitId)}/captions.vtt?version=${version}`} /></video>
      <CaptionBox lines={now.map(lineOf)} note={broken ? "The captions cannot be loaded." : ""} />
    </>
  );
}

import { useEffect, useRef, useState } from "react";

import { MicrophoneCheck, type MicrophoneVerdict } from "../../media/microphone-check";
import { watchLevel } from "../../media/sound";
import classes from "./Lobby.module.css";

const WORDS: Record<MicrophoneVerdict, string> = {
  good: "We hear you.",
  noisy: "We hear you, but it is loud around you. A quieter room or a headset helps.",
  quiet: "Say a few words: the bar moves when we hear you.",
  silent: "Nothing comes from this microphone. Check that it is not muted, or choose another one.",
  none: "",
};

/** A bar that moves with the voice. What it means is said in words as well. */
export function MicrophoneMeter({ track, judged }: { track: MediaStreamTrack; judged: (verdict: MicrophoneVerdict) => void }) {
  const bar = useRef<HTMLDivElement>(null);
  const [verdict, setVerdict] = useState<MicrophoneVerdict>("quiet");
  useEffect(() => {
    const check = new MicrophoneCheck();
    return watchLevel(track, (level, alive) => {
      bar.current?.style.setProperty("--level", level.toFixed(2));
      check.add(level, alive);
      setVerdict(check.verdict);
    });
  }, [track]);
  useEffect(() => judged(verdict), [judged, verdict]);
  return (
    <div className={classes["meterRow"]}>
      <div ref={bar} className={classes["meter"]} aria-hidden="true" data-testid="microphone-meter" />
      <p className="small soft" role="status">{WORDS[verdict]}</p>
    </div>
  );
}

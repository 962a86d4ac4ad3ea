import { useEffect, useRef, useState } from "react";

import { watchLevel } from "../../media/sound";
import classes from "./Lobby.module.css";

const HEARD = 0.35;

/** A bar that moves with the voice. What it means is said in words as well. */
export function MicrophoneMeter({ track }: { track: MediaStreamTrack }) {
  const bar = useRef<HTMLDivElement>(null);
  const [heard, setHeard] = useState(false);
  useEffect(
    () => watchLevel(track, (level) => {
      bar.current?.style.setProperty("--level", level.toFixed(2));
      if (level > HEARD) setHeard(true);
    }),
    [track],
  );
  return (
    <div className={classes["meterRow"]}>
      <div ref={bar} className={classes["meter"]} aria-hidden="true" data-testid="microphone-meter" />
      <p className="small soft" role="status">{heard ? "We hear you." : "Say a few words: the bar moves when we hear you."}</p>
    </div>
  );
}

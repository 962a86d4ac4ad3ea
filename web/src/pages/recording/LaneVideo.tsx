/** One person's camera, or the screen: follows the clock, and says so where there is nothing to see. */
import { ActionIcon } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { Avatar } from "../../ui/Avatar";
import { Icon } from "../../ui/Icon";
import { pieceAt, type Lane } from "./lanes";
import type { Playback } from "./playback";
import classes from "./Recording.module.css";

export function LaneVideo({ lane, playback, position }: { lane: Lane; playback: Playback; position: number }) {
  const video = useRef<HTMLVideoElement>(null);
  const [muted, setMuted] = useState(false);
  const [picture, setPicture] = useState(false);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const element = video.current;
    return element === null ? undefined : playback.show(lane, element);
  }, [lane, playback]);
  const piece = pieceAt(lane, position);
  const isScreen = lane.kind === "screen";
  const sized = () => setPicture((video.current?.videoWidth ?? 0) > 0);
  const words = broken ? "This part cannot be played" : piece === null ? "Not recorded" : "Sound only";
  return (
    <figure className={classes["tile"]} data-kind={lane.kind} data-testid="recording-tile" data-participant={lane.participantId}
      data-start={piece?.start} hidden={isScreen && piece === null}>
      {/* Captions lie over all the pictures, by the common clock. */}
      <video ref={video} playsInline preload="auto" muted={muted} data-testid="recording-video" aria-label={isScreen ? `Screen of ${lane.name}` : lane.name}
        onLoadStart={() => setBroken(false)} onLoadedMetadata={sized} onResize={sized} onError={() => setBroken(video.current?.getAttribute("src") != null)}
        data-empty={piece === null || !picture} />
      {(piece === null || !picture || broken) && (
        <div className={classes["nothing"]}>{!isScreen && <Avatar name={lane.name} size={64} />}<span>{words}</span></div>
      )}
      <figcaption>
        <span>{isScreen ? `Screen of ${lane.name}` : lane.name}</span>
        {!isScreen && (
          <ActionIcon variant="transparent" size={36} aria-pressed={muted} aria-label={`Mute ${lane.name}`} onClick={() => setMuted(!muted)}>
            <Icon name={muted ? "microphone-off" : "speaker"} size={18} />
          </ActionIcon>
        )}
      </figcaption>
    </figure>
  );
}

import { useEffect, useRef } from "react";

import classes from "./VideoView.module.css";

/** A silent picture of one camera track: self view and previews. */
export function VideoView({ track, label, mirrored = false, testId }: {
  track: MediaStreamTrack; label: string; mirrored?: boolean; testId?: string;
}) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (element !== null) element.srcObject = new MediaStream([track]);
    return () => {
      if (element !== null) element.srcObject = null;
    };
  }, [track]);
  return <video ref={video} className={classes["video"]} data-mirrored={mirrored} data-testid={testId} aria-label={label} autoPlay playsInline muted />;
}

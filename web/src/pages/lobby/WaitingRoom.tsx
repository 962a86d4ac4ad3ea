import { useState, useSyncExternalStore, type ReactNode } from "react";

import type { Visit } from "../../api/types";
import type { LocalMedia } from "../../media/local-media";
import { PageHead } from "../../ui/PageHead";
import { clockTime, duration } from "../../ui/time";
import { useNow } from "../../ui/use-now";
import { VideoView } from "../../ui/VideoView";
import classes from "./Lobby.module.css";

/** Shown until the doctor lets this person in. No media leaves the browser from here. */
export function WaitingRoom({ visit, other, local, announced, children }: {
  visit: Visit; other: string; local: LocalMedia; announced: boolean; children?: ReactNode;
}) {
  const { camera } = useSyncExternalStore(local.subscribe, local.state);
  const [since] = useState(() => Date.now());
  const now = useNow();
  return (
    <div data-testid="waiting-room" data-announced={announced} className={classes["waiting"]}>
      <PageHead title="You are in the waiting room" />
      <div className={classes["pulse"]} aria-hidden="true"><span /><span /><span /></div>
      <p className={classes["knows"]} role="status">{announced ? `${other} knows you are here.` : `Telling ${other} that you are here.`}</p>
      <p className="soft">
        The visit is booked for {clockTime(visit.starts_at)}. {other} lets you in as soon as possible; keep this page open.
      </p>
      <p className="soft tabular">Waiting for {duration((now - since) / 1000)}</p>
      {camera !== null && <div className={classes["small"]}><VideoView track={camera} mirrored label="Your own picture" /></div>}
      <p className="soft small">Nobody sees or hears you before you are let in.</p>
      {children}
    </div>
  );
}

/** A shared screen: large beside the cameras, over the whole window to be read; and one's own, always in plain sight. */
import { Button } from "@mantine/core";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import { ServiceProblem } from "../../api/http";
import type { LocalMedia } from "../../media/local-media";
import { canShareScreen } from "../../media/screen";
import type { Participant, RoomState } from "../../socket/events";
import { Icon } from "../../ui/Icon";
import { notify, notifyProblem } from "../../ui/notices";
import { RoundControl } from "./RoundControl";
import classes from "./ScreenShare.module.css";

/** Who of the others shows a screen. */
export function sharerOf(room: RoomState, me: string): Participant | undefined {
  return room.participants.find((one) => one.id !== me && one.screen && one.state === "admitted");
}

/** Enter, a click or a tap on the picture makes it as large as the window; Escape makes it small again. */
export function SharedScreen({ person, stream }: { person: Participant; stream: MediaStream | undefined }) {
  const video = useRef<HTMLVideoElement>(null);
  const [large, setLarge] = useState(false);
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = stream ?? null;
    if (stream !== undefined) void element.play().catch(() => undefined); // it has no sound that could be refused
  }, [stream]);
  useEffect(() => {
    if (!large) return;
    const escape = ({ key }: KeyboardEvent) => {
      if (key === "Escape") setLarge(false);
    };
    window.addEventListener("keydown", escape);
    return () => window.removeEventListener("keydown", escape);
  }, [large]);
  return (
    <figure className={classes["screen"]} data-large={large} data-testid="shared-screen">
      <div className={classes["paper"]} {...(large ? { tabIndex: 0, role: "region", "aria-label": `Screen of ${person.display_name}, enlarged` } : {})}>
        <video ref={video} autoPlay playsInline muted data-testid="screen-video" data-participant={person.id}
          aria-label={`Screen of ${person.display_name}`} onClick={() => setLarge(!large)} />
      </div>
      <figcaption><Icon name="screen" size={16} />{person.display_name} is sharing their screen</figcaption>
      <button type="button" className={classes["enlarge"]} onClick={() => setLarge(!large)} aria-pressed={large} data-testid="screen-enlarge">
        <Icon name={large ? "shrink" : "expand"} size={18} />{large ? "Make smaller" : "Enlarge"}
      </button>
    </figure>
  );
}

/** Nobody should show their screen without knowing it. */
export function SharingNotice({ local }: { local: LocalMedia }) {
  const { screen } = useSyncExternalStore(local.subscribe, local.state);
  return (
    <div role="status" className={classes["notice"]} data-shown={screen !== null} data-testid="sharing-notice">
      {screen !== null && (
        <>
          <p><Icon name="screen" size={20} /><span><strong>You are sharing your screen.</strong> Everybody in the call sees it.</span></p>
          <Button size="sm" color="rose" onClick={() => local.stopScreen()} data-testid="sharing-stop">Stop sharing</Button>
        </>
      )}
    </div>
  );
}

/** One screen at a time: whoever comes second is told whose it is. */
export function ShareControl({ local, room, me }: { local: LocalMedia; room: RoomState; me: Participant }) {
  const { screen, screenProblem } = useSyncExternalStore(local.subscribe, local.state);
  useEffect(() => {
    if (screenProblem !== null) notifyProblem(new ServiceProblem(screenProblem));
  }, [screenProblem]);
  if (!canShareScreen()) return null;
  const share = async () => {
    const other = sharerOf(room, me.id);
    if (other !== undefined) {
      notify("info", `${other.display_name} is sharing a screen`, "One screen can be shown at a time. Ask them to stop, then share yours.");
      return;
    }
    try {
      await local.shareScreen();
    } catch (error) {
      notifyProblem(error);
    }
  };
  return screen === null
    ? <RoundControl icon="screen" words="Share screen" onClick={() => void share()} testId="share-screen" />
    : <RoundControl icon="screen" words="Stop sharing" tone="danger" onClick={() => local.stopScreen()} testId="share-screen" />;
}

import { Button, Modal } from "@mantine/core";
import { useState, useSyncExternalStore, type ReactNode } from "react";

import type { LocalMedia } from "../../media/local-media";
import type { RoomConnection } from "../../socket/room-connection";
import { notifyProblem } from "../../ui/notices";
import { DeviceMenu } from "./DeviceMenu";
import classes from "./Room.module.css";
import { RoundControl } from "./RoundControl";

function EndVisit({ connection }: { connection: RoomConnection }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const end = async () => {
    setBusy(true);
    await connection.end().catch(notifyProblem);
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <RoundControl icon="hangup" words="End visit" tone="danger" onClick={() => setAsking(true)} testId="end-visit" />
      <Modal opened={asking} onClose={() => setAsking(false)} title="End the visit for everybody?" closeButtonProps={{ "aria-label": "Close" }}>
        <div className="stack">
          <p>The call ends for all. The note stays open for you to correct and sign.</p>
          <div className="row">
            <Button color="rose" loading={busy} onClick={() => void end()} data-testid="end-visit-confirm" data-autofocus>End visit</Button>
            <Button variant="default" onClick={() => setAsking(false)}>Go on talking</Button>
          </div>
        </div>
      </Modal>
    </>
  );
}

function OwnDevices({ local }: { local: LocalMedia }) {
  const { microphoneOn, microphone, camera } = useSyncExternalStore(local.subscribe, local.state);
  const muted = !microphoneOn || microphone === null;
  return (
    <>
      <RoundControl icon={muted ? "microphone-off" : "microphone"} words={muted ? "Unmute" : "Mute"} tone={muted ? "off" : "plain"}
        onClick={() => (microphone === null ? void local.choose("microphone") : local.setMicrophone(!microphoneOn))} testId="toggle-microphone" />
      <RoundControl icon={camera === null ? "camera-off" : "camera"} words={camera === null ? "Start video" : "Stop video"} tone={camera === null ? "off" : "plain"}
        onClick={() => void local.setCamera(camera === null)} testId="toggle-camera" />
      <DeviceMenu local={local} />
    </>
  );
}

export function Controls({ local, connection, isDoctor, watch, children }: {
  local: LocalMedia; connection: RoomConnection; isDoctor: boolean; watch: boolean; children: ReactNode;
}) {
  return (
    <div className={classes["controls"]} role="group" aria-label="Call controls">
      {!watch && <OwnDevices local={local} />}
      {children}
      <RoundControl icon="leave" words="Leave" onClick={() => void connection.leave()} testId="leave-visit" />
      {isDoctor && <EndVisit connection={connection} />}
    </div>
  );
}

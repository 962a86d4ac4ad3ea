/** A visit in one flow: device check, waiting room, room, and what comes after. */
import { Button } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";

import { ServiceProblem } from "../../api/http";
import type { Session, Visit } from "../../api/types";
import { LocalMedia } from "../../media/local-media";
import { remember, remembered } from "../../media/remembered";
import { RoomConnection, type Link, type RoomView } from "../../socket/room-connection";
import { BareFrame } from "../../ui/BareFrame";
import { Icon } from "../../ui/Icon";
import { LoadingRows, Refused } from "../../ui/States";
import { DeviceCheck } from "../lobby/DeviceCheck";
import { WaitingRoom } from "../lobby/WaitingRoom";
import { InviteDialog } from "./InvitePeople";
import { LeftVisit, VisitEnded, VisitRefused } from "./Outcomes";
import { Room } from "./Room";

export interface Here {
  visit: Visit;
  session: Session;
}

/** Whom this person meets. */
function otherOf({ visit, session }: Here): string {
  return session.role === "doctor" ? visit.patient_name : visit.doctor_name;
}

/** While waiting there is time to bring somebody along. */
function InviteFamily({ visitId }: { visitId: string }) {
  return (
    <InviteDialog visitId={visitId} isDoctor={false} opener={(open) => (
      <Button variant="default" leftSection={<Icon name="invite" size={18} />} onClick={open} data-testid="invite-open">Bring family or a friend</Button>
    )} />
  );
}

function InRoom({ here, view, connection, local, watch }: {
  here: Here; view: RoomView; connection: RoomConnection; local: LocalMedia; watch: boolean;
}) {
  const me = view.room?.participants.find((one) => one.id === view.room?.me);
  if (view.room !== null && me?.state === "admitted") {
    return <Room {...here} room={view.room} me={me} view={view} connection={connection} local={local} watch={watch} />;
  }
  return (
    <BareFrame>
      {here.session.role === "doctor"
        ? <LoadingRows rows={2} height={180} label="Opening the room" />
        : (
          <WaitingRoom visit={here.visit} other={otherOf(here)} local={local} announced={me?.state === "waiting"}>
            {here.session.role === "patient" && <InviteFamily visitId={here.visit.id} />}
          </WaitingRoom>
        )}
      {view.problem !== null && <Refused error={new ServiceProblem(view.problem)} />}
    </BareFrame>
  );
}

/** While this tab is in the call, a reload finds its devices as they are now. */
function useMemory(visitId: string, local: LocalMedia, inCall: boolean): void {
  useEffect(() => {
    if (!inCall) return;
    const note = () => {
      if (!local.state().opening) remember(local.memory(visitId));
    };
    note();
    return local.subscribe(note);
  }, [visitId, local, inCall]);
}

const OVER: ReadonlySet<Link> = new Set(["ended", "left", "refused", "removed"]);

function Joined({ here, local, watch }: { here: Here; local: LocalMedia; watch: boolean }) {
  const [connection] = useState(() => new RoomConnection(here.visit.id, local));
  const [start, setStart] = useState(0);
  useEffect(() => connection.start(), [connection, start]);
  const view = useSyncExternalStore(connection.subscribe, connection.view);
  const over = OVER.has(view.link);
  const admitted = view.room?.participants.some((one) => one.id === view.room?.me && one.state === "admitted") ?? false;
  useMemory(here.visit.id, local, admitted && !over && !watch);
  useEffect(() => {
    if (!over) return;
    // Outside the room camera and microphone are off, and their lights with them.
    local.close();
    remember(null);
  }, [over, local]);
  const again = () => {
    if (!watch) void local.open();
    setStart((count) => count + 1);
  };
  switch (view.link) {
    case "ended":
      return <VisitEnded {...here} />;
    case "left":
      return <LeftVisit {...here} again={again} />;
    case "refused":
    case "removed":
      return <VisitRefused {...here} problem={view.problem} again={again} />;
    default:
      return <InRoom here={here} view={view} connection={connection} local={local} watch={watch} />;
  }
}

/** A reloaded tab walks straight back into the call it was in. */
export function VisitFlow({ here, watch }: { here: Here; watch: boolean }) {
  const [local] = useState(() => new LocalMedia());
  const [inCall] = useState(() => (watch ? null : remembered(here.visit.id)));
  const [ready, setReady] = useState(watch || inCall !== null);
  useEffect(() => {
    if (inCall !== null) void local.resume(inCall);
  }, [local, inCall]);
  useEffect(() => () => local.close(), [local]);
  if (!ready && here.visit.status === "ended") return <VisitEnded {...here} />;
  if (ready) return <Joined here={here} local={local} watch={watch} />;
  return (
    <BareFrame wide>
      <DeviceCheck visit={here.visit} other={otherOf(here)} local={local} done={() => setReady(true)} />
    </BareFrame>
  );
}

import { useMediaQuery } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { chatQuery, demoQuery, noteQuery, transcriptQuery } from "../../api/queries";
import type { Session, Visit } from "../../api/types";
import type { LocalMedia } from "../../media/local-media";
import type { Participant, RoomState } from "../../socket/events";
import type { RoomConnection, RoomView } from "../../socket/room-connection";
import { DEMO_WARNING } from "../../ui/DemoStrip";
import { useEvidence } from "../../ui/evidence";
import { EvidencePlayer } from "../../ui/EvidencePlayer";
import { Icon, type IconName } from "../../ui/Icon";
import { Transcript } from "../../ui/Transcript";
import { mergeUtterances } from "../../ui/utterances";
import { ChatPanel } from "./ChatPanel";
import { ConsentControl } from "./ConsentControl";
import { Controls } from "./Controls";
import { DraftPanel } from "./DraftPanel";
import classes from "./Room.module.css";
import { OwnNotice } from "./Quality";
import { RoomHeader } from "./RoomHeader";
import { Stage } from "./Stage";
import { WaitingPeople } from "./WaitingPeople";

export interface RoomProps {
  visit: Visit;
  session: Session;
  room: RoomState;
  me: Participant;
  view: RoomView;
  connection: RoomConnection;
  local: LocalMedia;
  watch: boolean;
}

const NARROW = "(max-width: 56rem)";

type Panel = "note" | "transcript" | "chat";

/** Everything that happened while no socket was there is fetched again after each new one. */
function useCatchUp(visitId: string, view: RoomView): void {
  const client = useQueryClient();
  useEffect(() => {
    if (view.connections < 2) return;
    for (const name of ["transcript", "chat", "note"]) void client.invalidateQueries({ queryKey: [name, visitId] });
  }, [client, visitId, view.connections]);
  useEffect(() => {
    if (view.noteRevision > 0) void client.invalidateQueries({ queryKey: noteQuery(visitId).queryKey });
  }, [client, visitId, view.noteRevision]);
}

function PanelTabs({ panels, shown, show }: { panels: [Panel, string, IconName][]; shown: Panel; show: (panel: Panel) => void }) {
  return (
    <nav className={classes["tabs"]} aria-label="Panels">
      {panels.map(([panel, words, icon]) => (
        <button key={panel} type="button" aria-pressed={panel === shown} onClick={() => show(panel)} data-testid={`panel-${panel}`}>
          <Icon name={icon} size={18} />{words}
        </button>
      ))}
    </nav>
  );
}

export function Room({ visit, session, room, me, view, connection, local, watch }: RoomProps) {
  const isDoctor = session.role === "doctor";
  const [chosen, setPanel] = useState<Panel>(isDoctor ? "note" : "transcript");
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  // In wider windows the note has a place of its own and the tabs choose between the other two.
  const panel = !narrow && chosen === "note" ? "transcript" : chosen;
  const transcript = useQuery(transcriptQuery(visit.id));
  const chat = useQuery(chatQuery(visit.id));
  useCatchUp(visit.id, view);
  const utterances = useMemo(
    () => mergeUtterances(transcript.data?.utterances ?? [], view.utterances), [transcript.data, view.utterances]);
  const names = useMemo(() => new Map(room.participants.map((one) => [one.id, one.display_name])), [room.participants]);
  const evidence = useEvidence(visit.id, utterances);
  const demo = useQuery(demoQuery).data != null;
  const notice = transcript.data?.notice ?? (demo ? DEMO_WARNING : null);
  const panels: [Panel, string, IconName][] = [
    ...(isDoctor ? [["note", "Note", "note"] satisfies [Panel, string, IconName]] : []),
    ["transcript", "Transcript", "transcript"],
    ["chat", "Chat", "chat"],
  ];
  return (
    <div className={classes["room"]} data-role={isDoctor ? "doctor" : "other"} data-panel={panel}>
      <RoomHeader visit={visit} room={room} view={view} isDoctor={isDoctor} />
      <main className={classes["call"]} id="main">
        <Stage room={room} me={me} view={view} local={local} watch={watch} />
        <OwnNotice quality={view.lines.get(me.id)} />
        {isDoctor && <WaitingPeople room={room} connection={connection} />}
        <Controls local={local} connection={connection} isDoctor={isDoctor} watch={watch}>
          <ConsentControl me={me} room={room} connection={connection} />
        </Controls>
      </main>
      <PanelTabs panels={panels} shown={panel} show={setPanel} />
      <section className={classes["panel"]} data-name="transcript" aria-labelledby="transcript-title">
        <h2 id="transcript-title">Transcript</h2>
        {notice !== null && <p className={classes["notice"]}>{notice}</p>}
        <Transcript utterances={utterances} names={names} marked={evidence.marked} pick={evidence.play}
          empty={room.transcribing ? "What is said appears here a few seconds later." : "Nothing is written down until everybody in the room agrees."} />
        {!isDoctor && <EvidencePlayer evidence={evidence} names={names} />}
      </section>
      <ChatPanel messages={chat.data ?? []} live={view.chat} me={me.id} connection={connection} />
      {isDoctor && <DraftPanel visitId={visit.id} utterances={utterances} names={names} evidence={evidence} transcribing={room.transcribing} />}
    </div>
  );
}

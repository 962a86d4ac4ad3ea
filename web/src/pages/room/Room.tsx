import { useMediaQuery } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { chatQuery, demoQuery, noteQuery, transcriptQuery } from "../../api/queries";
import type { Session, Utterance, Visit } from "../../api/types";
import type { LocalMedia } from "../../media/local-media";
import type { Participant, RoomState } from "../../socket/events";
import type { RoomConnection, RoomView } from "../../socket/room-connection";
import { DEMO_WARNING } from "../../ui/DemoStrip";
import { useEvidence, type Evidence } from "../../ui/evidence";
import { Icon, type IconName } from "../../ui/Icon";
import { CaptionsSwitch } from "../../ui/Captions";
import { useCaptionsChoice } from "../../ui/captions-choice";
import { Transcript } from "../../ui/transcript/Transcript";
import { useCorrections, type Corrections } from "../../ui/transcript/use-corrections";
import { mergeUtterances } from "../../ui/utterances";
import { Departures } from "./Arrival";
import { ChatPanel } from "./ChatPanel";
import { InviteDialog } from "./InvitePeople";
import { ConsentControl } from "./ConsentControl";
import { Controls } from "./Controls";
import { DraftPanel } from "./DraftPanel";
import { LiveCaptions } from "./LiveCaptions";
import classes from "./Room.module.css";
import { OwnNotice } from "./Quality";
import { PhoneCard } from "./PhoneCard";
import { RoomHeader } from "./RoomHeader";
import { ShareControl, SharingNotice } from "./ScreenShare";
import { Stage } from "./Stage";
import { ViewMenu } from "./ViewMenu";
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
type PanelTab = [Panel, string, IconName];
/** A guest has the call and what is written while they are in it; the record's parts are not theirs to ask for. */
type Place = "doctor" | "guest" | "other";

const NOTE: PanelTab = ["note", "Note", "note"];
const TRANSCRIPT: PanelTab = ["transcript", "Transcript", "transcript"];
const CHAT: PanelTab = ["chat", "Chat", "chat"];
const PANELS: Record<Place, [PanelTab, ...PanelTab[]]> = { doctor: [NOTE, TRANSCRIPT, CHAT], guest: [CHAT], other: [TRANSCRIPT, CHAT] };

function placeOf(role: Session["role"]): Place {
  return role === "doctor" || role === "guest" ? role : "other";
}

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

/** Whose visit it is may bring others in. */
function InviteFromHeader({ visitId, isDoctor }: { visitId: string; isDoctor: boolean }) {
  return (
    <InviteDialog visitId={visitId} isDoctor={isDoctor} opener={(open) => (
      <button type="button" className={classes["invite"]} onClick={open} aria-label="Invite somebody" data-testid="invite-open"><Icon name="invite" size={20} /><span>Invite</span></button>
    )} />
  );
}

function PanelTabs({ panels, shown, show }: { panels: PanelTab[]; shown: Panel; show: (panel: Panel) => void }) {
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

/** A doctor hears again, corrects and takes terms; everybody else reads. */
function TranscriptPanel({ utterances, names, evidence, notice, room, corrections, announced }: {
  utterances: readonly Utterance[]; names: ReadonlyMap<string, string>; evidence: Evidence; notice: string | null; room: RoomState;
  corrections: Corrections | null; announced: boolean;
}) {
  const demo = useQuery(demoQuery).data != null;
  const warning = notice ?? (demo ? DEMO_WARNING : null);
  const hearing = corrections === null ? {} : { pick: evidence.play, hear: evidence.hear };
  return (
    <section className={classes["panel"]} data-name="transcript" aria-labelledby="transcript-title">
      <h2 id="transcript-title">Transcript</h2>
      {warning !== null && <p className={classes["notice"]}>{warning}</p>}
      <Transcript utterances={utterances} names={names} marked={evidence.marked} corrections={corrections} announced={announced} {...hearing}
        empty={room.transcribing ? "What is said appears here as it is spoken." : "Nothing is written down until everybody in the room agrees."} />
    </section>
  );
}

export function Room({ visit, session, room, me, view, connection, local, watch }: RoomProps) {
  const place = placeOf(session.role);
  const [isDoctor, isGuest] = [place === "doctor", place === "guest"];
  const panels = PANELS[place];
  const [chosen, setPanel] = useState<Panel>(panels[0][0]);
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  // In wider windows the note has a place of its own and the tabs choose between the other two.
  const panel = !narrow && chosen === "note" ? "transcript" : chosen;
  const transcript = useQuery({ ...transcriptQuery(visit.id), enabled: !isGuest });
  const chat = useQuery({ ...chatQuery(visit.id), enabled: !isGuest });
  useCatchUp(visit.id, view);
  const utterances = useMemo(
    () => mergeUtterances(transcript.data?.utterances ?? [], view.utterances), [transcript.data, view.utterances]);
  const names = useMemo(() => new Map(room.participants.map((one) => [one.id, one.display_name])), [room.participants]);
  const evidence = useEvidence(visit.id, utterances);
  const corrections = useCorrections(visit.id, { mayCorrect: isDoctor });
  const [captions, setCaptions] = useCaptionsChoice();
  const captioned = captions && !isGuest;
  const isActor = !isGuest && !watch;
  return (
    <div className={classes["room"]} data-role={place} data-panel={panel}>
      <RoomHeader visit={visit} room={room} view={view} isDoctor={isDoctor}>
        {!isGuest && <CaptionsSwitch on={captions} choose={setCaptions} tone="stage" />}
        <ViewMenu me={me} room={room} connection={connection} mayPhone={isActor} />
        {isActor && <InviteFromHeader visitId={visit.id} isDoctor={isDoctor} />}
      </RoomHeader>
      <main className={classes["call"]} id="main">
        <Stage room={room} me={me} view={view} local={local} watch={watch}>
          {captioned && <LiveCaptions source={connection} names={names} transcribing={room.transcribing} />}
        </Stage>
        <Departures others={room.participants.filter((one) => one.id !== me.id && one.state === "admitted")} send={room.send} />
        <PhoneCard room={room} view={view} connection={connection} isDoctor={isDoctor} mayPhone={isActor} />
        <OwnNotice quality={view.lines.get(me.id)} />
        <SharingNotice local={local} />
        {isDoctor && <WaitingPeople room={room} connection={connection} />}
        <Controls local={local} connection={connection} isDoctor={isDoctor} watch={watch}>
          {isActor && <ShareControl local={local} room={room} me={me} />}
          <ConsentControl me={me} room={room} connection={connection} />
        </Controls>
      </main>
      <PanelTabs panels={panels} shown={panel} show={setPanel} />
      {!isGuest && (
        <TranscriptPanel utterances={utterances} names={names} evidence={evidence} notice={transcript.data?.notice ?? null} room={room}
          corrections={corrections} announced={!captioned} />
      )}
      <ChatPanel visitId={visit.id} messages={chat.data ?? []} live={view.chat} me={me.id} connection={connection} withFiles={!isGuest} />
      {isDoctor && <DraftPanel visitId={visit.id} utterances={utterances} names={names} evidence={evidence} transcribing={room.transcribing} />}
    </div>
  );
}

import { Button } from "@mantine/core";
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";

import { moves, type Still } from "../../media/adaptation";
import type { LocalMedia } from "../../media/local-media";
import type { Participant, RoomState } from "../../socket/events";
import type { LineQuality } from "../../media/quality";
import type { RoomView } from "../../socket/room-connection";
import { Avatar } from "../../ui/Avatar";
import { Icon } from "../../ui/Icon";
import { companionWords } from "../../ui/roles";
import { VideoView } from "../../ui/VideoView";
import { Arrival } from "./Arrival";
import { TileQuality } from "./Quality";
import classes from "./Room.module.css";
import { SharedScreen, sharerOf } from "./ScreenShare";

/** Binds the stream and plays it; browsers refuse sound before a click, which is then asked for. */
function useRemoteStream(stream: MediaStream | undefined) {
  const video = useRef<HTMLVideoElement>(null);
  const [silent, setSilent] = useState(false);
  const play = () => {
    video.current?.play().then(() => setSilent(false), (error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") setSilent(true);
    });
  };
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    element.srcObject = stream ?? null;
    if (stream !== undefined) {
      element.play().then(() => setSilent(false), (error: unknown) => {
        if (error instanceof DOMException && error.name === "NotAllowedError") setSilent(true);
      });
    }
  }, [stream]);
  return { video, silent, play };
}

/** What covers a tile. A picture that stands still for a moment is not covered: it says "Reconnecting" on itself. */
function tileWords(person: Participant): string {
  if (person.media === "gone" && !person.connected) return "Not here at the moment. They can come back through their link.";
  if (person.media === "reconnecting" && !person.connected) return "Connection lost, waiting for them to come back";
  return person.camera ? "" : "Camera is off";
}

function RemoteTile({ person, me, stream, quality, still }: {
  person: Participant; me: Participant; stream: MediaStream | undefined; quality: LineQuality | undefined; still: Still | undefined;
}) {
  const { video, silent, play } = useRemoteStream(stream);
  const words = tileWords(person);
  const held = person.media === "reconnecting";
  return (
    <figure className={classes["tile"]} data-participant={person.id} data-camera={person.camera && words === "" && moves(person)} data-media={person.media}>
      <video ref={video} autoPlay playsInline data-testid="remote-video" data-participant={person.id} aria-label={`Picture of ${person.display_name}`} />
      {words !== "" && <div className={classes["veil"]}><Avatar name={person.display_name} size={88} /><p>{words}</p></div>}
      {words === "" && <Arrival person={person} me={me} still={still} />}
      <TileQuality person={person} quality={quality} />
      {silent && <Button className={classes["unmute"]} onClick={play} leftSection={<Icon name="speaker" />}>Turn on the sound</Button>}
      <figcaption>
        {!person.microphone && <Icon name="microphone-off" size={16} />}
        {person.display_name}
        {companionWords(person.role) !== "" && <span className={classes["companion"]}>{companionWords(person.role)}</span>}
        {held && <span role="status" data-testid="tile-reconnecting">, reconnecting</span>}
        {!person.microphone && <span className={classes["hidden"]}>, microphone is off</span>}
      </figcaption>
    </figure>
  );
}

function Nobody({ room, me }: { room: RoomState; me: Participant }) {
  const waiting = room.participants.some((one) => one.state === "waiting");
  const words = me.role !== "doctor" ? "Your doctor will be with you in a moment" : waiting ? "Somebody is waiting to be let in" : "Nobody else is here yet";
  return <div className={classes["nobody"]}><Icon name="people" size={36} /><p>{words}</p></div>;
}

function mediaWords(view: RoomView): string {
  if (view.media === "reconnecting") return "Connection lost. Reconnecting.";
  // The picture may go on by itself while the socket is being replaced, which takes a moment only.
  if (view.link === "reconnecting" && view.media !== "connected") return "Connection lost. Reconnecting.";
  if (view.media === "failed") return view.problem?.title ?? "Picture and sound were lost. Connecting again.";
  if (view.media === "connecting") return "Connecting picture and sound.";
  return "";
}

function SelfView({ local }: { local: LocalMedia }) {
  const { camera, microphoneOn, microphone } = useSyncExternalStore(local.subscribe, local.state);
  return (
    <div className={classes["self"]} data-camera={camera !== null}>
      {camera === null ? <p>Your camera is off</p> : <VideoView track={camera} mirrored label="Your own picture" testId="local-video" />}
      {(!microphoneOn || microphone === null) && <span className={classes["selfMuted"]}><Icon name="microphone-off" size={16} /></span>}
    </div>
  );
}

/** `children` lie over the pictures. */
export function Stage({ room, me, view, local, watch, children }: {
  room: RoomState; me: Participant; view: RoomView; local: LocalMedia; watch: boolean; children?: ReactNode;
}) {
  const others = room.participants.filter((one) => one.id !== me.id && one.state === "admitted");
  const sharer = sharerOf(room, me.id);
  const words = mediaWords(view);
  return (
    <div className={classes["stage"]} data-sharing={sharer !== undefined}>
      {sharer !== undefined && <SharedScreen key={sharer.id} person={sharer} stream={view.screens.get(sharer.id)} />}
      <div className={classes["tiles"]} data-count={others.length}>
        {others.length === 0
          ? <Nobody room={room} me={me} />
          : others.map((one) => <RemoteTile key={one.id} person={one} me={me} stream={view.streams.get(one.id)} quality={view.lines.get(one.id)} still={view.stills.get(one.id)} />)}
      </div>
      {!watch && <SelfView local={local} />}
      {children}
      <p className={classes["banner"]} role="status" data-shown={words !== ""} data-testid="connection-state" data-media={view.media}>{words}</p>
    </div>
  );
}

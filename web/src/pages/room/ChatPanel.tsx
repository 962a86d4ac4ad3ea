import { ActionIcon, Progress, TextInput } from "@mantine/core";
import { useEffect, useMemo, useRef, useState, type DragEvent, type SyntheticEvent } from "react";

import type { ChatMessage } from "../../api/types";
import { sizeWords, TAKEN_TYPES } from "../../api/upload";
import type { RoomConnection } from "../../socket/room-connection";
import { FileLine } from "../../ui/FileLine";
import { Icon } from "../../ui/Icon";
import { notifyProblem } from "../../ui/notices";
import { clockTime } from "../../ui/time";
import classes from "./Room.module.css";
import { useSending, type Sending } from "./use-sending";

const MOST_CHARACTERS = 4_000;

function merged(stored: readonly ChatMessage[], live: readonly ChatMessage[]): ChatMessage[] {
  const byId = new Map([...stored, ...live].map((one) => [one.id, one]));
  return [...byId.values()].sort((a, b) => a.sent_at.localeCompare(b.sent_at));
}

function Message({ one, own, visitId }: { one: ChatMessage; own: boolean; visitId: string }) {
  return (
    <li data-testid="chat-message" data-own={own}>
      <p className="small"><strong>{own ? "You" : one.display_name}</strong> <span className="soft tabular">{clockTime(one.sent_at)}</span></p>
      {one.file == null ? <p className={classes["messageText"]}>{one.text}</p> : <FileLine visitId={visitId} file={one.file} />}
    </li>
  );
}

/** A file on its way: how far it is, and a way to stop it. */
function OnItsWay({ one, cancel }: { one: Sending; cancel: () => void }) {
  const percent = Math.round(one.share * 100);
  return (
    <div className={classes["sending"]} data-testid="file-sending">
      <div className="grow">
        <p className="small"><span className={classes["sendingName"]}>{one.name}</span> <span className="soft tabular">{sizeWords(one.size)}, {percent}%</span></p>
        <Progress value={percent} size="sm" aria-label={`Sending ${one.name}`} transitionDuration={0} />
      </div>
      <ActionIcon variant="subtle" size={36} aria-label={`Stop sending ${one.name}`} onClick={cancel} data-testid="file-cancel"><Icon name="close" size={16} /></ActionIcon>
    </div>
  );
}

function AttachButton({ send }: { send: (files: readonly File[]) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <input ref={chooser} type="file" hidden multiple accept={TAKEN_TYPES} tabIndex={-1} aria-hidden="true" data-testid="file-input"
        onChange={({ currentTarget }) => {
          send([...(currentTarget.files ?? [])]);
          currentTarget.value = ""; // the same file may be chosen again
        }} />
      <ActionIcon variant="default" size={36} aria-label="Send a file" title="Send a PDF, photo or text file" onClick={() => chooser.current?.click()} data-testid="file-attach">
        <Icon name="paperclip" size={18} />
      </ActionIcon>
    </>
  );
}

export function ChatPanel({ visitId, messages, live, me, connection, withFiles }: {
  visitId: string; messages: readonly ChatMessage[]; live: readonly ChatMessage[]; me: string; connection: RoomConnection; withFiles: boolean;
}) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const { sending, sent, send, cancel } = useSending(visitId);
  const shown = useMemo(() => merged(messages, [...sent, ...live]), [messages, sent, live]);
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [shown.length]);
  const say = async (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const words = text.trim();
    if (words === "" || busy) return;
    setBusy(true);
    try {
      await connection.sendChat(words);
      setText("");
    } catch (error) {
      notifyProblem(error);
    } finally {
      setBusy(false);
    }
  };
  const drag = (is: boolean) => (event: DragEvent) => {
    if (!withFiles || !event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(is);
    if (event.type === "drop") send([...event.dataTransfer.files]);
  };
  return (
    <section className={classes["panel"]} data-name="chat" data-over={over} aria-labelledby="chat-title"
      onDragOver={drag(true)} onDragLeave={drag(false)} onDrop={drag(false)}>
      <h2 id="chat-title">Chat</h2>
      {shown.length === 0 && <p className={classes["noMessages"]}>{withFiles ? "Messages and files stay with the visit." : "Messages stay with the visit. You see what is written while you are here."}</p>}
      <div ref={list} className={classes["messages"]} role="log" aria-live="polite" aria-label="Messages" tabIndex={0}><ol>
        {shown.map((one) => <Message key={one.id} one={one} own={one.participant_id === me} visitId={visitId} />)}
      </ol></div>
      {sending.map((one) => <OnItsWay key={one.key} one={one} cancel={() => cancel(one.key)} />)}
      <form className={classes["composer"]} onSubmit={(event) => void say(event)}>
        {withFiles && <AttachButton send={send} />}
        <TextInput className="grow" size="sm" aria-label="Message" placeholder="Write a message" autoComplete="off" maxLength={MOST_CHARACTERS}
          value={text} onChange={(event) => setText(event.currentTarget.value)} data-testid="chat-input" />
        <ActionIcon type="submit" size={36} aria-label="Send" disabled={text.trim() === ""} loading={busy} data-testid="chat-send"><Icon name="arrow" size={18} /></ActionIcon>
      </form>
    </section>
  );
}

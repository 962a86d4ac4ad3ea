import { ActionIcon, TextInput } from "@mantine/core";
import { useEffect, useMemo, useRef, useState, type SyntheticEvent } from "react";

import type { ChatMessage } from "../../api/types";
import type { RoomConnection } from "../../socket/room-connection";
import { Icon } from "../../ui/Icon";
import { notifyProblem } from "../../ui/notices";
import { clockTime } from "../../ui/time";
import classes from "./Room.module.css";

const MOST_CHARACTERS = 4_000;

function merged(stored: readonly ChatMessage[], live: readonly ChatMessage[]): ChatMessage[] {
  const byId = new Map([...stored, ...live].map((one) => [one.id, one]));
  return [...byId.values()].sort((a, b) => a.sent_at.localeCompare(b.sent_at));
}

export function ChatPanel({ messages, live, me, connection }: {
  messages: readonly ChatMessage[]; live: readonly ChatMessage[]; me: string; connection: RoomConnection;
}) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => merged(messages, live), [messages, live]);
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [shown.length]);
  const send = async (event: SyntheticEvent<HTMLFormElement>) => {
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
  return (
    <section className={classes["panel"]} data-name="chat" aria-labelledby="chat-title">
      <h2 id="chat-title">Chat</h2>
      {shown.length === 0 && <p className={classes["noMessages"]}>Messages stay with the visit.</p>}
      <div ref={list} className={classes["messages"]} role="log" aria-live="polite" aria-label="Messages" tabIndex={0}><ol>
        {shown.map((one) => (
          <li key={one.id} data-testid="chat-message" data-own={one.participant_id === me}>
            <p className="small"><strong>{one.participant_id === me ? "You" : one.display_name}</strong> <span className="soft tabular">{clockTime(one.sent_at)}</span></p>
            <p className={classes["messageText"]}>{one.text}</p>
          </li>
        ))}
      </ol></div>
      <form className={classes["composer"]} onSubmit={(event) => void send(event)}>
        <TextInput className="grow" size="sm" aria-label="Message" placeholder="Write a message" autoComplete="off" maxLength={MOST_CHARACTERS}
          value={text} onChange={(event) => setText(event.currentTarget.value)} data-testid="chat-input" />
        <ActionIcon type="submit" size={36} aria-label="Send" disabled={text.trim() === ""} loading={busy} data-testid="chat-send"><Icon name="arrow" size={18} /></ActionIcon>
      </form>
    </section>
  );
}

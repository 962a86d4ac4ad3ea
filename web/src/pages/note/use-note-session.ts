/** The open note of a page: its session, fed by the server and kept on this device while something is unsent. */
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";

import { saveNote } from "../../api/commands";
import { noteQuery, sessionQuery } from "../../api/queries";
import type { EncounterNote } from "../../api/types";
import { dropUnsent, keepUnsent, sealingKey, unsentUnder } from "../../api/unsent";
import { notify } from "../../ui/notices";
import { NoteSession, type NotePort, type NoteView, type Unsent } from "./model/note-session";
import { savedBy } from "./saved-by";

/** While the visit's last words are still being written down the draft grows, and others may be editing. */
const RENEW_MS = 4_000;

interface Shelf {
  keep: (unsent: Unsent | null) => void;
  recall: () => Promise<Unsent[]>;
}

const NO_SHELF: Shelf = { keep: () => undefined, recall: () => Promise.resolve([]) };

/** One place per page, so that two tabs do not write over each other; whatever earlier pages left is taken up by this one. */
async function shelfOf(note: EncounterNote, accountId: string): Promise<Shelf> {
  if (note.offline_key === null) return NO_SHELF;
  try {
    const key = await sealingKey(note.offline_key);
    const prefix = `${accountId}/${note.visit_id}/`;
    const name = prefix + crypto.randomUUID();
    let turn: Promise<unknown> = Promise.resolve();
    let kept = false;
    const then = (work: () => Promise<void>) => {
      turn = turn.then(work).catch(() => undefined);
    };
    let taken: string[] = [];
    return {
      keep: (unsent) => {
        if (unsent === null && !kept && taken.length === 0) return;
        kept = unsent !== null;
        const old = unsent === null ? taken : [];
        if (unsent === null) taken = [];
        then(async () => {
          if (unsent === null) await Promise.all([name, ...old].map(dropUnsent));
          // The key goes nowhere near the disk.
          else await keepUnsent(key, name, { ...unsent, base: { ...unsent.base, offline_key: null } });
        });
      },
      recall: async () => {
        const found = await unsentUnder(key, prefix);
        taken = found.map((one) => one.name);
        return found.map((one) => one.value as Unsent);
      },
    };
  } catch {
    return NO_SHELF; // This browser keeps nothing.
  }
}

function portOf(client: QueryClient, visitId: string, shelf: Shelf): NotePort {
  const query = noteQuery(visitId);
  const me = client.getQueryData(sessionQuery.queryKey)?.display_name;
  return {
    load: () => client.query({ ...query, staleTime: 0 }),
    save: async (version, edits) => {
      await client.cancelQueries({ queryKey: query.queryKey });
      const note = await saveNote(visitId, version, edits);
      client.setQueryData(query.queryKey, note);
      void client.invalidateQueries({ queryKey: ["note-versions", visitId] });
      return note;
    },
    keep: shelf.keep,
    merged: (note, changed, conflicting) => {
      if (note.status !== "draft") notify("info", `${note.signed_by ?? "Somebody else"} signed this note`, "It is locked now.");
      else notify("info", `${savedBy(note, me)} changed ${changed === 1 ? "a line" : `${changed} lines`}`, conflicting ? "Where both changed one line, you choose." : "These changes and yours are both in the note.");
    },
  };
}

async function opened(client: QueryClient, note: EncounterNote): Promise<NoteSession> {
  const accountId = client.getQueryData(sessionQuery.queryKey)?.account_id ?? "";
  const shelf = await shelfOf(note, accountId);
  const unsent = await shelf.recall().catch(() => []);
  if (unsent.length > 0) notify("info", "Your unsent changes are back", "They were kept on this device and are being saved.");
  return new NoteSession(portOf(client, note.visit_id, shelf), note, unsent);
}

function useNote(visitId: string) {
  return useQuery({
    ...noteQuery(visitId),
    refetchInterval: ({ state }) => (state.data === undefined || state.data.status === "draft" ? RENEW_MS : false),
    refetchOnWindowFocus: true,
    // A lost line is told by the note's own state, not by a failed page.
    networkMode: "always",
  });
}

export function useNoteSession(visitId: string): { query: ReturnType<typeof useNote>; session: NoteSession | null } {
  const client = useQueryClient();
  const query = useNote(visitId);
  const note = query.data;
  const [session, setSession] = useState<NoteSession | null>(null);
  const isThere = note !== undefined;
  useEffect(() => {
    const first = client.getQueryData(noteQuery(visitId).queryKey);
    if (first === undefined) return;
    let mine: NoteSession | null = null;
    let left = false;
    void opened(client, first).then((one) => {
      if (left) return;
      mine = one;
      setSession(one);
    });
    const online = () => mine?.retry();
    window.addEventListener("online", online);
    return () => {
      left = true;
      window.removeEventListener("online", online);
      mine?.close();
    };
  }, [client, visitId, isThere]);
  useEffect(() => {
    if (note !== undefined) session?.told(note);
  }, [session, note]);
  return { query, session };
}

export function useNoteView(session: NoteSession): NoteView {
  return useSyncExternalStore(session.subscribe, session.view);
}

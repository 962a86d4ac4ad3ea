/** Editing, saving and signing one note; what another tab or person saved meanwhile never overwrites, nor is overwritten, silently. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { saveNote, signNote } from "../../api/commands";
import { ServiceProblem } from "../../api/http";
import { noteQuery } from "../../api/queries";
import type { EncounterNote, Statement } from "../../api/types";
import { notify, notifyProblem } from "../../ui/notices";
import { asLine, editingOf, isDirty, notIn, openSuggestions, toEdits, type Editing } from "./note-edits";

/** While the visit's last words are still being written down, the draft grows. */
const RENEW_MS = 4_000;

export interface NoteEditor {
  note: EncounterNote;
  editing: Editing;
  dirty: boolean;
  /** Another version was saved elsewhere while this one was being changed. */
  conflict: boolean;
  suggestions: Statement[];
  busy: boolean;
  savedAt: Date | null;
  change: (next: (editing: Editing) => Editing) => void;
  save: () => Promise<EncounterNote | null>;
  sign: () => Promise<void>;
  takeTheirs: () => void;
  keepMine: () => Promise<void>;
}

/** Follows the server while nothing is changed here; keeps the person's words as soon as something is. */
function follow(editing: Editing | null, latest: EncounterNote | undefined): Editing | null {
  if (latest === undefined) return editing;
  if (editing === null) return editingOf(latest);
  if (latest === editing.base) return editing;
  return isDirty(editing) ? editing : editingOf(latest, editing.setAside);
}

export function useNoteEditor(visitId: string): { query: ReturnType<typeof useNote>; editor: NoteEditor | null } {
  const client = useQueryClient();
  const query = useNote(visitId);
  const [held, setHeld] = useState<Editing | null>(null);
  const [busy, setBusy] = useState(false);
  const [savedAt, setSavedAt] = useState<Date | null>(null);
  const latest = query.data;
  const editing = follow(held, latest);
  if (editing !== held) setHeld(editing);
  if (editing === null || latest === undefined) return { query, editor: null };
  const dirty = isDirty(editing);

  const adopt = (note: EncounterNote) => {
    client.setQueryData(noteQuery(visitId).queryKey, note);
    setHeld(editingOf(note, editing.setAside));
  };
  const attempt = async (work: () => Promise<EncounterNote>): Promise<EncounterNote | null> => {
    setBusy(true);
    try {
      const note = await work();
      adopt(note);
      await client.invalidateQueries({ queryKey: ["note-versions", visitId] });
      return note;
    } catch (error) {
      // A conflict shows itself as soon as the other version is here; the words stay in the page.
      if (error instanceof ServiceProblem && ["note_changed", "note_conflict"].includes(error.code)) await query.refetch();
      else notifyProblem(error);
      return null;
    } finally {
      setBusy(false);
    }
  };
  const saveAs = async (version: number) => {
    const note = await attempt(() => saveNote(visitId, version, toEdits(editing)));
    if (note !== null) setSavedAt(new Date());
    return note;
  };
  const save = () => saveAs(editing.base.version);
  return {
    query,
    editor: {
      note: latest, editing, dirty, busy, savedAt, save,
      conflict: latest.version !== editing.base.version || (latest.status === "signed" && editing.base.status !== "signed"),
      suggestions: latest.status === "signed" ? [] : openSuggestions(editing, latest),
      change: (next) => setHeld(next(editing)),
      sign: async () => {
        const saved = dirty || editing.base.version === 0 ? await save() : editing.base;
        if (saved === null) return;
        const signed = await attempt(() => signNote(visitId, saved.version));
        if (signed === null) return;
        await Promise.all([query.refetch(), client.invalidateQueries({ queryKey: ["visits"] })]);
        notify("success", "The note is signed", "The patient can now read the summary.");
      },
      takeTheirs: () => setHeld(editingOf(latest, notIn(editing.lines, latest).map((line) => asLine({ ...line, id: null, key: null })))),
      keepMine: async () => {
        await saveAs(latest.version);
      },
    },
  };
}

function useNote(visitId: string) {
  return useQuery({
    ...noteQuery(visitId),
    refetchInterval: (query) => (query.state.data?.status === "signed" ? false : RENEW_MS),
    refetchOnWindowFocus: true,
  });
}

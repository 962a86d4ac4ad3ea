import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { clinicTemplatesQuery } from "../../api/queries";
import type { NoteTemplate } from "../../api/types";
import { layoutOf, NO_LAYOUT, type Layout } from "../../ui/sections";
import type { NoteSession } from "./model/note-session";
import { useNoteView } from "./use-note-session";

const SELDOM_MS = 300_000;

/** Every template of this clinic, its own ones last. */
export function useTemplates(): readonly NoteTemplate[] {
  const { data } = useQuery({ ...clinicTemplatesQuery, staleTime: SELDOM_MS, retry: false });
  return useMemo(() => (data === undefined ? [] : [...data.built_in, ...data.own]), [data]);
}

/** How the note is laid out: by its template, or in the usual order where that is gone. */
export function useLayout(session: NoteSession): Layout {
  const { template } = useNoteView(session).content;
  const templates = useTemplates();
  return useMemo(() => {
    const found = templates.find((one) => one.id === template);
    return found === undefined ? NO_LAYOUT : layoutOf(found.sections);
  }, [templates, template]);
}

/** Editing the clinic's speech settings; what another administrator saved meanwhile never overwrites, nor is overwritten, silently. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { saveClinicSpeech } from "../../api/commands";
import { ServiceProblem } from "../../api/http";
import { clinicSpeechQuery } from "../../api/queries";
import type { ClinicSpeech } from "../../api/types";
import { notify, notifyProblem } from "../../ui/notices";
import { sameList } from "./formulary";

export interface Edited {
  base: ClinicSpeech;
  language: string;
  formulary: readonly string[];
}

export interface SpeechSettings {
  saved: ClinicSpeech;
  edited: Edited;
  dirty: boolean;
  conflict: boolean;
  busy: boolean;
  change: (next: Partial<Pick<Edited, "language" | "formulary">>) => void;
  /** Over `saved`, whatever this page began with. */
  save: () => void;
  takeTheirs: () => void;
}

const editedOf = (base: ClinicSpeech): Edited => ({ base, language: base.language, formulary: base.formulary });

const isDirty = ({ base, language, formulary }: Edited) => language !== base.language || !sameList(formulary, base.formulary);

export function useSpeechSettings(): { query: ReturnType<typeof useSaved>; settings: SpeechSettings | null } {
  const client = useQueryClient();
  const query = useSaved();
  const [held, setHeld] = useState<Edited | null>(null);
  const saved = query.data;
  const edited = held !== null && isDirty(held) ? held : saved === undefined ? held : editedOf(saved);
  const save = useMutation({
    mutationFn: ({ version, language, formulary }: { version: number; language: string; formulary: readonly string[] }) => saveClinicSpeech(version, { language, formulary: [...formulary] }),
    onSuccess: (next) => {
      client.setQueryData(clinicSpeechQuery.queryKey, next);
      setHeld(null);
      notify("success", "The speech settings are saved", "They count from the next thing that is said.");
    },
    onError: async (error) => {
      // The conflict shows itself as soon as the other version is here.
      if (error instanceof ServiceProblem && error.code === "clinic_speech_changed") await query.refetch();
      else notifyProblem(error);
    },
  });
  if (saved === undefined || edited === null) return { query, settings: null };
  return {
    query,
    settings: {
      saved, edited, dirty: isDirty(edited), conflict: edited.base.version !== saved.version, busy: save.isPending,
      change: (next) => setHeld({ ...edited, ...next }),
      save: () => save.mutate({ ...edited, version: saved.version }),
      takeTheirs: () => setHeld(null),
    },
  };
}

function useSaved() {
  return useQuery(clinicSpeechQuery);
}

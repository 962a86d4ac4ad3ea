/** Correcting lines and asking for another try; what comes back is on every page at once. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { correctUtterance, retryTranscript } from "../../api/commands";
import { ServiceProblem } from "../../api/http";
import { transcriptQuery } from "../../api/queries";
import type { Transcript, Utterance } from "../../api/types";
import { notify, notifyProblem } from "../notices";

/** The line as it now reads where somebody was faster; refusals were told to the person already. */
export type Outcome = "saved" | "refused" | Utterance;
export type Correct = (utterance: Utterance, text: string) => Promise<Outcome>;

export interface Corrections {
  visitId: string;
  correct: Correct;
  /** Everything of this visit that could not be written down is tried again. */
  retry: () => Promise<void>;
}

function withUtterance(transcript: Transcript | undefined, one: Utterance): Transcript | undefined {
  if (transcript === undefined) return undefined;
  const at = transcript.utterances.findIndex((known) => known.id === one.id);
  return { ...transcript, utterances: at < 0 ? [...transcript.utterances, one] : transcript.utterances.with(at, one) };
}

export function useCorrections(visitId: string, { mayCorrect }: { mayCorrect: boolean }): Corrections | null {
  const client = useQueryClient();
  return useMemo(() => {
    if (!mayCorrect) return null;
    const query = transcriptQuery(visitId);
    const current = async (id: string): Promise<Utterance | undefined> => {
      await client.invalidateQueries({ queryKey: query.queryKey });
      return client.getQueryData(query.queryKey)?.utterances.find((one) => one.id === id);
    };
    return {
      visitId,
      correct: async (utterance, text) => {
        try {
          const corrected = await correctUtterance(visitId, utterance.id, text, utterance.revision);
          client.setQueryData(query.queryKey, (known) => withUtterance(known, corrected));
          // The draft follows in the background; its own polling or the room's news brings it.
          void client.invalidateQueries({ queryKey: ["utterance-versions", visitId, utterance.id] });
          return "saved";
        } catch (error) {
          const theirs = error instanceof ServiceProblem && error.code === "utterance_changed" ? await current(utterance.id).catch(() => undefined) : undefined;
          if (theirs !== undefined) return theirs;
          notifyProblem(error);
          return "refused";
        }
      },
      retry: async () => {
        try {
          await retryTranscript(visitId);
          notify("info", "Trying again", "What could not be written down is heard once more.");
          await client.invalidateQueries({ queryKey: query.queryKey });
        } catch (error) {
          notifyProblem(error);
        }
      },
    };
  }, [client, visitId, mayCorrect]);
}

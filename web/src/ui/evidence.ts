/** What the reader is looking at: a statement's utterances, and which of them is being played. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";

import { recordingsQuery } from "../api/queries";
import type { Utterance } from "../api/types";
import { clipPlace, segmentFor, type ClipPlace } from "./utterances";

export interface Moment {
  utterance: Utterance;
  /** null where this moment was not recorded. */
  clip: ClipPlace | null;
}

export interface Evidence {
  /** Ids of the marked utterances. */
  marked: ReadonlySet<string>;
  /** Key of the statement they belong to, "" for none. */
  of: string;
  moment: Moment | null;
  trail: readonly Utterance[];
  show: (of: string, ids: readonly string[], first?: Utterance) => void;
  play: (utterance: Utterance) => void;
  clear: () => void;
}

const NONE: ReadonlySet<string> = new Set();

export function useEvidence(visitId: string, utterances: readonly Utterance[]): Evidence {
  const client = useQueryClient();
  const [marked, setMarked] = useState(NONE);
  const [of, setOf] = useState("");
  const [moment, setMoment] = useState<Moment | null>(null);
  const latest = useRef(0);
  const trail = useMemo(() => utterances.filter((one) => marked.has(one.id)), [utterances, marked]);
  const play = (utterance: Utterance) => {
    const turn = ++latest.current;
    const found = (clip: ClipPlace | null) => {
      if (latest.current === turn) setMoment({ utterance, clip });
    };
    client.query(recordingsQuery(visitId)).then((segments) => {
      const segment = segmentFor(utterance, segments);
      found(segment === null ? null : clipPlace(utterance, segment));
    }, () => found(null));
  };
  const show = (statement: string, ids: readonly string[], from?: Utterance) => {
    setOf(statement);
    setMarked(new Set(ids));
    const first = from ?? utterances.find((one) => ids.includes(one.id));
    if (first === undefined) setMoment(null);
    else play(first);
  };
  const clear = () => {
    latest.current++;
    setOf("");
    setMarked(NONE);
    setMoment(null);
  };
  return {
    marked, of, moment, trail, show, clear,
    play: (utterance) => {
      if (!marked.has(utterance.id)) {
        setOf("");
        setMarked(new Set([utterance.id]));
      }
      play(utterance);
    },
  };
}

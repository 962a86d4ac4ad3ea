/** What the reader is looking at: a statement's utterances, and which of them is being played. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useState } from "react";

import { recordingsQuery } from "../api/queries";
import type { Utterance } from "../api/types";
import { clipPlace, segmentFor, type ClipPlace } from "./utterances";

/** A stretch of time, in seconds since the visit's media began. */
export interface Span {
  start: number;
  end: number;
}

export interface Moment {
  utterance: Utterance;
  /** The words that are played where it is not the whole utterance, else "". */
  words: string;
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
  /** Some words of it only. */
  hear: (utterance: Utterance, span: Span, words: string) => void;
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
  const play = (utterance: Utterance, span: Span = utterance, words = "") => {
    const turn = ++latest.current;
    const found = (clip: ClipPlace | null) => {
      if (latest.current === turn) setMoment({ utterance, clip, words });
    };
    client.query(recordingsQuery(visitId)).then((segments) => {
      const segment = segmentFor(utterance, segments);
      found(segment === null ? null : clipPlace(span, segment));
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
  const mark = (utterance: Utterance) => {
    if (marked.has(utterance.id)) return;
    setOf("");
    setMarked(new Set([utterance.id]));
  };
  return {
    marked, of, moment, trail, show, clear,
    play: (utterance) => {
      mark(utterance);
      play(utterance);
    },
    hear: (utterance, span, words) => {
      mark(utterance);
      play(utterance, span, words);
    },
  };
}

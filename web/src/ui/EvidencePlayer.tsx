/** Plays the moment a statement rests on, with the words that were heard. */
import { CloseButton, Skeleton } from "@mantine/core";
import { useEffect, useState } from "react";

import { fetchClip } from "../api/clips";
import { asProblem } from "../api/http";

import type { Evidence, Moment } from "./evidence";
import classes from "./EvidencePlayer.module.css";
import { duration } from "./time";
import { shownText } from "./transcript/words";
import { speakerName, type ClipPlace } from "./utterances";

function useClip({ segmentId, from, to }: ClipPlace): { address: string; skip: number; problem: string } {
  const [clip, setClip] = useState({ address: "", skip: 0, problem: "" });
  useEffect(() => {
    const stop = new AbortController();
    let address = "";
    fetchClip(segmentId, from, to, stop.signal).then(
      ({ media, skip }) => {
        if (stop.signal.aborted) return;
        address = URL.createObjectURL(media);
        setClip({ address, skip, problem: "" });
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setClip({ address: "", skip: 0, problem: asProblem(error).title });
      },
    );
    return () => {
      stop.abort();
      if (address !== "") URL.revokeObjectURL(address);
    };
  }, [segmentId, from, to]);
  return clip;
}

function ClipView({ place }: { place: ClipPlace }) {
  const { address, skip, problem } = useClip(place);
  const [broken, setBroken] = useState(false);
  const words = broken ? "The recording of this moment cannot be played" : problem;
  if (words !== "") return <p className={classes["missing"]} role="alert">{words}. The words are what was heard.</p>;
  if (address === "") return <Skeleton className={classes["clip"] ?? ""} aria-label="Loading the recording" />;
  return (
    // The words are the caption: they stand beside the clip.
    <video className={classes["clip"]} src={address} controls autoPlay playsInline data-testid="evidence-media" aria-label="Recording of this moment"
      onLoadedMetadata={(event) => {
        event.currentTarget.currentTime = skip;
      }} onError={() => setBroken(true)} />
  );
}

function Trail({ evidence, moment }: { evidence: Evidence; moment: Moment }) {
  if (evidence.trail.length < 2) return null;
  return (
    <div className={classes["trail"]} role="group" aria-label="Other moments of this statement">
      {evidence.trail.map((one) => (
        <button key={one.id} type="button" className="tabular" aria-pressed={one.id === moment.utterance.id} onClick={() => evidence.play(one)}>
          {duration(one.start)}
        </button>
      ))}
    </div>
  );
}

export function EvidencePlayer({ evidence, names }: { evidence: Evidence; names: ReadonlyMap<string, string> }) {
  const { moment } = evidence;
  if (moment === null) return null;
  const { utterance, clip, words } = moment;
  return (
    <section className={classes["player"]} aria-label="Evidence" data-testid="evidence-player" data-utterance={utterance.id}>
      {clip !== null && <ClipView key={`${clip.segmentId} ${clip.from} ${clip.to}`} place={clip} />}
      <div className="grow" aria-live="polite">
        <p className="small soft"><strong>{speakerName(utterance, names)}</strong> at <span className="tabular">{duration(utterance.start)}</span></p>
        <blockquote>“{words === "" ? shownText(utterance) : words}”</blockquote>
        {clip === null && <p className={classes["missing"]}>This moment was not recorded. The words are kept.</p>}
        <Trail evidence={evidence} moment={moment} />
      </div>
      <CloseButton aria-label="Close the player" onClick={evidence.clear} />
    </section>
  );
}

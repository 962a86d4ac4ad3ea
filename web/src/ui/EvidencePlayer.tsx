/** Plays the moment a statement rests on, with the words that were heard. */
import { CloseButton } from "@mantine/core";
import { useState } from "react";

import type { Evidence, Moment } from "./evidence";
import classes from "./EvidencePlayer.module.css";
import { duration } from "./time";
import { speakerName } from "./utterances";

function Clip({ address }: { address: string }) {
  const [failed, setFailed] = useState(false);
  if (failed) return <p className={classes["missing"]} role="alert">This moment cannot be played right now. The words above are what was heard.</p>;
  return (
    // The words are the caption: they stand beside the clip.
    <video className={classes["clip"]} src={address} controls autoPlay playsInline data-testid="evidence-media" onError={() => setFailed(true)} />
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
  const { utterance, address } = moment;
  return (
    <section className={classes["player"]} aria-label="Evidence" data-testid="evidence-player" data-utterance={utterance.id}>
      {address !== null && <Clip key={address} address={address} />}
      <div className="grow" aria-live="polite">
        <p className="small soft"><strong>{speakerName(utterance, names)}</strong> at <span className="tabular">{duration(utterance.start)}</span></p>
        <blockquote>“{utterance.text}”</blockquote>
        {address === null && <p className={classes["missing"]}>This moment was not recorded. The words are kept.</p>}
        <Trail evidence={evidence} moment={moment} />
      </div>
      <CloseButton aria-label="Close the player" onClick={evidence.clear} />
    </section>
  );
}

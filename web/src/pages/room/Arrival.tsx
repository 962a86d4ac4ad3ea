import { arrivalWords, departureWords, SOUND_ALONE_WORDS, type Still } from "../../media/adaptation";
import type { Sending } from "../../media/lean";
import type { Participant } from "../../socket/events";
import { clockTime } from "../../ui/time";
import classes from "./Adaptation.module.css";

/** Over somebody's tile while their line or this one carries less than all. */
export function Arrival({ person, me, still }: { person: Participant; me: Participant; still: Still | undefined }) {
  const words = person.camera || person.rung === "phone" ? arrivalWords(person, me.view) : "";
  const shown = person.rung === "stills" && person.camera ? still : undefined;
  return (
    <>
      {shown !== undefined && (
        <img className={classes["still"]} src={shown.url} alt={`${person.display_name} at ${clockTime(shown.takenAt)}`} data-testid="still-picture" />
      )}
      <p className={classes["why"]} role="status" data-shown={words !== ""} data-rung={person.rung ?? ""} data-testid="tile-arrival" data-participant={person.id}>{words}</p>
    </>
  );
}

/** What the others get of this person. */
export function Departures({ others, send }: { others: readonly Participant[]; send: Sending }) {
  const words = send === "sound" ? [SOUND_ALONE_WORDS] : others.map(departureWords).filter(Boolean);
  return <p className={classes["departures"]} role="status" data-shown={words.length > 0} data-testid="departures">{words.join(". ")}</p>;
}

/** Terms of the visit that a heard word is near to: taken with one click, never by themselves. */
import { Button } from "@mantine/core";

import type { Suggestion, Utterance } from "../../api/types";
import { Icon } from "../Icon";
import { kindWords } from "./tell";
import classes from "./Transcript.module.css";
import { heardAt, withTerm } from "./words";

function Offer({ utterance, offer, busy, correct }: {
  utterance: Utterance; offer: Suggestion; busy: boolean; correct: (text: string) => void;
}) {
  const heard = heardAt(utterance, offer);
  const why = kindWords(offer.kind);
  return (
    <Button size="compact-sm" variant="light" radius="xl" disabled={busy} leftSection={<Icon name="check" size={15} />} data-testid="offer-accept"
      data-term={offer.term} aria-label={`Write ${offer.term} instead of ${heard}`} title={why === "" ? undefined : `${offer.term} is ${why}`} onClick={() => correct(withTerm(utterance, offer))}>
      {offer.term}
    </Button>
  );
}

export function Offers({ utterance, busy, correct }: { utterance: Utterance; busy: boolean; correct: (text: string) => void }) {
  const { suggestions } = utterance;
  const [first] = suggestions;
  if (first === undefined) return null;
  const same = suggestions.every((one) => one.first === first.first && one.last === first.last);
  return (
    <div className={classes["offers"]} role="group" aria-label="Did they say" data-testid="offers">
      <span className="small">{same ? `“${heardAt(utterance, first)}”: did they say` : "Did they say"}</span>
      {suggestions.map((offer) => <Offer key={`${offer.first} ${offer.term}`} utterance={utterance} offer={offer} busy={busy} correct={correct} />)}
      <Button size="compact-sm" variant="subtle" radius="xl" disabled={busy} data-testid="offer-keep" onClick={() => correct(utterance.text)}>Keep as heard</Button>
    </div>
  );
}

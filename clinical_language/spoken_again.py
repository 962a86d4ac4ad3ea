"""What the doctor speaks of as known ("your cough", "the pain") stands again when the patient goes along with it."""

from __future__ import annotations

from dataclasses import replace

from clinical_language import questions
from clinical_language.context import state_of
from clinical_language.model import Fact, Kind, Mention, Sentence, State
from clinical_language.reading import Reading, counted, fact_of

_KINDS = frozenset({Kind.FINDING, Kind.CONDITION})
_SURE = 0.65


def spoken_again(reading: Reading, index: int) -> list[Fact]:
    """Facts of the patient's turn `index` that only say again what stood: the doctor named it as known just before.

    Nothing is made of what the patient has not told, has taken back, or says something of in this turn.
    """
    asked = index - 1
    if asked < 0 or reading.turns[asked].speaker != "doctor":
        return []
    said = {fact.concept.id for fact in reading.facts if fact.at == index}
    again: dict[str, Fact] = {}
    for sentence in reading.sentences[asked]:
        for mention in counted(sentence, allergy=False):
            if _is_known(sentence, mention):
                fact = fact_of(mention, State.PRESENT, (asked, index), index, _SURE, asked)
                fact = replace(reading.focus.resolve(fact), asked=asked)  # "the pain" is the back pain
                again[fact.concept.id] = fact
    return [fact for id_, fact in again.items() if id_ not in said and _stands(reading, id_)]


def _is_known(sentence: Sentence, mention: Mention) -> bool:
    """ "The cough", and nothing that denies it or makes it another's."""
    if mention.concept.kind not in _KINDS or not questions.is_given(sentence, mention):
        return False
    state, _, who = state_of(sentence, mention, speaker="doctor")
    return state is State.PRESENT and not who


def _stands(reading: Reading, id_: str) -> bool:
    """Whether the last word on the patient's own concept was that it is there."""
    if id_ not in reading.affirmed:
        return False
    last = next((f for f in reversed(reading.facts) if f.concept.id == id_ and not f.relation), None)
    return last is not None and last.state is State.PRESENT

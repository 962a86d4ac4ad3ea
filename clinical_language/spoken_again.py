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
    named = {
        mention.concept.id: mention
        for sentence in reading.sentences[asked]
        for mention in counted(sentence, allergy=False)
        if mention.concept.id not in said and _is_known(reading, sentence, mention)
    }
    return [
        replace(fact_of(mention, State.PRESENT, (asked, index), index, _SURE, asked), asked=asked)
        for mention in named.values()
    ]


def _is_known(reading: Reading, sentence: Sentence, mention: Mention) -> bool:
    """ "The cough" of a cough that stands."""
    concept = mention.concept
    if concept.kind not in _KINDS or concept.id not in reading.affirmed:
        return False
    if not questions.is_given(sentence, mention) or not _stands(reading, concept.id):
        return False
    state, _, who = state_of(sentence, mention, speaker="doctor")
    return state is State.PRESENT and not who


def _stands(reading: Reading, id_: str) -> bool:
    """Whether the last word on the patient's own concept was that it is there."""
    last = next((f for f in reversed(reading.facts) if f.concept.id == id_ and not f.relation), None)
    return last is not None and last.state is State.PRESENT

"""Many facts to one line each: per concept the latest word wins, earlier evidence is kept, contradiction is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from clinical_language import Concept, Fact, Kind, State, Turn
from clinical_language.attachment import pain_like
from clinical_language.said import said_as
from clinical_language.same_words import borne, folded

_SETTLED = frozenset({State.PRESENT, State.ABSENT, State.RESOLVED, State.HISTORICAL, State.FAMILY})
_HERE = frozenset({State.PRESENT, State.RESOLVED})
_HAD = _HERE | {State.HISTORICAL}
_LASTING = frozenset({Kind.CONDITION, Kind.PROCEDURE})  # once had, no later "no" undoes it


_PLACELESS = frozenset("pain hurt hurting it ache aching sore painful".split())  # of what is placed elsewhere
_WELL = "normal "  # a function of the body that was asked after and is well: no trouble that was denied


@dataclass(frozen=True, slots=True)
class Resolved:
    """A concept as it stands after all turns so far. `first`: the exchange that brought it up, for stable order.

    `name`: the concept's label where somebody said as much, else words that say no more than was said.
    """

    concept: Concept
    state: State
    relation: str
    allergy: bool
    evidence: tuple[int, ...]
    confidence: float
    values: dict[str, str]
    first: Fact
    last: Fact
    contradicted: bool
    certain: bool
    name: str

    @property
    def well(self) -> bool:
        """Whether a function of the body is well ("normal appetite"), which is said so and not as a denial."""
        return self.state is State.ABSENT and self.name.startswith(_WELL)

    @property
    def codes(self) -> dict[str, str]:
        """The concept's codes where the line says as much as its label does, none where it says less."""
        return dict(self.concept.codes) if self.name == self.concept.label else {}


def resolve(facts: Iterable[Fact], turns: Sequence[Turn] = ()) -> list[Resolved]:
    """Group facts by concept, person and role; order of first mention. `turns`: where what was asked is read."""
    groups: dict[tuple[str, str, bool], list[Fact]] = {}
    heard = list(facts)
    pains = {
        f.concept.id: f.concept
        for f in heard
        if f.state in _HERE and pain_like(f.concept.id, f.concept.label) and not f.relation
    }
    placed = [concept for id_, concept in pains.items() if id_ != "finding.pain"]
    for said in heard:
        generic = said.concept.id == "finding.pain" and len(placed) == 1 and not said.relation
        fact = replace(said, concept=placed[0]) if generic else said  # "it hurts", and later where
        if fact.state is not State.HYPOTHETICAL:
            key = (fact.concept.id, fact.relation, fact.values.get("role") == "allergy")
            groups.setdefault(key, []).append(fact)
    return [_resolved(group, key, turns) for key, group in groups.items()]


def _resolved(group: list[Fact], key: tuple[str, str, bool], turns: Sequence[Turn]) -> Resolved:
    settled = [fact for fact in group if fact.state in _SETTLED] or group
    last = settled[-1]
    states = {fact.state for fact in settled}
    lasting = group[0].concept.kind in _LASTING
    had = _HAD if lasting else _HERE
    contradicted = State.ABSENT in states and bool(states & had)
    if contradicted and last.state is State.ABSENT and (lasting or last.confidence < 0.8):
        last = next(fact for fact in reversed(settled) if fact.state in had)
    if last.state is State.PRESENT and any(f.state is State.RESOLVED for f in settled):
        last = next(
            f for f in reversed(settled) if f.state is State.RESOLVED
        )  # "normal vomit" later is still the old one
    agreeing = [f for f in settled if f.state is last.state or contradicted]
    values = _values([fact for fact in agreeing if fact.state is last.state])
    evidence = tuple(sorted({turn for fact in agreeing for turn in fact.evidence}))
    confidence = max(fact.confidence for fact in agreeing if fact.state is last.state)
    certain = any(fact.certain for fact in agreeing)
    name = _name(group[0].concept, agreeing, last.state, turns)
    evidence = _with_its_words(name, evidence, turns)
    return Resolved(
        group[0].concept, last.state, key[1], key[2], evidence, round(confidence - 0.2 * contradicted, 2), values,
        group[0], last, contradicted, certain, name,
    )  # fmt: skip


_NEAR = 4  # turns before the first of the evidence in which a word of the name may stand ("any phlegm?", "any blood?")


def _with_its_words(name: str, evidence: tuple[int, ...], turns: Sequence[Turn]) -> tuple[int, ...]:
    """The evidence, and the nearest turn before it that says what of the name it does not say."""
    said = folded(" ".join(turns[at].text for at in evidence if at < len(turns)))
    if not turns or borne(name, said, akin=True):
        return evidence
    for at in range(evidence[0] - 1, max(-1, evidence[0] - 1 - _NEAR), -1):
        if borne(name, said | folded(turns[at].text), akin=True):
            return (at, *evidence)
    return evidence


def _asked_by_name(fact: Fact, turns: Sequence[Turn]) -> bool:
    """ "Do you have any nausea?" - "Yes, I feel sick.": the answer affirms what was asked."""
    return (
        fact.asked is not None
        and fact.asked < len(turns)
        and fact.asked != fact.turn
        and borne(fact.concept.label, folded(turns[fact.asked].text))
    )


def _values(facts: list[Fact]) -> dict[str, str]:
    """The latest of each value. A course told both ways is none: "worse" and "improving" cannot both be signed."""
    values: dict[str, str] = {}
    for fact in facts:
        values.update({name: text for name, text in fact.values.items() if name != "role"})
    if len({fact.values["course"] for fact in facts if "course" in fact.values}) > 1:
        del values["course"]
    return values


def _name(concept: Concept, facts: list[Fact], state: State, turns: Sequence[Turn]) -> str:
    """What the concept was called when it was said to stand so."""
    if state is State.PRESENT and any(_asked_by_name(fact, turns) for fact in facts if fact.state is state):
        return concept.label
    told = [fact.words for fact in facts if fact.named and fact.state is state]
    told = [words for words in told if not folded(words) <= _PLACELESS] or told
    names = [said_as(concept, words) for words in told]
    name = concept.label if concept.label in names or not names else names[0]
    if name.startswith(_WELL):
        return name if state is State.ABSENT else concept.label
    if name.startswith("not "):
        return concept.label if state is State.ABSENT else name
    return (
        name if state is State.ABSENT else name.replace("anything", "something").replace("anyone", "someone")
    )

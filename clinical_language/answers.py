"""Question and answer: what the opening of an answer makes of everything the question named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from clinical_language import questions
from clinical_language.attachment import Focus, attach
from clinical_language.concepts import concepts
from clinical_language.context import relation, state_of
from clinical_language.model import Concept, Exchange, Fact, Kind, Mention, Sentence, State, Turn

NO_ALLERGIES = Concept("allergen.any", Kind.ALLERGEN, "known allergies", "allergies", "")
NO_MEDICINES = Concept("medicine.any", Kind.MEDICINE, "regular medication", "medicines", "")
NO_HISTORY = Concept("condition.any", Kind.CONDITION, "past medical history", "medical problems", "")
NO_FAMILY_HISTORY = Concept(
    "condition.any_family", Kind.CONDITION, "family history of note", "family illnesses", ""
)
_NONE = {
    "allergies": NO_ALLERGIES,
    "medicines": NO_MEDICINES,
    "history": NO_HISTORY,
    "family": NO_FAMILY_HISTORY,
}
_HABIT_SLOTS = {
    "smoking": "habit.smoking",
    "alcohol": "habit.alcohol_use",
    "drugs": "habit.recreational_drug_use",
}
_ASIDE = re.compile(
    r"\b(?:apart from|other than|besides|except(?: for)?|aside from|as well as)(?: \w+){0,3} $"
)
_ASKS_MORE = re.compile(
    r"\b(?:make|makes|made|worse|better|particular|certain|trigger\w*|bring|help|helps|often|"
    r"because|before|during|due|pattern|when|with|same|similar|changed?|anywhere|"
    r"spread|move|radiate|while|after|at all)\b"
)
_TAG = re.compile(r"\b(?:is that (?:right|correct)|correct|right) \?$")
_JUST = re.compile(r"\b(?:just|only)\b")
_EITHER = re.compile(r"\b(?:or|and)\b|,")


@dataclass(slots=True)
class Asked:
    """A question that waits for its answer."""

    turn: int
    sentence: Sentence
    slot: str
    confirm: bool = False  # a statement to the patient; counts only when the patient agrees


@dataclass(slots=True)
class Reading:
    turns: Sequence[Turn]
    sentences: list[tuple[Sentence, ...]]
    proxy: bool
    facts: list[Fact] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    unanswered: list[Fact] = field(default_factory=list)
    pending: list[Asked] = field(default_factory=list)
    focus: Focus = field(default_factory=Focus)


def fact_of(mention: Mention, state: State, evidence: Iterable[int], at: int, confidence: float) -> Fact:
    confidence = confidence if mention.certain else min(confidence, 0.6)
    span = (mention.start, mention.end)
    return Fact(
        mention.concept,
        state,
        tuple(sorted(set(evidence))),
        at,
        confidence,
        mention.text,
        span,
        certain=mention.certain,
    )


def counted(sentence: Sentence, *, allergy: bool) -> list[Mention]:
    """Mentions that count here: allergens only where allergy is spoken of, and never twice over the same words."""
    return [m for m in sentence.mentions if allergy or m.concept.kind is not Kind.ALLERGEN]


def nothing_of(concept: Concept, sentence: Sentence, index: int, asked: int | None) -> Fact:
    evidence = (index,) if asked is None else (asked, index)
    span = (sentence.start, sentence.start + len(sentence.text))
    role = {"role": "allergy"} if concept.kind is Kind.ALLERGEN else {}
    return Fact(concept, State.ABSENT, evidence, index, 0.9, sentence.text, span, role, asked=asked)


def asked_mentions(asked: Asked) -> list[Mention]:
    allergy = asked.slot == "allergies"
    seen: dict[str, Mention] = {}
    for mention in counted(asked.sentence, allergy=allergy):
        aside = _ASIDE.search(" ".join(asked.sentence.words[: mention.first]) + " ")
        if mention.concept.kind is not Kind.TEST and not aside:
            seen.setdefault(mention.concept.id, mention)
    return list(seen.values())


def answer(reading: Reading, index: int, asked: Asked, opening: str, words: str, own: list[Fact]) -> None:
    """What the answer's opening makes of everything the question named."""
    reading.exchanges.append(Exchange(asked.turn, asked.slot, asked.sentence, index, opening))
    named = {fact.concept.id for fact in own}
    mentions = [] if questions.is_open(asked.sentence) else asked_mentions(asked)
    others = [m for m in mentions if m.concept.id not in named and not _same_pain(m, own)]
    if opening == "no" and not asked.confirm:
        more = _ASKS_MORE.search(asked.sentence.plain) or len(asked.sentence.words) > 10
        held = _stated(reading) if more else frozenset()
        reading.facts += [
            _merged(reading, asked, m, State.ABSENT, index, 0.85) for m in others if m.concept.id not in held
        ]
        if asked.slot in _NONE and not mentions and not _named_in_slot(asked.slot, own):
            reading.facts.append(nothing_of(_NONE[asked.slot], asked.sentence, index, asked.turn))
    elif opening == "yes":
        _affirmed(reading, index, asked, others, words)
    elif not asked.confirm and others:
        _neither(reading, index, asked, others, opening, words, named)
    if asked.slot in _HABIT_SLOTS and opening in {"yes", "no"}:
        _habit(reading, index, asked, opening, named)


def _stated(reading: Reading) -> frozenset[str]:
    """Concepts the patient has affirmed: "no" to "does eating make the nausea worse?" does not take them back."""
    return frozenset(f.concept.id for f in reading.facts if f.state is State.PRESENT and not f.relation) | (
        frozenset({"finding.pain"}) if reading.focus.pain is not None else frozenset()
    )


def _same_pain(mention: Mention, own: list[Fact]) -> bool:
    generic = mention.concept.id == "finding.pain"
    return generic and any(f.concept.label.endswith("pain") or "pain" in f.concept.label for f in own)


def _named_in_slot(slot: str, own: list[Fact]) -> bool:
    kinds = {"allergies": {Kind.ALLERGEN, Kind.MEDICINE}, "medicines": {Kind.MEDICINE},
             "history": {Kind.CONDITION, Kind.PROCEDURE}, "family": {Kind.CONDITION}}  # fmt: skip
    return any(f.concept.kind in kinds[slot] and f.state is not State.ABSENT for f in own)


def _merged(
    reading: Reading, asked: Asked, mention: Mention, state: State, index: int, confidence: float
) -> Fact:
    who = relation(asked.sentence.words, mention.first, proxy=reading.proxy)
    who = who or ("family" if asked.slot == "family" else "")
    fact = replace(
        fact_of(mention, state, (asked.turn, index), index, confidence), asked=asked.turn, relation=who
    )
    if who and state is State.PRESENT:
        fact = replace(fact, state=State.FAMILY)
    if asked.slot == "allergies":
        fact = replace(fact, values={**fact.values, "role": "allergy"})
    fact = reading.focus.resolve(fact)
    if state is State.PRESENT:
        fact = (
            attach(fact, asked.sentence, reading.focus) if not _EITHER.search(asked.sentence.plain) else fact
        )
        reading.focus.see(fact)
    return fact


def _affirmed(reading: Reading, index: int, asked: Asked, others: list[Mention], words: str) -> None:
    if not asked.confirm:
        denied = [m for m in others if state_of(asked.sentence, m, speaker="doctor")[0] is State.ABSENT]
        others = [m for m in others if m not in denied]
        agreed = (
            questions.affirms_negative(words)
            or _TAG.search(asked.sentence.plain)
            or re.search(r"\bno\b", words)
        )
        for mention in denied:
            state = State.ABSENT if agreed else State.UNCERTAIN
            fact = _merged(reading, asked, mention, state, index, 0.75)
            (reading.facts if agreed else reading.unanswered).append(fact)
    if asked.confirm:
        for mention in others:
            state, confidence, who = state_of(asked.sentence, mention, speaker="doctor")
            if state in {State.PRESENT, State.ABSENT, State.RESOLVED} and not who:
                reading.facts.append(_merged(reading, asked, mention, state, index, confidence - 0.1))
        return
    alike = {m.concept.kind for m in others}
    if len(others) == 1 or (others and alike == {Kind.MEDICINE}):
        reading.facts += [_merged(reading, asked, m, State.PRESENT, index, 0.85) for m in others]
    else:  # "yes" to a list: at least one of them, nobody knows which
        reading.unanswered += [_merged(reading, asked, m, State.UNCERTAIN, index, 0.4) for m in others]
    if not others and not _EITHER.search(asked.sentence.plain):
        for fact in reading.focus.dangling(asked.sentence, ["quality"]):
            reading.facts.append(replace(fact, evidence=(asked.turn, index), at=index, asked=asked.turn))


def _neither(
    reading: Reading,
    index: int,
    asked: Asked,
    others: list[Mention],
    opening: str,
    words: str,
    named: set[str],
) -> None:
    if opening == "unsure":
        reading.facts += [_merged(reading, asked, m, State.UNCERTAIN, index, 0.6) for m in others]
    elif named & {m.concept.id for m in asked.sentence.mentions} and _JUST.search(words):
        reading.facts += [_merged(reading, asked, m, State.ABSENT, index, 0.75) for m in others]
    else:
        found = [m for m in others if m.concept.kind in {Kind.FINDING, Kind.CONDITION, Kind.HABIT}]
        reading.unanswered += [fact_of(m, State.UNCERTAIN, (asked.turn, index), index, 0.3) for m in found]


def _habit(reading: Reading, index: int, asked: Asked, opening: str, named: set[str]) -> None:
    concept = concepts()[_HABIT_SLOTS[asked.slot]]
    if concept.id in named or any(f.concept.id == concept.id and f.at == index for f in reading.facts):
        return
    state = State.PRESENT if opening == "yes" else State.ABSENT
    sentence = asked.sentence
    span = (sentence.start, sentence.start + len(sentence.text))
    evidence = (asked.turn, index)
    reading.facts.append(Fact(concept, state, evidence, index, 0.85, sentence.text, span, asked=asked.turn))

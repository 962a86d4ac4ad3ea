"""What a question asks after beside the findings it names: habits, functions of the body, control of a condition, what
an allergen does."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from clinical_language import questions, replies
from clinical_language.concepts import concepts
from clinical_language.functions import asked_after
from clinical_language.merging import given_up, merged
from clinical_language.model import Fact, Kind, Mention, Sentence, State
from clinical_language.reading import Asked, Reading, Reply

_HABITS = {
    "smoking": "habit.smoking",
    "alcohol": "habit.alcohol_use",
    "drugs": "habit.recreational_drug_use",
}
_OR = re.compile(r"\bor\b|,")
_CONTROLLED = re.compile(r"\b(?:controlled|managed|under control)\b")
_WELL = re.compile(r"\b(?:fine|good|great|well|okay|ok|all right|under control|controlled)\b")
_POORLY = re.compile(
    r"\bnot (?:really|very|that|so|well|good|great|under)\b|\b(?:badly|poorly|out of control)\b"
)


def habits(reading: Reading, reply: Reply, asked: Asked) -> None:
    """Smoking, alcohol, drugs asked for by their own words ("do you smoke or drink?")."""
    slots = [slot for slot in questions.slots_of(asked.sentence) if slot in _HABITS]
    if not slots and _OTHER_DRUGS.search(asked.sentence.plain) and _of_habits(reading.facts[-3:]):
        slots = ["drugs"]
    amount = not reply.opening and len(slots) == 1 and replies.tells_amount(reply.words)
    opening = (
        "yes"
        if amount or (reply.opening == "unsure" and replies.tells_amount(reply.words))
        else reply.opening
    )
    if opening not in {"yes", "no"} or (
        opening == "yes"
        and len(slots) > 1
        and not replies.EACH.search(reply.words)
        and _OR.search(asked.sentence.plain)
    ):
        return
    here = {fact.concept.id for fact in reading.facts[-20:] if fact.at == reply.index} | reply.named
    for slot in slots:
        concept = concepts()[_HABITS[slot]]
        if concept.id not in here:
            state = State.PRESENT if opening == "yes" else State.ABSENT
            if state is State.PRESENT and given_up(asked, reply):
                state = State.RESOLVED
            sentence = asked.sentence
            span = (sentence.start, sentence.start + len(sentence.text))
            evidence = (asked.turn, reply.index)
            fact = Fact(concept, state, evidence, reply.index, 0.85, sentence.text, span, asked=asked.turn)
            reading.add(replace(fact, said_in=asked.turn))


_OTHER_DRUGS = re.compile(r"\b(?:any|other) drugs\b")


def _of_habits(facts: Sequence[Fact]) -> bool:
    """Whether it was smoking or drinking that was spoken of last: then "any other drugs?" means no medicine."""
    return any(fact.concept.kind is Kind.HABIT for fact in facts)


def functions(reading: Reading, reply: Reply, asked: Asked, known: Collection[str]) -> None:
    """ "How is your appetite?" - "fine": what is well is the absence of its complaint."""
    sentence = asked.sentence
    span = (sentence.start, sentence.start + len(sentence.text))
    for concept, state in asked_after(sentence, reply.opening, reply.words):
        if concept.id not in known:
            evidence = (asked.turn, reply.index)
            fact = Fact(concept, state, evidence, reply.index, 0.75, sentence.text, span, asked=asked.turn)
            reading.add(replace(fact, said_in=asked.turn))


def control(reading: Reading, reply: Reply, asked: Asked, mentions: Sequence[Mention]) -> None:
    """ "Is your asthma well controlled?": `control` of the condition, "well controlled" or "not well controlled"."""
    if not _CONTROLLED.search(asked.sentence.plain):
        return
    poorly = reply.opening == "no" or _POORLY.search(reply.words[:60])
    well = reply.opening == "yes" or _WELL.search(reply.words[:60])
    for mention in (m for m in mentions if m.concept.kind is Kind.CONDITION and (poorly or well)):
        fact = merged(reading, reply, asked, mention, State.PRESENT, 0.75)
        how = "not well controlled" if poorly else "well controlled"
        reading.add(replace(fact, values={**fact.values, "control": how}))


_WHAT_HAPPENS = re.compile(r"\bwhat happen\w*|\bhow (?:do|did) you react|\bwhat (?:\w+ ){0,3}reaction")


def reacted(reading: Reading, pending: Sequence[Asked], own: list[Fact]) -> list[Fact]:
    """ "What happens when you take it?" - "I feel sick": of an allergen named before, the reaction and no finding."""
    asked = next((one for one in pending if _WHAT_HAPPENS.search(one.sentence.plain)), None)
    findings = [f for f in own if f.concept.kind is Kind.FINDING and f.state is State.PRESENT and f.named]
    allergen = next((f for f in reversed(reading.facts) if f.values.get("role") == "allergy"), None)
    if asked is None or not findings or allergen is None or not _asks_of(asked.sentence, allergen):
        return own
    reaction = ", ".join(dict.fromkeys(f.concept.label for f in findings))
    told = replace(
        findings[0], concept=allergen.concept, state=State.PRESENT, named=False,
        values={**allergen.values, "reaction": reaction},
    )  # fmt: skip
    return [told, *(f for f in own if f not in findings)]


def _asks_of(sentence: Sentence, allergen: Fact) -> bool:
    named = {m.concept.id for m in sentence.mentions if m.concept.kind in {Kind.MEDICINE, Kind.ALLERGEN}}
    return allergen.concept.id in named or (not named and bool(_IT.search(sentence.plain)))


_IT = re.compile(r"\b(?:it|that|them|those)\b|\breaction\b")

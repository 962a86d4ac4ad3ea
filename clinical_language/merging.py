"""One mention of the doctor's with the state that the reply gives it: a fact of both."""

from __future__ import annotations

import re
from dataclasses import replace

from clinical_language.attachment import attach
from clinical_language.context import hedged
from clinical_language.model import Fact, Kind, Mention, State
from clinical_language.reading import Asked, Reading, Reply, fact_of
from clinical_language.relatives import OTHERS, of_another, whose

_USED_TO = re.compile(
    r"\bi used to\b(?! .{0,40}\bstill\b)|"
    r"\bi (?:have |already )?(?:stopped|quit|gave (?:it |that )?up|given (?:it |that )?up)\b"
    r"(?! (?:taking|the|my|eating|using)\b)"
)
_LONG_AGO = re.compile(
    r"\b(?:long time|years) ago\b|\bwhen i was (?:\w+ )?(?:young|younger|in (?:school|college))\b|\bin the past\b|"
    r"\b(?:back )?in (?:my (?:younger|college|teenage) (?:days|years)|college)\b"
)
_STILL = re.compile(r"\b(?:still|now|nowadays|currently|every|(?:i|we) (?:drink|smoke|use|do|have|am))\b")
_GIVEN_UP = re.compile(r"\b(?:did you (?:use to )?(?:smoke|drink)|when did you (?:quit|stop))\b")
_EITHER = re.compile(r"\b(?:or|and)\b|,")


def merged(
    reading: Reading, reply: Reply, asked: Asked, mention: Mention, state: State, confidence: float
) -> Fact:
    """The fact that `mention` of a question or statement is in `state`, with its values and whose it is."""
    who = whose(asked.sentence, mention, patients=reading.patients)
    if not who and not reading.patients and asked.form != "statement" and of_another(asked.sentence, mention):
        who = reading.relative or OTHERS
    if asked.slot == "family":
        who = reply.relative or who or "family"
    evidence = (asked.turn, reply.index)
    fact = replace(
        fact_of(mention, state, evidence, reply.index, confidence, asked.turn), asked=asked.turn, relation=who
    )
    if who and state is State.PRESENT:
        fact = replace(fact, state=State.FAMILY)
    if state is State.PRESENT and hedged(mention):
        fact = replace(fact, state=State.UNCERTAIN)
    if state is State.PRESENT and fact.concept.kind is Kind.HABIT and given_up(asked, reply):
        fact = replace(fact, state=State.RESOLVED)
    if asked.slot == "allergies":
        fact = replace(fact, values={**fact.values, "role": "allergy"})
    fact = reading.focus.resolve(fact)
    if state is State.PRESENT:
        if asked.form == "statement" or not _EITHER.search(asked.sentence.plain):
            fact = attach(fact, asked.sentence, reading.focus)
            if asked.form != "statement":  # "is it under control?" does not say that it is
                fact = replace(fact, values={k: v for k, v in fact.values.items() if k != "control"})
        reading.focus.see(fact)
    return fact


def given_up(asked: Asked, reply: Reply) -> bool:
    """A habit of the past: asked for as such, or answered so ("I used to", "in college, years ago")."""
    past = _LONG_AGO.search(reply.words[:160]) and not _STILL.search(reply.words)
    return bool(past or _GIVEN_UP.search(asked.sentence.plain) or _USED_TO.search(reply.words[:120]))

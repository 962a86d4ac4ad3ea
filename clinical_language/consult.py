"""A transcript to facts: whose words count, what an answer makes of its question, what stayed open.

Rules: a doctor's question alone is never a fact; "no" to a list denies each item; an item the answer names itself
keeps the state it has there ("no, just the cough"); "yes" to a list says nothing about each, so it is left open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from clinical_language import questions
from clinical_language.answers import (
    NO_ALLERGIES,
    Asked,
    Reading,
    answer,
    asked_mentions,
    counted,
    fact_of,
    nothing_of,
)
from clinical_language.attachment import attach
from clinical_language.context import state_of
from clinical_language.model import Consult, Exchange, Fact, Kind, Sentence, State, Turn
from clinical_language.pipeline import read_sentences

_DICTATION = re.compile(
    r"year - old|years? old (?:male|female|man|woman)|chief complaint|\bpresents? (?:for|with|"
    r"today|here)|past medical history|"
    r"\bhere (?:today )?(?:for|with|to)\b|\bhistory of\b|history significant|"
    r"\bi know (?:that )?you\b|\byou mentioned\b|\bi see (?:that )?you\b|"
    r"\bi (?:hear|understand|heard) (?:that )?you\b|nurse (?:told|said|mentioned)|"
    r"\byou were endorsing|\b(?:he|she) (?:is|has|was|reports|denies|takes)\b"
)
_STATEMENT_TO_PATIENT = re.compile(
    r"^(?:(?:so|okay|and|but|right|um|uh|sorry|,|just|yeah|no|oh|well|to|recap|confirm|now|"
    r"then)\s)*you (?:have|are|had|were|feel|get|also|still|do|said)\b|"
    r"\byou (?:mentioned|said|told me)\b"
)
_NOT_HISTORY = re.compile(
    r"\b(?:i think|i am going|i (?:will|would)|we (?:will|can|should|need)|let 's|let us|"
    r"sounds like|looks like|consistent with|could be|might be|"
    r"need to|should|if you|want you|recommend|suggest|likely|please|on (?:your )?exam|"
    r"i (?:hear|see|feel|appreciate)|shows?|going to|order|refer)\b"
)
_ALLERGY = re.compile(r"\ballerg|\breact(?:s|ed|ion)? (?:badly )?to\b|\bintolerant\b")
_PATIENT_ASKS = re.compile(r"\b(?:the|my|this)\s*$")
_IN_GENERAL = re.compile(r"\byou (?:get|have|can get|hear|said|mentioned|mean|starve|feed)\b|\bpeople\b")
_MYSELF = re.compile(r"\b(?:i|my|me)\b")
_REAL_QUESTION = re.compile(
    r"^(?:(?:so|and|but|um|uh|or|okay|well|,)\s)*(?:do|does|is|are|could|can|should|will|would|"
    r"what|why|how|when|where|which|who|did|have you)\b"
)


def _speaks_for_child(
    turns: Sequence[Turn], sentences: Sequence[tuple[Sentence, ...]], age: float | None
) -> bool:
    if age is not None:
        return age < 16
    if any(turn.speaker == "companion" for turn in turns):
        return True
    first = next(
        (i for i, turn in enumerate(turns) if turn.speaker == "patient" and len(turn.text) > 25), None
    )
    if first is None:
        return bool(turns) and turns[0].speaker == "patient"
    own = " ".join(" ".join(s.words) for s in sentences[first])
    return bool(
        re.search(r"\bmy (?:\w+ )?(?:son|daughter|baby|child|little (?:one|boy|girl))\b", own)
    ) and not re.search(r"\bi (?:have|am|feel|had|got)\b", own)


def read_consult(turns: Sequence[Turn], *, age: float | None = None) -> Consult:
    """Read a transcript in order. `age` of the patient in years, when known, tells whether a parent speaks."""
    sentences = [read_sentences(turn.text) for turn in turns]
    reading = Reading(turns, sentences, _speaks_for_child(turns, sentences, age))
    for index, turn in enumerate(turns):
        if turn.speaker == "doctor":
            _doctor(reading, index)
        else:
            _patient(reading, index)
    _leave_open(reading)
    return Consult(
        tuple(turns),
        tuple(sentences),
        tuple(reading.facts),
        tuple(reading.exchanges),
        tuple(reading.unanswered),
    )


def read_text(text: str) -> Consult:
    """Read one patient's free text (triage, `findings`)."""
    return read_consult([Turn("patient", text)])


# --- the doctor's turns ---------------------------------------------------------------------------


def _doctor(reading: Reading, index: int) -> None:
    asked: list[Asked] = []
    for sentence in reading.sentences[index]:
        text = " ".join(sentence.words)
        if sentence.is_question:
            asked.append(Asked(index, sentence, questions.slot_of(sentence)))
        elif _DICTATION.search(text) and not _NOT_HISTORY.search(text):
            _dictated(reading, index, sentence)
        elif _STATEMENT_TO_PATIENT.search(text) and not _NOT_HISTORY.search(text):
            asked.append(Asked(index, sentence, "", confirm=True))
    if asked:
        _leave_open(reading)
        reading.pending = asked


def _dictated(reading: Reading, index: int, sentence: Sentence) -> None:
    """History the doctor states ("a 50-year-old with heart failure who presents for ..."): less sure than an answer."""
    for mention in counted(sentence, allergy=False):
        state, _, who = state_of(sentence, mention, speaker="doctor")
        if state is State.HYPOTHETICAL or mention.concept.kind in {Kind.TEST, Kind.PROCEDURE}:
            continue
        state = (
            State.PRESENT if state is State.HISTORICAL and mention.concept.kind is Kind.CONDITION else state
        )
        fact = replace(fact_of(mention, state, (index,), index, 0.65), relation=who)
        reading.facts.append(attach(fact, sentence, reading.focus))
        reading.focus.see(reading.facts[-1])


def _leave_open(reading: Reading) -> None:
    """What was asked and nobody answered goes to the review tray, never into the note."""
    for asked in reading.pending:
        if asked.confirm:
            continue
        for mention in () if questions.is_open(asked.sentence) else asked_mentions(asked):
            if mention.concept.kind in {Kind.FINDING, Kind.CONDITION, Kind.HABIT}:
                reading.unanswered.append(fact_of(mention, State.UNCERTAIN, (asked.turn,), asked.turn, 0.3))
        if asked.slot:
            reading.exchanges.append(Exchange(asked.turn, asked.slot, asked.sentence, None, ""))
    reading.pending = []


# --- the patient's turns --------------------------------------------------------------------------


def _overlaps(reading: Reading, index: int) -> bool:
    """A back-channel spoken while the doctor still asks is no answer to what is not asked yet."""
    turn, asked = reading.turns[index], reading.turns[reading.pending[0].turn]
    if (
        turn.start is None
        or asked.end is None
        or not questions.BACKCHANNEL.match(_joined(reading.sentences[index]))
    ):
        return False
    return turn.start < asked.end - 1.0


def _joined(sentences: Sequence[Sentence]) -> str:
    return " ".join(word for sentence in sentences for word in sentence.words)


def _patient(reading: Reading, index: int) -> None:
    sentences = reading.sentences[index]
    if not sentences:
        return
    pending = [] if reading.pending and _overlaps(reading, index) else reading.pending
    asked_turn = pending[-1].turn if pending else None
    slots = {asked.slot for asked in pending}
    own: list[Fact] = []
    for position, sentence in enumerate(sentences):
        following = sentences[position + 1] if position + 1 < len(sentences) else None
        own += _said(reading, index, sentence, following, slots, asked_turn)
    words = _joined(sentences)
    opening = questions.polarity(words)
    _bind_values(reading, index, sentences, pending, own)
    reading.facts += own
    for asked in pending:
        answer(reading, index, asked, opening, words, own)
    if pending and (opening or len(words.split()) > 2):
        reading.pending = []


def _said(
    reading: Reading,
    index: int,
    sentence: Sentence,
    following: Sentence | None,
    slots: set[str],
    asked: int | None,
) -> list[Fact]:
    """Facts of one of the patient's own sentences."""
    allergy = bool(_ALLERGY.search(" ".join(sentence.words))) or "allergies" in slots
    found: list[Fact] = []
    for mention in counted(sentence, allergy=allergy):
        before = " ".join(sentence.words[: mention.first])
        if _IN_GENERAL.search(before) and not _MYSELF.search(before):
            continue
        state, confidence, who = state_of(sentence, mention, speaker="patient", proxy=reading.proxy)
        if _patient_asks(sentence) and not _PATIENT_ASKS.search(" ".join(sentence.words[: mention.first])):
            answered = questions.polarity(" ".join(following.words)) if following else ""
            if answered not in {"yes", "no"} or len(sentence.words) > 6:
                continue
            state = State.PRESENT if answered == "yes" else State.ABSENT
        if "family" in slots and state is State.PRESENT and not who:
            state, who = State.FAMILY, "family"
        evidence = (index,) if asked is None else (asked, index)
        fact = replace(fact_of(mention, state, evidence, index, confidence), relation=who, asked=asked)
        fact = attach(fact, sentence, reading.focus)
        if allergy and mention.concept.kind in {Kind.ALLERGEN, Kind.MEDICINE}:
            fact = replace(fact, values={**fact.values, "role": "allergy"})
        found.append(fact)
    found = _reactions(found) if allergy else found
    if allergy and not any(f.values.get("role") for f in found) and re.search(
        r"\bno (?:known |drug |other )*allerg|not allergic to (?:any|anything)|"
        r"do not have any (?:known |drug )?allerg", " ".join(sentence.words)
    ):  # fmt: skip
        found.append(nothing_of(NO_ALLERGIES, sentence, index, asked))
    return found


def _patient_asks(sentence: Sentence) -> bool:
    """A real question of the patient; many only raise the voice at the end ("some pain in my stomach?")."""
    bare = len(sentence.words) <= 3 and sentence.text.endswith("?")
    return bare or (sentence.is_question and bool(_REAL_QUESTION.match(" ".join(sentence.words))))


def _reactions(found: list[Fact]) -> list[Fact]:
    """ "Penicillin gives me a rash": the rash is the reaction, not today's finding."""
    allergens = [f for f in found if f.values.get("role") == "allergy"]
    findings = [f for f in found if f.concept.kind is Kind.FINDING and f.state is State.PRESENT]
    if not allergens or not findings:
        return found
    reaction = ", ".join(dict.fromkeys(f.concept.label for f in findings))
    return [
        replace(f, values={**f.values, "reaction": reaction}) if f is allergens[-1] else f
        for f in found
        if f not in findings
    ]


def _bind_values(
    reading: Reading, index: int, sentences: Sequence[Sentence], pending: list[Asked], own: list[Fact]
) -> None:
    """Values without a concept of their own ("seven out of ten", "on the left") belong to the symptom in focus."""
    for sentence in (s for s in sentences if not _patient_asks(s)):
        themes = [m.concept.id for asked in pending for m in asked.sentence.mentions]
        for fact in reading.focus.dangling(sentence, [asked.slot for asked in pending], themes):
            evidence = (pending[-1].turn, index) if pending else (index,)
            own.append(
                replace(fact, evidence=evidence, at=index, asked=pending[-1].turn if pending else None)
            )
    for fact in own:
        reading.focus.see(fact)

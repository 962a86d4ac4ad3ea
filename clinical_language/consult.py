"""A transcript to facts: whose words count, what an answer makes of its question, what stayed open.

Rules: a doctor's question alone is never a fact; "no" to a list denies each item; an item the answer names itself
keeps the state it has there ("no, just the cough"); "yes" to a list says nothing about each, so it is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from clinical_language import questions
from clinical_language.attachment import Focus, attach
from clinical_language.concepts import concepts
from clinical_language.context import relation, state_of
from clinical_language.model import Concept, Consult, Exchange, Fact, Kind, Mention, Sentence, State, Turn
from clinical_language.pipeline import read_sentences
from clinical_language.values import values_in

NO_ALLERGIES = Concept("allergen.any", Kind.ALLERGEN, "known allergies", "allergies", "")
NO_MEDICINES = Concept("medicine.any", Kind.MEDICINE, "regular medication", "medicines", "")
NO_HISTORY = Concept("condition.any", Kind.CONDITION, "past medical history", "medical problems", "")
NO_FAMILY_HISTORY = Concept("condition.any_family", Kind.CONDITION, "family history of note", "family illnesses", "")
_NONE = {"allergies": NO_ALLERGIES, "medicines": NO_MEDICINES, "history": NO_HISTORY, "family": NO_FAMILY_HISTORY}
_HABIT_SLOTS = {"smoking": "habit.smoking", "alcohol": "habit.alcohol_use", "drugs": "habit.recreational_drug_use"}
_DICTATION = re.compile(
    r"year - old|years? old (?:male|female|man|woman)|chief complaint|\bpresents? (?:for|with|today|here)|past medical history|"
    r"\bhere (?:today )?(?:for|with|to)\b|\bhistory of\b|history significant|\bi know (?:that )?you\b|\byou mentioned\b|\bi see (?:that )?you\b|"
    r"\bi (?:hear|understand|heard) (?:that )?you\b|nurse (?:told|said|mentioned)|\byou were endorsing|\b(?:he|she) (?:is|has|was|reports|denies|takes)\b"
)
_STATEMENT_TO_PATIENT = re.compile(
    r"^(?:(?:so|okay|and|but|right|um|uh|sorry|,|just|yeah|no|oh|well|to|recap|confirm|now|then)\s)*you (?:have|are|had|were|feel|get|also|still|do|said)\b|"
    r"\byou (?:mentioned|said|told me)\b"
)
_ASIDE = re.compile(r"\b(?:apart from|other than|besides|except(?: for)?|aside from|as well as)(?: \w+){0,3} $")
_ASKS_MORE = re.compile(
    r"\b(?:make|makes|made|worse|better|particular|certain|trigger\w*|bring|help|helps|often|because|before|during|due|pattern|when|with|same|similar|changed?|anywhere|"
    r"spread|move|radiate|while|after|at all)\b"
)
_NOT_HISTORY = re.compile(
    r"\b(?:i think|i am going|i (?:will|would)|we (?:will|can|should|need)|let 's|let us|sounds like|looks like|consistent with|could be|might be|"
    r"need to|should|if you|want you|recommend|suggest|likely|please|on (?:your )?exam|i (?:hear|see|feel|appreciate)|shows?|going to|order|refer)\b"
)
_TAG = re.compile(r"\b(?:is that (?:right|correct)|correct|right) \?$")
_JUST = re.compile(r"\b(?:just|only)\b")
_ALLERGY = re.compile(r"\ballerg|\breact(?:s|ed|ion)? (?:badly )?to\b|\bintolerant\b")
_PATIENT_ASKS = re.compile(r"\b(?:the|my|this)\s*$")
_IN_GENERAL = re.compile(r"\byou (?:get|have|can get|hear|said|mentioned|mean|starve|feed)\b|\bpeople\b")
_MYSELF = re.compile(r"\b(?:i|my|me)\b")
_REAL_QUESTION = re.compile(
    r"^(?:(?:so|and|but|um|uh|or|okay|well|,)\s)*(?:do|does|is|are|could|can|should|will|would|what|why|how|when|where|which|who|did|have you)\b"
)
_EITHER = re.compile(r"\b(?:or|and)\b|,")


@dataclass(slots=True)
class _Asked:
    """A question that waits for its answer."""

    turn: int
    sentence: Sentence
    slot: str
    confirm: bool = False  # a statement to the patient; counts only when the patient agrees


@dataclass(slots=True)
class _Reading:
    turns: Sequence[Turn]
    sentences: list[tuple[Sentence, ...]]
    proxy: bool
    facts: list[Fact] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    unanswered: list[Fact] = field(default_factory=list)
    pending: list[_Asked] = field(default_factory=list)
    focus: Focus = field(default_factory=Focus)


def _fact(mention: Mention, state: State, evidence: Iterable[int], at: int, confidence: float) -> Fact:
    confidence = confidence if mention.certain else min(confidence, 0.6)
    span = (mention.start, mention.end)
    return Fact(
        mention.concept, state, tuple(sorted(set(evidence))), at, confidence, mention.text, span, certain=mention.certain
    )


def _speaks_for_child(turns: Sequence[Turn], sentences: Sequence[tuple[Sentence, ...]], age: float | None) -> bool:
    if age is not None:
        return age < 16
    if any(turn.speaker == "companion" for turn in turns):
        return True
    first = next((i for i, turn in enumerate(turns) if turn.speaker == "patient" and len(turn.text) > 25), None)
    if first is None:
        return bool(turns) and turns[0].speaker == "patient"
    own = " ".join(" ".join(s.words) for s in sentences[first])
    return bool(re.search(r"\bmy (?:\w+ )?(?:son|daughter|baby|child|little (?:one|boy|girl))\b", own)) and not re.search(
        r"\bi (?:have|am|feel|had|got)\b", own
    )


def read_consult(turns: Sequence[Turn], *, age: float | None = None) -> Consult:
    """Read a transcript in order. `age` of the patient in years, when known, tells whether a parent speaks."""
    sentences = [read_sentences(turn.text) for turn in turns]
    reading = _Reading(turns, sentences, _speaks_for_child(turns, sentences, age))
    for index, turn in enumerate(turns):
        if turn.speaker == "doctor":
            _doctor(reading, index)
        else:
            _patient(reading, index)
    _leave_open(reading)
    return Consult(
        tuple(turns), tuple(sentences), tuple(reading.facts), tuple(reading.exchanges), tuple(reading.unanswered)
    )


def read_text(text: str) -> Consult:
    """Read one patient's free text (triage, `findings`)."""
    return read_consult([Turn("patient", text)])


# --- the doctor's turns ---------------------------------------------------------------------------


def _doctor(reading: _Reading, index: int) -> None:
    asked: list[_Asked] = []
    for sentence in reading.sentences[index]:
        text = " ".join(sentence.words)
        if sentence.is_question:
            asked.append(_Asked(index, sentence, questions.slot_of(sentence)))
        elif _DICTATION.search(text) and not _NOT_HISTORY.search(text):
            _dictated(reading, index, sentence)
        elif _STATEMENT_TO_PATIENT.search(text) and not _NOT_HISTORY.search(text):
            asked.append(_Asked(index, sentence, "", confirm=True))
    if asked:
        _leave_open(reading)
        reading.pending = asked


def _dictated(reading: _Reading, index: int, sentence: Sentence) -> None:
    """History the doctor states ("a 50-year-old with heart failure who presents for ..."): less sure than an answer."""
    for mention in _own(sentence, allergy=False):
        state, _, who = state_of(sentence, mention, speaker="doctor")
        if state is State.HYPOTHETICAL or mention.concept.kind in {Kind.TEST, Kind.PROCEDURE}:
            continue
        state = State.PRESENT if state is State.HISTORICAL and mention.concept.kind is Kind.CONDITION else state
        fact = replace(_fact(mention, state, (index,), index, 0.65), relation=who)
        reading.facts.append(attach(fact, sentence, reading.focus))
        reading.focus.see(reading.facts[-1])


def _leave_open(reading: _Reading) -> None:
    """What was asked and nobody answered goes to the review tray, never into the note."""
    for asked in reading.pending:
        if asked.confirm:
            continue
        for mention in () if questions.is_open(asked.sentence) else _asked_mentions(asked):
            if mention.concept.kind in {Kind.FINDING, Kind.CONDITION, Kind.HABIT}:
                reading.unanswered.append(_fact(mention, State.UNCERTAIN, (asked.turn,), asked.turn, 0.3))
        if asked.slot:
            reading.exchanges.append(Exchange(asked.turn, asked.slot, asked.sentence, None, ""))
    reading.pending = []


# --- the patient's turns --------------------------------------------------------------------------


def _own(sentence: Sentence, *, allergy: bool) -> list[Mention]:
    """Mentions that count here: allergens only where allergy is spoken of, and never twice over the same words."""
    return [m for m in sentence.mentions if allergy or m.concept.kind is not Kind.ALLERGEN]


def _overlaps(reading: _Reading, index: int) -> bool:
    """A back-channel spoken while the doctor still asks is no answer to what is not asked yet."""
    turn, asked = reading.turns[index], reading.turns[reading.pending[0].turn]
    if turn.start is None or asked.end is None or not questions.BACKCHANNEL.match(_joined(reading.sentences[index])):
        return False
    return turn.start < asked.end - 1.0


def _joined(sentences: Sequence[Sentence]) -> str:
    return " ".join(word for sentence in sentences for word in sentence.words)


def _patient(reading: _Reading, index: int) -> None:
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
        _answer(reading, index, asked, opening, words, own)
    if pending and (opening or len(words.split()) > 2):
        reading.pending = []


def _said(
    reading: _Reading, index: int, sentence: Sentence, following: Sentence | None, slots: set[str], asked: int | None
) -> list[Fact]:
    """Facts of one of the patient's own sentences."""
    allergy = bool(_ALLERGY.search(" ".join(sentence.words))) or "allergies" in slots
    found: list[Fact] = []
    for mention in _own(sentence, allergy=allergy):
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
        fact = replace(_fact(mention, state, evidence, index, confidence), relation=who, asked=asked)
        fact = attach(fact, sentence, reading.focus)
        if allergy and mention.concept.kind in {Kind.ALLERGEN, Kind.MEDICINE}:
            fact = replace(fact, values={**fact.values, "role": "allergy"})
        found.append(fact)
    found = _reactions(found) if allergy else found
    if allergy and not any(f.values.get("role") for f in found) and re.search(
        r"\bno (?:known |drug |other )*allerg|not allergic to (?:any|anything)|do not have any (?:known |drug )?allerg", " ".join(sentence.words)
    ):  # fmt: skip
        found.append(_none(NO_ALLERGIES, sentence, index, asked))
    return found


def _patient_asks(sentence: Sentence) -> bool:
    """A real question of the patient; many only raise the voice at the end ("some pain in my stomach?")."""
    bare = len(sentence.words) <= 3 and sentence.text.endswith("?")
    return bare or (sentence.is_question and bool(_REAL_QUESTION.match(" ".join(sentence.words))))


def _none(concept: Concept, sentence: Sentence, index: int, asked: int | None) -> Fact:
    evidence = (index,) if asked is None else (asked, index)
    span = (sentence.start, sentence.start + len(sentence.text))
    role = {"role": "allergy"} if concept.kind is Kind.ALLERGEN else {}
    return Fact(concept, State.ABSENT, evidence, index, 0.9, sentence.text, span, role, asked=asked)


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
    reading: _Reading, index: int, sentences: Sequence[Sentence], pending: list[_Asked], own: list[Fact]
) -> None:
    """Values without a concept of their own ("seven out of ten", "on the left") belong to the symptom in focus."""
    for sentence in (s for s in sentences if not _patient_asks(s)):
        themes = [m.concept.id for asked in pending for m in asked.sentence.mentions]
        for fact in reading.focus.dangling(sentence, [asked.slot for asked in pending], themes):
            evidence = (pending[-1].turn, index) if pending else (index,)
            own.append(replace(fact, evidence=evidence, at=index, asked=pending[-1].turn if pending else None))
    for fact in own:
        reading.focus.see(fact)


# --- question and answer --------------------------------------------------------------------------


def _asked_mentions(asked: _Asked) -> list[Mention]:
    allergy = asked.slot == "allergies"
    seen: dict[str, Mention] = {}
    for mention in _own(asked.sentence, allergy=allergy):
        aside = _ASIDE.search(" ".join(asked.sentence.words[: mention.first]) + " ")
        if mention.concept.kind is not Kind.TEST and not aside:
            seen.setdefault(mention.concept.id, mention)
    return list(seen.values())


def _answer(reading: _Reading, index: int, asked: _Asked, opening: str, words: str, own: list[Fact]) -> None:
    """What the answer's opening makes of everything the question named."""
    reading.exchanges.append(Exchange(asked.turn, asked.slot, asked.sentence, index, opening))
    named = {fact.concept.id for fact in own}
    mentions = [] if questions.is_open(asked.sentence) else _asked_mentions(asked)
    others = [m for m in mentions if m.concept.id not in named and not _same_pain(m, own)]
    if opening == "no" and not asked.confirm:
        more = _ASKS_MORE.search(asked.sentence.plain) or len(asked.sentence.words) > 10
        held = _stated(reading) if more else frozenset()
        reading.facts += [_merged(reading, asked, m, State.ABSENT, index, 0.85) for m in others if m.concept.id not in held]
        if asked.slot in _NONE and not mentions and not _named_in_slot(asked.slot, own):
            reading.facts.append(_none(_NONE[asked.slot], asked.sentence, index, asked.turn))
    elif opening == "yes":
        _affirmed(reading, index, asked, others, words)
    elif not asked.confirm and others:
        _neither(reading, index, asked, others, opening, words, named)
    if asked.slot in _HABIT_SLOTS and opening in {"yes", "no"}:
        _habit(reading, index, asked, opening, named)


def _stated(reading: _Reading) -> frozenset[str]:
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


def _merged(reading: _Reading, asked: _Asked, mention: Mention, state: State, index: int, confidence: float) -> Fact:
    who = relation(asked.sentence.words, mention.first, proxy=reading.proxy)
    who = who or ("family" if asked.slot == "family" else "")
    fact = replace(_fact(mention, state, (asked.turn, index), index, confidence), asked=asked.turn, relation=who)
    if who and state is State.PRESENT:
        fact = replace(fact, state=State.FAMILY)
    if asked.slot == "allergies":
        fact = replace(fact, values={**fact.values, "role": "allergy"})
    fact = reading.focus.resolve(fact)
    if state is State.PRESENT:
        fact = attach(fact, asked.sentence, reading.focus) if not _EITHER.search(asked.sentence.plain) else fact
        reading.focus.see(fact)
    return fact


def _affirmed(reading: _Reading, index: int, asked: _Asked, others: list[Mention], words: str) -> None:
    if not asked.confirm:
        denied = [m for m in others if state_of(asked.sentence, m, speaker="doctor")[0] is State.ABSENT]
        others = [m for m in others if m not in denied]
        agreed = questions.affirms_negative(words) or _TAG.search(asked.sentence.plain) or re.search(r"\bno\b", words)
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
    reading: _Reading, index: int, asked: _Asked, others: list[Mention], opening: str, words: str, named: set[str]
) -> None:
    if opening == "unsure":
        reading.facts += [_merged(reading, asked, m, State.UNCERTAIN, index, 0.6) for m in others]
    elif named & {m.concept.id for m in asked.sentence.mentions} and _JUST.search(words):
        reading.facts += [_merged(reading, asked, m, State.ABSENT, index, 0.75) for m in others]
    else:
        found = [m for m in others if m.concept.kind in {Kind.FINDING, Kind.CONDITION, Kind.HABIT}]
        reading.unanswered += [_fact(m, State.UNCERTAIN, (asked.turn, index), index, 0.3) for m in found]


def _habit(reading: _Reading, index: int, asked: _Asked, opening: str, named: set[str]) -> None:
    concept = concepts()[_HABIT_SLOTS[asked.slot]]
    if concept.id in named or any(f.concept.id == concept.id and f.at == index for f in reading.facts):
        return
    state = State.PRESENT if opening == "yes" else State.ABSENT
    sentence = asked.sentence
    span = (sentence.start, sentence.start + len(sentence.text))
    evidence = (asked.turn, index)
    reading.facts.append(Fact(concept, state, evidence, index, 0.85, sentence.text, span, asked=asked.turn))


def values_of(sentence: Sentence) -> dict[str, str]:
    """All symptom values of a sentence, first of each name."""
    found: dict[str, str] = {}
    for value in values_in(sentence.plain):
        found.setdefault(value.name, value.text)
    return found

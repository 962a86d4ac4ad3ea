"""A transcript to facts: whose words count, what an answer makes of its question, what stayed open.

Rules: a doctor's question alone is never a fact; "no" to a list denies each item; an item the answer names itself
keeps the state it has there ("no, just the cough"); "yes" to a list says nothing about each, so it is left open.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinical_language import questions, replies
from clinical_language.acts import act_of, is_bare_tag
from clinical_language.answers import NO_ALLERGIES, answer
from clinical_language.asked_after import reacted
from clinical_language.attachment import asks_of_symptom, asks_whether, attach
from clinical_language.bleeding import with_place
from clinical_language.context import state_of
from clinical_language.functions import said_well
from clinical_language.model import Consult, Exchange, Fact, Kind, Mention, Sentence, State, Turn
from clinical_language.pipeline import read_sentences
from clinical_language.proxy import parent_speaks, patients_of
from clinical_language.reactions import reaction_told, with_reactions
from clinical_language.reading import (
    Asked,
    Reading,
    Reply,
    asked_mentions,
    counted,
    fact_of,
    nothing_of,
    reply_of,
)
from clinical_language.relatives import SPEAKER_HAS, relative_named, says_has
from clinical_language.spoken_again import spoken_again
from clinical_language.turn_taking import heard, is_echoed_no, nothing_said_between
from clinical_language.unlisted import with_unlisted

_ALLERGY = re.compile(r"\ballerg|\breact(?:s|ed|ion)? (?:badly )?to\b|\bintolerant\b")
_NO_ALLERGY = re.compile(
    r"\bno (?:known |drug |other )*allerg\w*|not allergic to (?:any|anything)|do not have any (?:known |"
    r"drug )?allerg\w*"
)
_NOW = re.compile(r"\b(?:at the moment|right now|currently|now|today|any ?more)\b")
_THEN = re.compile(
    r"\b(?:when it (?:first )?(?:started|began)|at first|initially|at the (?:start|beginning)|yesterday|"
    r"last night|earlier|"
    r"the other day|days? ago|weeks? ago|last week)\b"
)
_QUIT = re.compile(r"\b(?:quit|stopped|gave up|given up|used to)\b")
_PAST = re.compile(r"\bi (?:smoked|drank|used(?! to))\b")
_ANOTHER = re.compile(r"\b(?:he|she|they|his|her|their)\b")
_PATIENT_ASKS = re.compile(r"\b(?:the|my|this)\s*$")
_IN_GENERAL = re.compile(r"\byou (?:get|have|can get|hear|said|mentioned|mean|starve|feed)\b|\bpeople\b")
_TESTED = re.compile(
    r"\b(?:check|checked|checking|test|tested|testing|screen|screened|swabbed) (?:(?:me|him|her|us) )?"
    r"(?:for |on )?(?:(?:my|his|her|the|a|any|and|or|,|blood pressure|cholesterol|sugar|also) ?)*$"
)
_THAT_WAS = re.compile(r"^(?:(?:and|but|so|um|uh|like|i think|,) )*(?:that|it) (?:was|started|began|went)\b")
_HAD_IT = re.compile(
    r"(?:yeah ,? ?)?my (?:\w+ )?[a-z]+ (?:has|had|have|did|does|died of)(?: got)?(?: it| that| one)?\b"
)
_NAMES = 5  # words of a sentence that only names something: "Prostate cancer. My uncle had it."
_MYSELF = re.compile(r"\b(?:i|my|me)\b")
_REAL_QUESTION = re.compile(
    r"^(?:(?:so|and|but|um|uh|or|okay|well|,)\s)*(?:do|does|is|are|could|can|should|will|would|"
    r"what|why|how|when|where|which|who|did|have you)\b"
)


def read_consult(turns: Sequence[Turn], *, age: float | None = None) -> Consult:
    """Read a transcript: by time where every turn has its start, else as given. Evidence are indexes of `turns`.

    `age` of the patient in years, when known, tells whether a parent speaks.
    """
    sentences = with_unlisted(turns, with_place([read_sentences(turn.text) for turn in turns]))
    patients = patients_of(turns, sentences, age)
    reading = Reading(turns, sentences, patients, parent_speaks(turns, sentences, patients))
    for index in _in_order(turns):
        if turns[index].speaker == "doctor":
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
        reading.patients,
    )


def _in_order(turns: Sequence[Turn]) -> Sequence[int]:
    """Indexes of the turns by start; as given when a start is missing."""
    starts = [turn.start for turn in turns if turn.start is not None]
    if len(starts) < len(turns):
        return range(len(turns))
    return sorted(range(len(turns)), key=starts.__getitem__)


def read_text(text: str) -> Consult:
    """Read one patient's free text (triage, `findings`)."""
    return read_consult([Turn("patient", text)])


# --- the doctor's turns ---------------------------------------------------------------------------


def _doctor(reading: Reading, index: int) -> None:
    asked: list[Asked] = []
    before: Sentence | None = None
    echoed = 0  # of what was asked in this turn, how much the doctor has answered with "No?"
    for sentence in reading.sentences[index]:
        if is_echoed_no(sentence):
            if before is None and nothing_said_between(reading, index):
                _echoed(reading, index, reading.pending)
                reading.pending = []
            echoed = len(asked)
            continue
        tag = is_bare_tag(sentence) and before is not None and not before.is_question
        if tag and before is not None and (not asked or asked[-1].sentence is not before):
            asked.append(Asked(index, before, "", "statement"))
        elif not tag and (found := _act(reading, index, sentence)):
            _echoed(reading, index, asked[:echoed])
            asked = [*asked[echoed:], found]
            echoed = 0
        before = sentence
    if asked:
        _leave_open(reading)
        reading.pending = asked


def _echoed(reading: Reading, index: int, asked: Sequence[Asked]) -> None:
    """Questions that the doctor's own "no" says were denied: less sure than words of the patient."""
    reply = Reply(index, "no", "no", (), "")
    said = len(reading.facts)
    answer(reading, reply, [one for one in asked if one.form == "polar"])
    reading.facts[said:] = [
        replace(fact, confidence=min(fact.confidence, 0.6)) for fact in reading.facts[said:]
    ]


def _act(reading: Reading, index: int, sentence: Sentence) -> Asked | None:
    """What waits for a reply; a dictated history is taken up at once."""
    act = act_of(sentence)
    if act == "dictation":
        _dictated(reading, index, sentence)
        return None
    if not act or (act == "polar" and _repeated(reading, index, sentence)):
        return None
    slot = questions.slot_of(sentence)
    slot = slot if act != "statement" or slot == "family" else ""
    return Asked(index, sentence, slot, act)


def _repeated(reading: Reading, index: int, sentence: Sentence) -> bool:
    """ "Dry cough, okay.": the doctor only says again what the patient has just told."""
    told = {f.concept.id for f in reading.facts[-10:] if f.at >= index - 1 and f.state is State.PRESENT}
    said = {m.concept.id for m in sentence.mentions}
    return not sentence.is_question and bool(said) and said <= told


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
        fact = attach(fact, sentence, reading.focus)
        reading.add(fact)
        reading.focus.see(fact)


def _leave_open(reading: Reading) -> None:
    """What was asked and nobody answered goes to the review tray, never into the note."""
    for asked in reading.pending:
        if asked.form == "statement":
            continue
        for mention in () if asked.form == "open" else asked_mentions(asked):
            if mention.concept.kind in {Kind.FINDING, Kind.CONDITION, Kind.HABIT}:
                reading.unanswered.append(fact_of(mention, State.UNCERTAIN, (asked.turn,), asked.turn, 0.3))
        if asked.slot:
            reading.exchanges.append(Exchange(asked.turn, asked.slot, asked.sentence, None, ""))
    reading.pending = []


# --- the patient's turns --------------------------------------------------------------------------


def _joined(sentences: Sequence[Sentence]) -> str:
    return " ".join(word for sentence in sentences for word in sentence.words)


def _patient(reading: Reading, index: int) -> None:
    sentences = reading.sentences[index]
    words = _joined(sentences)
    if not sentences or replies.asks_again(words):
        return
    pending, later = heard(reading, index, words)
    _take_for_known(reading, index, pending)
    own = _given_up(_now_and_then(_own(reading, index, pending), words), words)
    own = reacted(reading, pending, own)
    reading.add(*own)
    reply = reply_of(index, sentences, own)
    answer(reading, reply, pending)
    reading.add(*spoken_again(reading, index))
    if pending and (reply.opening or len(reply.words.split()) > 2):
        reading.pending = later


def _take_for_known(reading: Reading, index: int, pending: Sequence[Asked]) -> None:
    """ "How long have you had the cough?": the answer's values are the cough's."""
    for asked in pending:
        if asked.form == "open" and questions.grants_theme(asked.sentence):
            for mention in asked_mentions(asked):
                theme = fact_of(mention, State.PRESENT, (asked.turn, index), index, 0.7, asked.turn)
                reading.focus.seen.setdefault(mention.concept.id, theme)


def _own(reading: Reading, index: int, pending: Sequence[Asked]) -> list[Fact]:
    """Facts of the patient's own words, sentence by sentence: concepts named, and values said of the one in focus."""
    sentences = reading.sentences[index]
    asked = pending[-1].turn if pending else None
    slots = [asked.slot for asked in pending]
    themes = list(dict.fromkeys(id_ for one in pending for id_ in reading.focus.themes_of(one.sentence)))
    relative = reading.spoken_of(pending)
    known = any(theme in reading.focus.seen for theme in themes)
    timed = known or not pending or asks_of_symptom(pending[-1].sentence)
    new = (
        bool(pending)
        and pending[-1].form == "polar"
        and asks_whether(pending[-1].sentence, reading.focus.seen)
    )
    own: list[Fact] = []
    for position, sentence in enumerate(sentences):
        following = sentences[position + 1] if position + 1 < len(sentences) else None
        found = _said(reading, _Spoken(index, sentence, following, relative), set(slots), asked)
        if not (new or _patient_asks(sentence) or reading.of_another(sentence, relative)):
            near = [own[-1].concept.id] if own and _THAT_WAS.match(sentence.plain) else themes
            found += [
                replace(
                    fact,
                    evidence=(index,) if asked is None else (asked, index),
                    at=index,
                    asked=asked,
                    said_in=None,
                )
                for fact in reading.focus.dangling(sentence, slots, near, timed=timed)
            ]
        own, found = reaction_told(own, found, sentence)
        for fact in found:
            reading.focus.see(fact)
        own += found
        reading.relative = relative_named(sentence) or reading.relative
        relative = relative_named(sentence) or (relative if _ANOTHER.search(" ".join(sentence.words)) else "")
    return own


def _now_and_then(own: list[Fact], words: str) -> list[Fact]:
    """ "No fever at the moment, but I had one when it started": present then and absent now is resolved."""
    states = {(fact.concept.id, fact.relation, fact.state) for fact in own}
    if not _NOW.search(words) and not _THEN.search(words):
        return own
    both = {
        (id_, who)
        for id_, who, state in states
        if state is State.ABSENT and (id_, who, State.PRESENT) in states
    }
    return [
        replace(fact, state=State.RESOLVED, confidence=0.75)
        if (fact.concept.id, fact.relation) in both and fact.state in {State.PRESENT, State.ABSENT}
        else fact
        for fact in own
    ]


def _given_up(own: list[Fact], words: str) -> list[Fact]:
    """ "I quit; I smoked two packs a day": the past tense is of what was given up."""
    if not _QUIT.search(words):
        return own
    return [
        replace(fact, state=State.RESOLVED)
        if fact.concept.kind is Kind.HABIT and fact.state is State.PRESENT and _PAST.search(words)
        else fact
        for fact in own
    ]


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A sentence of the patient's with what stands around it; `relative`: whom "she" means in it."""

    turn: int
    sentence: Sentence
    following: Sentence | None
    relative: str


def _said(reading: Reading, spoken: _Spoken, slots: set[str], asked: int | None) -> list[Fact]:
    """Facts of one of the patient's own sentences."""
    sentence = spoken.sentence
    allergy = bool(_ALLERGY.search(" ".join(sentence.words))) or "allergies" in slots
    evidence = (spoken.turn,) if asked is None else (asked, spoken.turn)
    found: list[Fact] = []
    for mention in counted(sentence, allergy=allergy):
        judged = _judged(reading, spoken, mention, slots)
        if judged is None:
            continue
        state, confidence, who = judged
        fact = replace(fact_of(mention, state, evidence, spoken.turn, confidence), relation=who, asked=asked)
        fact = attach(fact, sentence, reading.focus)
        if allergy and mention.concept.kind in {Kind.ALLERGEN, Kind.MEDICINE}:
            fact = replace(fact, values={**fact.values, "role": "allergy"})
        found.append(fact)
    found += [
        replace(nothing_of(concept, sentence, spoken.turn, asked, sentence.text.lower()), confidence=0.75)
        for concept in said_well(sentence)
        if not any(fact.concept.id == concept.id for fact in found) and not spoken.relative
    ]
    return _with_allergies(found, spoken, asked) if allergy else found


def _judged(
    reading: Reading, spoken: _Spoken, mention: Mention, slots: set[str]
) -> tuple[State, float, str] | None:
    """State, confidence and person of a mention of the patient's; None where it says nothing about anybody."""
    sentence = spoken.sentence
    before = " ".join(sentence.words[: mention.first])
    if _IN_GENERAL.search(before) and not _MYSELF.search(before):
        return None
    state, confidence, who = state_of(
        sentence, mention, speaker="patient", patients=reading.patients, before=spoken.relative
    )
    if mention.concept.kind in {Kind.FINDING, Kind.CONDITION} and _TESTED.search(before):
        return _tested(sentence, who)
    if state is State.PRESENT and not who and (owner := _who_had_it(spoken)):
        return State.FAMILY, confidence, owner
    known = mention.concept.kind is Kind.FINDING and _PATIENT_ASKS.search(before)  # "the chest pain" of now
    own = known or SPEAKER_HAS.search(before)
    if "family" in slots and state in {State.PRESENT, State.ABSENT} and not who and not own:
        who = "family"
        state = State.FAMILY if state is State.PRESENT else state
    if _patient_asks(sentence) and not _PATIENT_ASKS.search(before):
        return _wondered(spoken, mention, state, who)
    if reading.parent_speaks and says_has(mention, state, before) and not who:
        return State.FAMILY, confidence, "parent"
    return state, confidence, who


def _who_had_it(spoken: _Spoken) -> str:
    """ "Colon cancer. My uncle had it.": the uncle of the next sentence."""
    following = spoken.following
    short = len(spoken.sentence.words) <= _NAMES
    return relative_named(following) if short and following and _HAD_IT.match(following.plain) else ""


def _tested(sentence: Sentence, who: str) -> tuple[State, float, str] | None:
    """ "They checked my diabetes": no finding; "tested for flu and it was negative" is one, and so is a positive."""
    words = " ".join(sentence.words)
    if re.search(r"\bpositive\b", words):
        return State.PRESENT, 0.8, who
    return (State.ABSENT, 0.8, who) if re.search(r"\bnegative\b", words) else None


def _wondered(spoken: _Spoken, mention: Mention, state: State, who: str) -> tuple[State, float, str] | None:
    """What the patient asks: "Fever? No." is an answer, "could it be a stroke?" a worry, "can I take it?" neither."""
    answered = replies.polarity(" ".join(spoken.following.words)) if spoken.following else ""
    if answered in {"yes", "no"} and len(spoken.sentence.words) <= 6:
        here = State.FAMILY if who else State.PRESENT
        return (here if answered == "yes" else State.ABSENT), 0.85, who
    if mention.concept.kind not in {Kind.FINDING, Kind.CONDITION}:
        return None
    return (State.HYPOTHETICAL if state is State.HYPOTHETICAL else State.UNCERTAIN), 0.4, who


def _patient_asks(sentence: Sentence) -> bool:
    """A real question of the patient; many only raise the voice at the end ("some pain in my stomach?")."""
    bare = len(sentence.words) <= 3 and sentence.text.endswith("?")
    return bare or (sentence.is_question and bool(_REAL_QUESTION.match(" ".join(sentence.words))))


def _with_allergies(found: list[Fact], spoken: _Spoken, asked: int | None) -> list[Fact]:
    found = with_reactions(found)
    denied = _NO_ALLERGY.search(" ".join(spoken.sentence.words))
    if denied and not any(f.values.get("role") for f in found):
        found.append(nothing_of(NO_ALLERGIES, spoken.sentence, spoken.turn, asked, denied[0]))
    return found

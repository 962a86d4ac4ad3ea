"""Narrative statements: the candidates that are worth their words, in the order they were told.

Chosen as an online knapsack: a candidate is taken when its noteworthiness passes a bar that rises with the words
already written, so what a later turn adds never drops what stands there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from clinical_language import Consult, Fact, Kind, State
from clinical_language.wording import fold
from soap import model
from soap.jotted import Jotter
from soap.model import Statement
from soap.narrative import Candidate, Narrator
from soap.noteworthy import noteworthiness
from soap.opening import known
from soap.register import PATIENT, Person, written
from soap.standing import idle
from soap.subjective import CONTACTS
from soap.wellformed import jot_flaws


@dataclass(frozen=True, slots=True)
class Bar:
    """The least noteworthiness that is written: `low` for the first `free` words, `high` when `budget` are written."""

    low: float
    high: float
    free: int
    budget: int

    def at(self, used: int) -> float:
        """When `used` words are written; it goes on rising."""
        return self.low + (self.high - self.low) * max(0.0, (used - self.free) / (self.budget - self.free))


SENTENCES = Bar(0.1, 0.4, 60, 190)
JOTTED = Bar(0.1, 0.5, 170, 215)

_STOP = frozenset(
    """a an the of to in on at for with and or but is was were are be been has had have not no he she they it
his her their this that
as by from who which patient him them i me my do does did will would can could so there what when if also some
any very""".split()
)
_SOCIAL = frozenset({"smoking", "alcohol", "drugs", "work", "living"})
_SOCIAL_WORDS = re.compile(
    r"\b(?:smok\w+|cigarettes?|alcohol|beers?|wine|drink socially|lives? (?:with|alone|in|by)|works? (?:as|at|"
    r"for|in|part|full|from)|retired|"
    r"married|divorced|job|flatmates?|marijuana|vap\w+)\b"
)
_RELATIVE_FIRST = re.compile(  # whose illness, death or operation is told
    r"(?:the |his |her |their |my |patient's |the patient's )?(?:parents?|father|mother|mum|mom|dad|brothers?|sisters?|"
    r"aunt|uncle|grand(?:father|mother|parents?)|cousin|son|daughter)(?: |, mother |, father )"
    r"(?:also |just |recently )?(?:has|had|have|died|passed|was diagnosed|suffers|suffered|got|committed|commited)\b"
)
_FAMILY_WORDS = re.compile(
    r"^(?:her|his|their|the patient's) (?:mother|father|sister|brother|grand\w+|aunt|uncle|parents|family|"
    r"cousin)\b(?! (?:said|says|told|thinks|noticed|"
    r"wanted|suggested|recommended|is worried))"
)
_PAST_WORDS = re.compile(
    r"\b(?:diagnosed with|history of|when (?:she|he|they) (?:was|were) (?:a |young|\d)|years ago|as a (?:child|"
    r"kid)|surgery|operation|in the past|fit and well)\b"
)


_DIED = re.compile(r"\b(?:died|passed away|dead)\b")


@dataclass(frozen=True, slots=True)
class Told:
    """A narrative statement and the facts it already says; jotted: its words, to be joined with those of its turn."""

    statement: Statement
    facts: tuple[Fact, ...]
    turn: int
    jotted: tuple[str, ...] = ()


def content(words: Sequence[str]) -> frozenset[str]:
    """The words that carry content, comparable."""
    return frozenset(fold(w) for w in words if w not in _STOP and (w[0].isalnum()) and w != PATIENT)


def source(consult: Consult, person: Person) -> Narrator | Jotter:
    """Where candidates come from: sentences for a doctor who knows the patient, else the short form."""
    return Narrator(consult, person) if known(consult) else Jotter(consult, person)


def told(consult: Consult, person: Person, listed: Callable[[Told], bool] = lambda _: False) -> list[Told]:
    """The narrative of a consult so far, in sentences or in the short form.

    `listed`: whether something jotted stands in the note without it, and so costs no words.
    """
    taken: list[Told] = []
    said: list[frozenset[str]] = []
    used = 0
    candidates, facts = source(consult, person), _by_mention(consult)
    short = isinstance(candidates, Jotter)
    rising = JOTTED if short else SENTENCES
    for candidate in candidates.candidates():
        worth = noteworthiness(candidate)
        if worth < rising.at(used):
            continue
        own = content(candidate.words)
        if (
            not own
            or (short and (jot_flaws(written(candidate.words)) or idle(candidate, consult)))
            or _only_denies(facts, candidate, own)
            or any(_told_again(own, other) for other in said)
        ):
            continue
        part = (
            _jotted(consult, candidate, facts, worth)
            if short
            else _told(candidate, tuple(_facts(facts, candidate)), worth, person, len(taken))
        )
        if short and listed(part):
            continue
        said.append(own)
        used += len(candidate.words)
        taken.append(part)
    return taken


_TIMES = re.compile(
    r"\d.*|about|around|ago|days?|weeks?|months?|years?|hours?|minutes?|times?|last|past|now|today|bit|lot"
)


def _told_again(own: frozenset[str], other: frozenset[str]) -> bool:
    """Whether most of it stands there, and all that is not a time or an amount."""
    return len(own & other) >= 0.7 * len(own) and not any(w for w in own - other if not _TIMES.fullmatch(w))


def _jotted(consult: Consult, candidate: Candidate, by_mention: _ByMention, worth: float) -> Told:
    facts = tuple(_facts(by_mention, candidate))
    section = section_of(candidate, facts)
    turn = candidate.turn
    name = hashlib.sha256(f"{turn} {consult.turns[turn].text}".encode()).hexdigest()[:12]
    statement = Statement(
        f"{section}:told:{name}", section, written(candidate.words, candidate.names), candidate.evidence,
        facts[0].state if facts else State.PRESENT, round(0.55 + 0.4 * worth, 2),
        dict(facts[0].concept.codes) if len(facts) == 1 else {},
    )  # fmt: skip
    return Told(statement, facts, _run(consult, turn), tuple(statement.text.rstrip(".").split()))


_HEARS = re.compile(
    r"(?:\W|\b(?:mm+|hmm*|mhm|uh|huh|um|okay|ok|right|yeah|yes|sure|sorry|no|oh|ohh|i see|alright|fine)\b)*"
)


def _run(consult: Consult, turn: int) -> int:
    """The first turn of what the patient says on, over nothing but "okay" of the doctor's."""
    first = turn
    for before in range(turn - 1, max(-1, turn - 6), -1):
        spoken = consult.turns[before]
        if spoken.speaker != "doctor":
            first = before
        elif not _HEARS.fullmatch(spoken.text.lower()):
            break
    return first


_DENIES = frozenset("no not never nothing none without cannot".split())


def joined(parts: Sequence[Told]) -> Iterator[Statement]:
    """What was told in one turn, closer together: jotted as one line, sentences by twos under one subject."""
    for _, group in groupby(parts, key=lambda part: (part.turn, bool(part.jotted))):
        pieces = list(group)
        if pieces[0].jotted:
            yield _as_one([piece.statement for piece in pieces], _line(pieces))
        else:
            yield from _by_twos([piece.statement for piece in pieces])


def _as_one(said: Sequence[Statement], text: str) -> Statement:
    states = {statement.state for statement in said}
    codes = [statement.codes for statement in said if statement.codes]
    return replace(
        said[0], text=text,
        evidence=tuple(sorted({turn for statement in said for turn in statement.evidence})),
        state=states.pop() if len(states) == 1 else State.PRESENT,
        confidence=min(statement.confidence for statement in said),
        codes=codes[0] if len(codes) == 1 else {},
    )  # fmt: skip


_SUBJECT = re.compile(r"(The patient|She|He) (?:reports that (?:the patient|she|he) )?(?=[a-z])")
_TOGETHER = 22  # words that two sentences may have as one


def _by_twos(said: Sequence[Statement]) -> Iterator[Statement]:
    """ "She slipped on ice. She heard a pop." -> "She slipped on ice and heard a pop."."""
    waiting: Statement | None = None
    for statement in said:
        both = _both(waiting, statement) if waiting else ""
        if waiting and both:
            yield _as_one([waiting, statement], both)
            waiting = None
            continue
        if waiting:
            yield waiting
        waiting = statement
    if waiting:
        yield waiting


def _both(first: Statement, second: Statement) -> str:
    """The two sentences as one, "" where they have different subjects, deny, or are long."""
    subject, again = _SUBJECT.match(first.text), _SUBJECT.match(second.text)
    if not subject or not again or first.state is not second.state or first.section != second.section:
        return ""
    if {subject[1], again[1]} not in (
        {"The patient"},
        {"She"},
        {"He"},
        {"The patient", "She"},
        {"The patient", "He"},
    ):
        return ""
    text = f"{first.text.rstrip('.')} and {second.text[again.end() :]}"
    if {"denies", *_DENIES} & set(text.split()):
        return ""  # a denial is never read over what follows it
    return text if len(text.split()) <= _TOGETHER and text.count(" and ") == 1 else ""


def _line(pieces: Sequence[Told]) -> str:
    text = " ".join(pieces[0].jotted)
    for before, piece in pairwise(pieces):
        apart = ";" if _DENIES & {word.lower() for word in (*before.jotted, *piece.jotted)} else ","
        own = " ".join(piece.jotted)
        text += f"{apart} {own if own[1:2].isupper() else own[:1].lower() + own[1:]}"
    return text + "."


_OF_DENIAL = frozenset(
    "have had feel felt notice noticed get got experience experienced any known know allergy".split()
)


def _only_denies(by_mention: _ByMention, candidate: Candidate, own: frozenset[str]) -> bool:
    """Whether nothing but denied findings is said, which the review of systems lists."""
    facts = list(_facts(by_mention, candidate))
    if not facts or any(fact.state is not State.ABSENT for fact in facts):
        return False
    said = {word for m in candidate.mentions for word in content(m.text.lower().split())}
    return not own - said - _OF_DENIAL


def _told(candidate: Candidate, facts: tuple[Fact, ...], worth: float, person: Person, order: int) -> Told:
    section = section_of(candidate)
    denied = candidate.form == "polar" and "not" in candidate.words
    state = facts[0].state if facts else State.ABSENT if denied else State.PRESENT
    name = hashlib.sha256(" ".join(candidate.said).encode()).hexdigest()[:12]
    codes = dict(facts[0].concept.codes) if len(facts) == 1 else {}
    words = subject(candidate.words, person, first=order == 0)
    if candidate.form == "told" and words[0] == person.subject != PATIENT and order % 3 == 2:
        words = [words[0], "reports", "that", *words]
    text = written(reported(words, candidate, facts), candidate.names)
    return Told(
        Statement(
            f"{section}:told:{name}",
            section,
            text,
            candidate.evidence,
            state,
            round(0.55 + 0.4 * worth, 2),
            codes,
        ),
        facts,
        candidate.turn,
    )


def subject(words: Sequence[str], person: Person, *, first: bool) -> list[str]:
    """ "the patient" in the first statement, then the pronoun where the sex is known."""
    out = list(words)
    if out[0] == PATIENT and not first:
        out[0] = person.subject
    return out


def reported(words: Sequence[str], candidate: Candidate, facts: Sequence[Fact]) -> list[str]:
    """As clinicians attribute it: "has a dry cough" -> "reports a dry cough", "does not have" -> "denies"."""
    out = list(words)
    findings = [f for f in facts if f.concept.kind is Kind.FINDING]
    if out[1:4] == ["does", "not", "have"] and len(out) > 4 and out[4] not in _LESS:
        return [out[0], "denies", *out[4:]]
    if (
        findings
        and out[0] != "the"
        and out[1] == "has"
        and len(out) > 3
        and out[2] not in _NO_NOUN
        and candidate.form != "dictated"
    ):
        return [out[0], "reports", *out[2:]]
    return out


_LESS = frozenset({"as", "so", "that", "too", "much", "many"})  # "does not have as much pain" has some
_NO_NOUN = frozenset(
    "been had not to gotten got never also always felt noticed taken tried gone come become started".split()
)


_ByMention = dict[tuple[int, str], list[tuple[int, Fact]]]  # turn and concept: its facts, each with its place


def _by_mention(consult: Consult) -> _ByMention:
    found: _ByMention = {}
    for place, fact in enumerate(consult.facts):
        found.setdefault((fact.at, fact.concept.id), []).append((place, fact))
    return found


def _facts(by_mention: _ByMention, candidate: Candidate) -> Iterator[Fact]:
    ids = {m.concept.id for m in candidate.mentions}
    for _, fact in sorted(found for id_ in ids for found in by_mention.get((candidate.turn, id_), ())):
        yield fact


def _of_relative(fact: Fact) -> bool:
    """Whether a relative's illness; what somebody near has now may be caught, and is told with the complaint."""
    return fact.state is State.FAMILY and fact.relation not in CONTACTS and fact.concept.kind in _ILLNESS


_ILLNESS = frozenset({Kind.FINDING, Kind.CONDITION})


def section_of(candidate: Candidate, facts: Sequence[Fact] = ()) -> str:
    """Which section a narrative statement belongs to; `facts`: those it says."""
    text = " ".join(candidate.words)
    if facts and all(map(_of_relative, facts)):
        return model.FAMILY_HISTORY
    if _DIED.search(" ".join(candidate.said)) or _RELATIVE_FIRST.match(text):
        return model.FAMILY_HISTORY  # of whom else, said by the patient
    if candidate.slot in _SOCIAL or _SOCIAL_WORDS.search(text):
        return model.SOCIAL_HISTORY
    if candidate.slot == "family" or _FAMILY_WORDS.search(text):
        return model.FAMILY_HISTORY
    if candidate.slot == "allergies":
        return model.ALLERGIES
    if candidate.slot == "medicines":
        return model.MEDICATIONS
    if candidate.slot == "history" or _PAST_WORDS.search(text):
        return model.PAST_MEDICAL_HISTORY
    return model.HPI

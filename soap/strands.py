"""To which part of a note each clause of the doctor's speech belongs: examination, results, assessment and plan.

A small linear model over the clause's own words, its neighbours in the same turn and what was announced before ("let me
look at your results"). Nothing that is said in a later turn changes the answer, so a live draft does not jump.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from clinical_language.linear import LinearModel, packaged
from clinical_language.remembering import remembered
from soap.clauses import Clause
from soap.examination import system_of

EXAM, RESULTS, PLAN = "exam", "results", "plan"
MODEL = "strands"
_ANNOUNCED = (
    (EXAM, re.compile(
        r"\b(?:physical exam\w*|(?:perform|do|doing|start|begin) (?:(?:the|an?|my|your|our|that|this|"
        r"quick) ){0,2}(?:\w+ )?exam\w*|"
        r"examin(?:e|ing) (?:you|your|the)|vitals|vital signs|listen(?:ing)? to (?:your|you)|"
        r"on (?:your )?(?:\w+ ){0,3}exam\w*|"
        r"(?:take|have) a (?:quick |good |little )?look at (?:you|your|it|that)\b(?! (?:x|mri|lab|"
        r"results?|blood|ct|echo))|your exam)\b"
    )),
    (RESULTS, re.compile(
        r"\b(?:results?|x-ray|x - ray|labs|echocardiogram|show me|ekg|mri|ct|ultrasound|biopsy|blood work|"
        r"imaging)\b")),
    (PLAN, re.compile(
        r"\b(?:assessment|my plan|plan for you|(?:first|second|third|next|last) problem|here 's what|"
        r"so for your|prescribe|refer|"
        r"follow up|follow - up|i think you have|most likely|order)\b"
    )),
)  # fmt: skip
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Strand:
    """A clause with the probability that it belongs to each part (0..1; parts do not exclude each other)."""

    clause: Clause
    exam: float
    results: float
    plan: float
    phase: str  # what was announced last: EXAM, RESULTS, PLAN, or ""
    examined: bool  # the examination had been announced by then


def _words(text: str) -> list[str]:
    return _NUMBER.sub("#", text).split()


def _own(clause: Clause) -> dict[str, float]:
    words = _words(clause.text)
    found = {f"w:{word}": 1.0 for word in words}
    found |= {f"w:{a} {b}": 1.0 for a, b in pairwise(words)}
    found[f"d:first {words[0]}"] = 1.0
    found[f"d:opens {' '.join(words[:2])}"] = 1.0
    found[f"d:length {min(len(words) // 3, 6)}"] = 1.0
    found |= {f"d:kind {m.concept.kind.value}": 1.0 for m in clause.mentions}
    found |= {f"d:group {m.concept.group}": 1.0 for m in clause.mentions}
    if system := system_of(clause.text):
        found[f"d:system {system}"] = found["d:system"] = 1.0
    if clause.asked:
        found["d:asked"] = 1.0
    return found


@remembered
def announced(text: str) -> str:
    """The part a clause announces ("let me look at your results"), "" when none."""
    return next((name for name, cue in _ANNOUNCED if cue.search(text)), "")


@dataclass(frozen=True, slots=True)
class Place:
    """A clause where it stands: what was announced last and how long ago, the text of its neighbours ("" for none)."""

    clause: Clause
    phase: str
    since: int
    before: str
    after: str


def places(clauses: Sequence[Clause]) -> list[Place]:
    """Each clause in its place, in order."""
    found, phase, since = [], "", 0
    for at, clause in enumerate(clauses):
        said = announced(clause.text)
        since = 0 if said else since + 1
        phase = said or phase
        before = clauses[at - 1].text if at and clauses[at - 1].turn >= clause.turn - 2 else ""
        following = at + 1 < len(clauses) and clauses[at + 1].turn == clause.turn
        found.append(
            Place(clause, phase, min(since // 4, 4), before, clauses[at + 1].text if following else "")
        )
    return found


def features(place: Place) -> dict[str, float]:
    """Named features of a clause in its place."""
    row = _own(place.clause)
    row[f"d:announced {place.phase}"] = row[f"d:announced {place.phase} {place.since}"] = 1.0
    row[f"d:turn {min(place.clause.turn // 8, 8)}"] = 1.0
    row |= {f"p:{word}": 1.0 for word in _words(place.before)}
    row |= {f"n:{word}": 1.0 for word in _words(place.after)}
    return row


@remembered
def _parts(model: LinearModel, place: Place) -> tuple[float, float, float]:
    """Probabilities of examination, results and plan."""
    told = model.probabilities(features(place))
    exam, results, plan = (
        sum(p for name, p in told.items() if part in name.split("+")) for part in (EXAM, RESULTS, PLAN)
    )
    return exam, results, plan


def strands(clauses: Sequence[Clause], model: LinearModel | None = None) -> list[Strand]:
    """Each clause with its probabilities."""
    model = model or packaged("soap", MODEL)
    found = []
    examined = False
    for place in places(clauses):
        examined = examined or place.phase == EXAM
        found.append(Strand(place.clause, *_parts(model, place), place.phase, examined))
    return found

"""What goes on with a line of the plan in the next breath: what it is for, which medicine is meant, how it is taken."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from soap.clauses import Clause
from soap.notation import notation, third_person
from soap.phrasing import sentence
from soap.plan_parts import EDUCATION, REFERRAL, TREATMENT
from soap.register import Person
from soap.safety_net import Warned
from soap.wellformed import readable

_EMPTY = frozenset(
    "a an the we will i to of for and or in on at it that this patient should can order continue "
    "start prescribe some his her with as "
    "also advised going get take another be have you him them then so what new".split()
)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of the plan before it is a statement."""

    part: str
    text: str
    clause: Clause
    problem: str
    evidence: tuple[int, ...]
    places: tuple[int, ...]  # of its clauses among the doctor's

    def content(self) -> set[str]:
        """Its content words and numbers."""
        return set(re.findall(r"[a-z0-9.]+", self.text.lower())) - _EMPTY


_PURPOSE = re.compile(
    r"^(?:(?:and|so) )*(?:that|this|it|which|they)(?: 's| is| 'll| will| should| may| can| would| could)?(?: also)?"
    r"(?: going to)?(?: also| hopefully)* "
    r"(?P<to>(?:help|reduce|decrease|ease|relieve|improve|strengthen|prevent|control)(?! us\b| me\b)) (?P<what>.+)$"
)
_LONGEST = 40  # words
_BREATHS = 2  # turns after a medicine in which it may still be told which and how


_WHICH = re.compile(
    r"^(?:(?:and|so|or|,) )*(?:(?:it|that|this) (?:'s|is|can be|could be|will be|would be)"
    r"(?: (?:normally|usually|just|probably))? )?"
    r"(?:(?:something|things|anything),? (?P<how>like|called|such as)|"
    r"(?=(?:(?:a )?\d+|a|one|half an?),? (?:to \d+ )?(?:tablets?|capsules?|puffs?|sachets?|drops|times|"
    r"day course|week course)\b)|"
    r"(?:i (?:will|'ll) give you )?(?=(?:about )?\d+ (?:days?|weeks?)(?: ?'| 's)? ?(?:worth|supply)\b)|"
    r"(?=(?:twice|once|three times) (?:a day|daily|per day)\b)|(?=either [a-z]+ or )),? ?(?P<what>.+)$"
)
_JOINS = {"like": ", such as ", "such as": ", such as "}


def continued(line: PlanLine, warned: Warned, person: Person) -> PlanLine | None:
    """The line with what the next breath adds to it; None when that is a thought of its own."""
    return _purpose(line, warned, person) or _which(line, warned, person)


def _which(line: PlanLine, warned: Warned, person: Person) -> PlanLine | None:
    """ "Something stronger / something like naproxen / one tablet twice a day": one line."""
    clause = warned.strand.clause
    found = _WHICH.match(clause.text)
    if found is None or clause.asked or line.part != TREATMENT or clause.turn - line.evidence[-1] > _BREATHS:
        return None
    what = notation(third_person(found["what"], person), clause.mentions)
    return _longer(line, f"{line.text}{_JOINS.get(found['how'] or '', ', ')}{what}", warned)


def _longer(line: PlanLine, text: str, warned: Warned) -> PlanLine | None:
    if len(text.split()) > _LONGEST or not readable(sentence(text)):
        return None
    evidence = tuple(sorted({*line.evidence, warned.strand.clause.turn}))
    return replace(line, text=text, evidence=evidence, places=(*line.places, *warned.places))


def _purpose(line: PlanLine, warned: Warned, person: Person) -> PlanLine | None:
    """The line with what it is for, where the doctor says so in the next breath ("that should help with the pain")."""
    clause = warned.strand.clause
    found = _PURPOSE.match(clause.text)
    after = line.places[-1] + 1 == warned.at and line.clause.turn == clause.turn
    if (
        found is None
        or not after
        or line.part not in {TREATMENT, REFERRAL, EDUCATION}
        or " to help " in line.text
    ):
        return None
    what = notation(third_person(f"{found['to']} {found['what']}", person), clause.mentions)
    return _longer(line, f"{line.text} to {what}", warned)

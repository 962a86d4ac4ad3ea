"""Referrals: who the patient is sent to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WHO = (
    r"(?P<who>(?:\w+ )?(?:cardiolog\w+|neurolog\w+|gastroenterolog\w+|dermatolog\w+|orthop\w+|"
    r"urolog\w+|nephrolog\w+|endocrinolog\w+|psychiatr\w+|psycholog\w+|therapist|ent\b|"
    r"gyn\w+|obgyn|rheumatolog\w+|pulmonolog\w+|ophthalmolog\w+|optometr\w+|oncolog\w+|hematolog\w+|"
    r"haematolog\w+|"
    r"surgeon|surgery|physical therap\w+|physiotherap\w+|physio|specialist|podiatr\w+|dietician|dietitian|"
    r"nutritionist|allergist|(?:[\w-]+ ){1,2}clinic|pain specialist|"
    r"counsell?or|counsell?ing|dentist|optician|midwife))\b"
)
_REFER = re.compile(
    r"\b(?:refer(?:ral|red|ring)?(?: you)?(?: over| on| back| out)?(?: to| for)?|(?:see|"
    r"send you(?: over)? to|"
    rf"set you up with|put in a referral (?:to|for)|appointment with|consult(?:ation)? with|"
    rf"speak with)) (?:(?:the|an?|our|my|your|some|urgent) |[\w-]+, an? )*{_WHO}"
    r"|\b(?P<who2>(?:physical therapy|physiotherapy|occupational therapy|counsell?ing|\w+ology)) referral\b"
)
_NOT_NOW = re.compile(
    r"\b(?:if|unless|in case|might|may need|could|when you saw|saw|have you (?:ever )?seen|did you|"
    r"last (?:year|time|visit)|"
    r"already|previous\w*|ago|had|were|used to|not|no need|never|do you|are you|mentioned|sent you)\b|n't\b"
)


@dataclass(frozen=True, slots=True)
class Referral:
    """Who, and where the words stand in the text."""

    who: str
    first: int
    last: int


def referrals(text: str, first: int, last: int) -> Iterator[Referral]:
    """Referrals between two places of a turn's lower-case text; nothing conditional, past, asked or declined."""
    for found in _REFER.finditer(text, first, last):
        before = text[max(first, found.start() - 90) : found.start()]
        if not _NOT_NOW.search(before) and "?" not in text[found.end() : found.end() + 3]:
            who = found["who"] or found["who2"]
            yield Referral(who.removeprefix("the ").removeprefix("a "), found.start(), found.end())

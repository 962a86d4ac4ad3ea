"""The medicine that "it" stands for in a plan: "increase it to 40 mg" after Prozac was named.

Only where one medicine alone was named nearby: a guess between two would be a wrong prescription, so no line then.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language import Kind
from soap.clauses import Clause
from soap.strands import Strand

_NEAR = 2  # turns after which nobody knows any more what "it" is
_DOSED = re.compile(
    r"\b(?:(?:increase|decrease|reduce|lower|raise|refill|double) (?=\w+(?: |$))|"
    r"(?:take|taking) (?=\w+ (?:.* )?(?:\d|once|twice|daily|tablets?|food|needed)\b))(?P<it>it|that|them|those)\b"
)


def referred(text: str, before: Sequence[Strand], clause: Clause) -> tuple[str, tuple[int, ...]]:
    """The line with the medicine in place of the pronoun and the turn that named it; "" when nobody can tell which."""
    found = _DOSED.search(text)
    if found is None or any(m.concept.kind is Kind.MEDICINE for m in clause.mentions):
        return text, ()
    named = [
        (mention, strand.clause.turn)
        for strand in before
        if 0 <= clause.turn - strand.clause.turn <= _NEAR
        for mention in strand.clause.mentions
        if mention.concept.kind is Kind.MEDICINE
    ]
    if len({mention.concept.id for mention, _ in named}) != 1:
        return "", ()
    mention, turn = named[-1]
    start, end = found.span("it")
    return f"{text[:start]}{mention.text.lower()}{text[end:]}", (turn,)

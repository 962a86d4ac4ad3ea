"""Days and years as they are spoken: "the thirty first of October nineteen ninety" is the 31st of October 1990.

A day is written only beside its month, a year only where one is named or a month stands before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clinical_language.number_units import COUNTED, TIMES, unit_at
from clinical_language.spoken_numbers import Run, Token, short_year

_ORDINALS = {w: i for i, w in enumerate(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(), start=1)}  # fmt: skip
_ORDINALS["thirtieth"] = 30
_TENS = {"twenty": 20, "thirty": 30}
MONTHS = frozenset(
    "january february march april may june july august september october november december".split()
)
_ALSO_WORDS = frozenset({"may", "march"})
_FILLERS = frozenset({"um", "uh", "er", "erm", "of", "the", "year"})
_SINCE = frozenset({"in", "since", "year", "from", "until", "till", "before", "born"})


def dates_in(tokens: Sequence[Token], runs: Sequence[Run]) -> Iterator[tuple[int, int, str]]:
    """Days beside their month, and years beside a month or a word that a year follows: (first, end, text)."""
    days = list(_days(tokens))
    yield from days
    ends = {end for _, end, _ in days}
    for run in runs:
        year = short_year(run.words)
        if year is not None and _is_year(tokens, run, after_day=run.first in ends):
            yield run.first, run.end, str(year)


def _days(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    for at in range(len(tokens)):
        day, end = _ordinal(tokens, at)
        if day and end and (_month_after(tokens, end) or _month_before(tokens, at)):
            yield at, end, f"{day}{_ending(day)}"


def _ordinal(tokens: Sequence[Token], at: int) -> tuple[int, int]:
    """The day and where it ends; zeros where none begins here."""
    if tokens[at].text in _TENS and not tokens[at].after and at + 1 < len(tokens):
        day = _TENS[tokens[at].text] + _ORDINALS.get(tokens[at + 1].text, 99)
        return (day, at + 2) if day <= 31 else (0, 0)
    if at and tokens[at - 1].text in _TENS and not tokens[at - 1].after:
        return 0, 0
    day = _ORDINALS.get(tokens[at].text, 0)
    return day, at + 1 if day else 0


def _month_after(tokens: Sequence[Token], end: int) -> bool:
    """ "third of May", "third June"; "the first may be" names no month."""
    if tokens[end - 1].after or end >= len(tokens):
        return False
    if tokens[end].text == "of":
        return end + 1 < len(tokens) and not tokens[end].after and tokens[end + 1].text in MONTHS
    return tokens[end].text in MONTHS - _ALSO_WORDS


def _month_before(tokens: Sequence[Token], at: int) -> bool:
    """ "June third", "May the fourth"."""
    before = [token for token in tokens[max(0, at - 2) : at] if not token.after]
    if len(before) < min(at, 1):
        return False
    names = [token.text for token in before]
    if names[-1:] == ["the"] and len(names) == 2:
        return names[0] in MONTHS
    return bool(names) and names[-1] in MONTHS - _ALSO_WORDS and not tokens[at - 1].after


def _ending(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _is_year(tokens: Sequence[Token], run: Run, *, after_day: bool) -> bool:
    """After a month any; after "in" or "since" one that begins with nineteen, or that nothing follows.

    "in twenty fifteen" may go on with "minute intervals": twenty and fifteen are then two numbers.
    """
    following = tokens[run.end].text if run.end < len(tokens) else ""
    if not tokens[run.end - 1].after and _goes_on(tokens, run.end, following):
        return False
    before = [token.text for token in tokens[max(0, run.first - 4) : run.first]]
    said = [word for word in before if word not in _FILLERS][-1:]
    if after_day or (said and said[0] in MONTHS - _ALSO_WORDS):
        return True
    ends = not following or bool(tokens[run.end - 1].after)
    known = bool(_SINCE & set(before[-1:])) and not (run.first and tokens[run.first - 1].after)
    return known and (ends or run.words[0] in {"nineteen", "eighteen"})


def _goes_on(tokens: Sequence[Token], end: int, following: str) -> bool:
    """Whether something is counted or measured by the words, or another number follows."""
    return (
        following in TIMES | COUNTED | {"times", "to", "or", "over", "point"}
        or unit_at(tokens, end) is not None
    )

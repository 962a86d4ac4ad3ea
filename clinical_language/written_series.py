"""Figures said one by one: telephone and NHS numbers, grouped as they are read; and the numbers called in need."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from clinical_language.spoken_numbers import Token, figure, is_digit

_SHORTEST = 7
_REPEATED = {"double": 2, "triple": 3, "treble": 3}
_CALLED = frozenset(
    "call calling called ring ringing rang dial dialling dialing phone phoned phoning nhs via".split()
)
_IN_NEED = frozenset({"999", "111", "911", "112", "101"})


def series_in(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """(first, end, text) of every series of at least seven figures, and of emergency numbers that are called."""
    at = 0
    while at < len(tokens):
        end, groups = _series(tokens, at)
        figures = "".join(groups)
        if len(figures) >= _SHORTEST and not _counts(figures) and not _listed(groups):
            yield at, end, _grouped(groups)
        elif figures in _IN_NEED and at and tokens[at - 1].text in _CALLED:
            yield at, end, figures
        at = max(end, at + 1)


def _series(tokens: Sequence[Token], first: int) -> tuple[int, list[str]]:
    """Where the figures from `first` end, and the figures in the groups that commas make."""
    groups: list[str] = [""]
    at = end = first
    while at < len(tokens):
        times = _REPEATED.get(tokens[at].text, 1)
        at += times > 1
        if at >= len(tokens) or not is_digit(tokens[at].text) or (times > 1 and tokens[at - 1].after):
            break
        groups[-1] += times * figure(tokens[at].text)
        end = at = at + 1
        after = tokens[end - 1].after
        if after not in ("", ","):
            break
        if after:
            groups.append("")
    return end, [group for group in groups if group]


def _counts(figures: str) -> bool:
    """Up or down, as patients are asked to."""
    return {int(other) - int(one) for one, other in itertools.pairwise(figures)} in ({1}, {-1})


def _listed(groups: Sequence[str]) -> bool:
    """ "five, four, three, six": single figures, each for itself."""
    return len(groups) > 1 and all(len(group) == 1 for group in groups)


def _grouped(groups: Sequence[str]) -> str:
    """As the speaker paused; said in one go, as numbers of that length are written (UK mobile, London, NHS, US)."""
    if len(groups) > 1 and all(2 <= len(group) <= 7 for group in groups):
        return " ".join(groups)
    figures = "".join(groups)
    if len(figures) == 11 and figures.startswith("02"):
        return f"{figures[:3]} {figures[3:7]} {figures[7:]}"
    if len(figures) == 11 and figures.startswith("0"):
        return f"{figures[:5]} {figures[5:]}"
    if len(figures) == 10:
        return f"{figures[:3]} {figures[3:6]} {figures[6:]}"
    return f"{figures[:3]} {figures[3:]}" if len(figures) == 7 else figures

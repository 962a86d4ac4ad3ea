"""Organ x ailment: "chest problems", "infections in your chest", "heart or lung disease" without listing each.

Names of the table come first: an organ and an ailment that have a row together ("heart problem") are that row's
concept, each of a list by itself; every other pair makes a concept of its own, without a code, named by its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from clinical_language.concepts import concepts, rows
from clinical_language.model import Concept, Kind
from clinical_language.wording import fold

_AILMENTS = {  # what it counts as, by the words for it; each with its kind and how it is named
    "problem": (Kind.FINDING, "problems", "problem issue trouble complaint"),
    "condition": (Kind.CONDITION, "condition", "condition disease disorder illness"),
    "symptom": (Kind.FINDING, "symptoms", "symptom"),
    "change": (Kind.FINDING, "changes", "change"),
    "infection": (Kind.CONDITION, "infection", "infection"),
    "cancer": (Kind.CONDITION, "cancer", "cancer"),
    "tumor": (Kind.CONDITION, "tumor", "tumor"),
    "abnormality": (Kind.CONDITION, "abnormality", "abnormality"),
    "surgery": (Kind.PROCEDURE, "surgery", "surgery operation"),
}
_SAID = {word: name for name, (_, _, words) in _AILMENTS.items() for word in words.split()}
_LINK = frozenset("with in of to on from regarding concerning involving affecting".split())
_BETWEEN = frozenset(
    "your my his her the their any a an either type related kind of other like - um uh".split()
)
_AND = frozenset({"or", "and", ",", "/", "nor"})
# What may follow the last organ of "problems with your heart": else it is part of a longer name ("heart medication").
_FOLLOWS = frozenset(
    ". ? , ! or and that at in before since lately recently now at all as like when which either during then over for "
    "with on because so anyway previously though today yet right along".split()
)
_LONGEST = 2  # words of an organ's name
_MOST = 6  # organs of one list that are read

Named = Callable[[tuple[str, ...]], Concept | None]
"""The concept whose wording is exactly these folded words, None when the table has none."""

Found = tuple[Concept, int, int]


@cache
def _organs() -> dict[tuple[str, ...], tuple[str, str]]:
    """Folded words of an organ's names to (organ, group)."""
    return {
        tuple(map(fold, surface.split())): (row["organ"], row["group"])
        for row in rows("organs.tsv")
        for surface in row["surfaces"].split(" | ")
    }


def organ_named(words: Sequence[str]) -> bool:
    """Whether words are the name of an organ and no more: "thyroid"."""
    return tuple(map(fold, words)) in _organs()


def _organ_at(words: Sequence[str], at: int) -> int:
    """Words of the organ whose name begins at `at`, 0 for none."""
    lengths = range(min(_LONGEST, len(words) - at), 0, -1)
    return next((n for n in lengths if tuple(words[at : at + n]) in _organs()), 0)


def _organ_before(words: Sequence[str], end: int) -> int:
    """Words of the organ whose name ends before `end`, 0 for none."""
    lengths = range(min(_LONGEST, end), 0, -1)
    return next((n for n in lengths if tuple(words[end - n : end]) in _organs()), 0)


def _concept(organ: Sequence[str], said: str, named: Named) -> Concept:
    """The table's concept of the pair, by any word for the ailment, else one of its own."""
    ailment = _SAID[said]
    kind, label, alike = _AILMENTS[ailment]
    for word in (said, *alike.split()):
        if (known := named((*organ, word))) is not None:
            return known
    name, group = _organs()[tuple(organ)]
    group = group if kind is Kind.FINDING else "surgery" if kind is Kind.PROCEDURE else ""
    id_ = f"{kind}.{name}_{ailment}".replace(" ", "_")
    return concepts().get(id_) or Concept(id_, kind, f"{name} {label}", f"{name} {label}", group)


def ailments(words: Sequence[str], named: Named) -> Iterator[Found]:
    """Concepts said as organ and ailment, each with its range of `words` (folded)."""
    for at, word in enumerate(words):
        if word in _SAID:
            yield from _placed_before(words, at, named)
            yield from _placed_after(words, at, named)


def _placed_before(words: Sequence[str], at: int, named: Named) -> Iterator[Found]:
    """ "Heart or lung problems", "stomach related issues": the last with the ailment, the others by themselves."""
    end, last = at, at + 1
    for _ in range(_MOST):
        while end and words[end - 1] in _BETWEEN and words[end - 1] not in {"your", "my", "the"}:
            end -= 1
        length = _organ_before(words, end)
        if not length:
            return
        yield _concept(words[end - length : end], words[at], named), end - length, last
        end, last = end - length, end - length
        if not end or words[end - 1] not in _AND:
            return
        while end and words[end - 1] in _AND:
            end -= 1
        last = end


def _placed_after(words: Sequence[str], at: int, named: Named) -> Iterator[Found]:
    """ "Problems with your heart or lungs": the first with the ailment, the others by themselves."""
    first, here = at, at + 2
    if here >= len(words) or words[at + 1] not in _LINK:
        return
    listed: list[Found] = []
    for _ in range(_MOST):
        while here < len(words) and words[here] in _BETWEEN:
            here += 1
        length = _organ_at(words, here)
        following = words[here + length] if here + length < len(words) else "."
        if not length or following not in _FOLLOWS:
            break
        listed.append((_concept(words[here : here + length], words[at], named), first, here + length))
        here += length
        if here >= len(words) or words[here] not in _AND:
            break
        while here < len(words) and words[here] in _AND:
            here += 1
        first = here
    yield from listed

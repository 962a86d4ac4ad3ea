"""What a note calls a concept: its label where that is what was said, else words that say no more than was said.

A concept takes in wordings that are looser or narrower than its label ("kept me up" is read as insomnia, "stung by a
wasp" as an insect bite). data/said_as.tsv names those: `wording` are words that were all said, in any order, with the
table's shorthand ("(a|b)", "{throw}"); the first row of a concept that fits gives the name. What a place and a
sensation are only taken for ("chest tightness" for chest pain) is named by that place and sensation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from clinical_language.concepts import body_parts, looser, placed, rows, written_out
from clinical_language.grammar import SENSATIONS
from clinical_language.model import Concept
from clinical_language.patterns import Pattern, parse
from clinical_language.remembering import remembered
from clinical_language.wording import fold

_CLAUSE = re.compile(r"not |no |a |anyone |\w+ing (?!sensation)")
_WORD = re.compile(r"[a-z0-9]+")
_NOT = re.compile(r"\bcan(?:'t| ?n't|not)\b| ?n't\b")


@remembered
def said_as(concept: Concept, words: str) -> str:
    """The name of the concept that the words bear: its label, or a name nearer to them.

    >>> from clinical_language.concepts import concepts
    >>> said_as(concepts()["finding.insomnia"], "kept me up"), said_as(concepts()["finding.insomnia"], "insomnia")
    ('being kept up', 'insomnia')
    """
    own = folded(words)
    if folded(concept.label) <= own:
        return concept.label
    named = (name for wording, name in _names().get(concept.id, ()) if _holds(wording, own))
    return next(named, "") or next(_placed(concept, own), concept.label)


def is_thing(name: str) -> bool:
    """Whether a name is a noun ("wasp sting") and no clause ("not being able to move it")."""
    return not _CLAUSE.match(name)


def folded(text: str) -> frozenset[str]:
    """The comparable words of a text, "not" apart: "can't" is "can not"."""
    return frozenset(map(fold, _WORD.findall(_NOT.sub(" not", text.lower().replace("\u2019", "'")))))


@cache
def _names() -> dict[str, list[tuple[Pattern, str]]]:
    """By concept id, the wordings in the order of the file and their names."""
    found: dict[str, list[tuple[Pattern, str]]] = {}
    for row in rows("said_as.tsv"):
        found.setdefault(row["concept"], []).append((parse(written_out(row["wording"])), row["name"]))
    return found


def _holds(wording: Pattern, own: frozenset[str]) -> bool:
    """Whether each word, or one option of each choice, is among the words."""
    return all(
        fold(item) in own if isinstance(item, str) else any(_holds(option, own) for option in item)
        for item in wording
    )


def _placed(concept: Concept, own: frozenset[str]) -> Iterator[str]:
    """ "chest tightness" of chest pain that was said as a tight chest."""
    felt = {SENSATIONS[word] for word in own if word in SENSATIONS}
    for sensation, part in looser(concept.id):
        if sensation in felt and _named(part, own):
            yield placed(sensation, part)


def _named(part: str, own: frozenset[str]) -> bool:
    return any(_within(surface.split(), own) for surface in body_parts()[part].surfaces)


def _within(words: Sequence[str], own: frozenset[str]) -> bool:
    return {fold(word) for word in words} <= own

"""How alike two words sound and look: for names that a speech engine spelt as it heard them.

A word becomes a string of sounds (spelling variants of one sound fall together, vowels stay rough), and two such
strings are compared by a weighted edit distance: a vowel for a vowel or a voiced for an unvoiced consonant costs
little. The idea is that of Editex (Zobel and Dart, SIGIR 1996), with groups for English medical names.
"""

from __future__ import annotations

import re
from functools import lru_cache

_SPELLINGS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[^a-z]", ""),
        (r"^(?:kn|gn|pn)", "n"),
        (r"^ps", "s"),
        (r"^x", "z"),
        (r"ough|augh", "o"),
        (r"ph", "f"),
        (r"rh", "r"),
        (r"th", "t"),
        (r"sch|sh", "S"),
        (r"t?ch", "C"),
        (r"[ct](?=i[aeou])", "S"),
        (r"sc(?=[eiy])|c(?=[eiy])", "s"),
        (r"g(?=[eiy])", "j"),
        (r"ck|cc|c|q", "k"),
        (r"x", "ks"),
        (r"gh", "g"),
        (r"wh", "w"),
        (r"(?<=[aeiouy])h", ""),
        (r"dg", "j"),
        (r"y", "i"),
        (r"ae|oe|ea|ee|ei|ie", "i"),
        (r"ai|ay", "e"),
        (r"oo|ou|eu|ew|ue", "u"),
        (r"e$", ""),
        (r"(.)\1+", r"\1"),
    )
)
_VOWELS = frozenset("aeiou")
_NEAR = {
    frozenset(pair): 0.4
    for pair in ("bp", "dt", "gk", "fv", "sz", "mn", "jC", "SC", "sS", "lr", "kg", "zS", "js", "jz", "bv")
}
_VOWEL_FOR_VOWEL = 0.3
_VOWEL_MORE = 0.5
_LIGHT_MORE = 0.7  # h and r come and go between accents
_LONGEST = 64


@lru_cache(maxsize=8192)  # single words and names, never a sentence
def sounds(word: str) -> str:
    """The word as a string of sounds, one letter each: "phenytoin" and "fenitoyn" are nearly the same."""
    said = word.lower()[:_LONGEST]
    for pattern, sound in _SPELLINGS:
        said = pattern.sub(sound, said)
    return said


def alike(one: str, other: str, least: float = 0.0) -> float:
    """Likeness of two words without spaces, 0 to 1: the mean of how they are spelt and how they sound.

    0 where it cannot reach `least`, which saves the comparison of the sounds.
    """
    spelt = 1 - _distance(one, other, weighted=False) / max(len(one), len(other), 1)
    if (spelt + 1) / 2 < least:
        return 0.0
    heard, meant = sounds(one), sounds(other)
    sounding = 1 - _distance(heard, meant, weighted=True) / max(len(heard), len(meant), 1)
    return (spelt + sounding) / 2


def _distance(one: str, other: str, *, weighted: bool) -> float:
    """Levenshtein's, rows over `other`."""
    row = [0.0]
    for letter in other:
        row.append(row[-1] + _more(letter, weighted))
    for letter in one:
        above, row = row, [row[0] + _more(letter, weighted)]
        for at, wanted in enumerate(other):
            change = above[at] + _instead(letter, wanted, weighted)
            row.append(
                min(change, above[at + 1] + _more(letter, weighted), row[at] + _more(wanted, weighted))
            )
    return row[-1]


def _more(letter: str, weighted: bool) -> float:
    if not weighted:
        return 1.0
    return _VOWEL_MORE if letter in _VOWELS else _LIGHT_MORE if letter in "hr" else 1.0


def _instead(letter: str, wanted: str, weighted: bool) -> float:
    if letter == wanted:
        return 0.0
    if not weighted:
        return 1.0
    if letter in _VOWELS and wanted in _VOWELS:
        return _VOWEL_FOR_VOWEL
    return _NEAR.get(frozenset((letter, wanted)), 1.0)

"""How the table writes many wordings in one: alternatives "(a|b)", an optional word "(a )?", both nested.

`parse` reads a surface into a pattern; `wordings` writes all of it out, a lexicon follows it without doing so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Pattern = tuple["str | Choice", ...]
"""Words and choices, in order."""

Choice = tuple[Pattern, ...]
"""Patterns of which one stands; an empty one where all may be left out."""

_TOKEN = re.compile(r"\(|\)\??|\||[^\s()|]+")
_GLUED = re.compile(r"([^\s()|?]+)\(([^()]*)\)(\??)([^\s()|]*)|\(([^()]*)\)(\??)([^\s()|?]+)")


def _apart(glued: re.Match[str]) -> str:
    """ "bleed(ing)?" -> "(bleeding|bleed)": a group inside a word becomes whole words."""
    before, inner, optional, after = glued[1] or "", glued[2], glued[3], glued[4]
    if inner is None:
        inner, optional, after = glued[5], glued[6], glued[7]
    words = [before + option + after for option in inner.split("|")]
    return f"({'|'.join([*words, before + after] if optional else words)})"


def parse(surface: str) -> Pattern:
    """The pattern of a surface. Raises ValueError where brackets do not pair."""
    tokens = _TOKEN.findall(_GLUED.sub(_apart, surface))
    pattern, rest = _sequence(tokens)
    if rest:
        raise ValueError("a surface closes a bracket that it does not open")
    return pattern


def _sequence(tokens: list[str]) -> tuple[Pattern, list[str]]:
    """Items up to a "|" or a closing bracket, and what is left."""
    items: list[str | Choice] = []
    while tokens and tokens[0] != "|" and not tokens[0].startswith(")"):
        if tokens[0] == "(":
            choice, tokens = _choice(tokens[1:])
            items.append(choice)
        else:
            items.append(tokens[0])
            tokens = tokens[1:]
    return tuple(items), tokens


def _choice(tokens: list[str]) -> tuple[Choice, list[str]]:
    options: list[Pattern] = []
    while True:
        option, tokens = _sequence(tokens)
        options.append(option)
        if not tokens:
            raise ValueError("a surface opens a bracket that it does not close")
        if tokens[0] != "|":
            return (*options, ()) if tokens[0] == ")?" else tuple(options), tokens[1:]
        tokens = tokens[1:]


def wordings(pattern: Pattern) -> Iterator[str]:
    """Every plain wording: "(sore|bad) (left )?knee" -> "sore left knee", "sore knee", ..."""
    if not pattern:
        yield ""
        return
    first, rest = pattern[0], pattern[1:]
    for begun in (first,) if isinstance(first, str) else (w for option in first for w in wordings(option)):
        for end in wordings(rest):
            yield f"{begun} {end}".strip()


def shortest(pattern: Pattern) -> int:
    """Words of the pattern's shortest wording."""
    return sum(1 if isinstance(item, str) else min(map(shortest, item)) for item in pattern)

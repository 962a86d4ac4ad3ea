"""A sentence's words with its numbers as figures, so that rules can look for "10 mg" however it was spoken.

One reading for all: that of `written_numbers`. What it leaves as spoken because it could be two numbers stays in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clinical_language.spoken_numbers import NUMBER_WORDS
from clinical_language.written_numbers import read_numbers

_FIGURES = re.compile(r"\d{1,3}")
_AFTER_DECIMAL = frozenset(
    """. , ? ! ; % percent mg mgs mcg mcgs microgram micrograms milligram milligrams g gram grams ml mls milliliter
milliliters millilitre millilitres unit units degree degrees""".split()
)


def digits(words: Sequence[str]) -> list[tuple[str, int]]:
    """Words with numbers as figures, each with the index of the word it starts at.

    "one forty over ninety" -> 140 over 90; "two hundred milligram tablets" (two of 100?) stays. Hyphens inside a
    spoken number and blanks inside a decimal ("twenty - five", "0 . 4"), which tokenising leaves, are closed.
    """
    if not any(word in NUMBER_WORDS or any(map(str.isdigit, word)) for word in words):
        return [(word, at) for at, word in enumerate(words)]
    closed = list(_closed(words))
    found = {first: (end, text) for first, end, text in read_numbers([word for word, _ in closed])}
    out: list[tuple[str, int]] = []
    at = 0
    while at < len(closed):
        end, text = found.get(at, (at + 1, closed[at][0]))
        out.append((text, closed[at][1]))
        at = end
    return out


def _closed(words: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Words without the hyphens inside spoken numbers, split decimals as one word, each with its index."""
    at = 0
    while at < len(words):
        if is_split_decimal(words, at + 1):
            yield f"{words[at]}.{words[at + 2]}", at
            at += 3
        elif words[at] == "-" and 0 < at < len(words) - 1 and {words[at - 1], words[at + 1]} <= NUMBER_WORDS:
            at += 1
        else:
            yield words[at], at
            at += 1


def is_split_decimal(words: Sequence[str], at: int) -> bool:
    """Whether the point at `at` is a decimal point: figures on both sides, and a unit or the sentence's end after."""
    return (
        0 < at < len(words) - 1
        and words[at] == "."
        and _FIGURES.fullmatch(words[at - 1]) is not None
        and _FIGURES.fullmatch(words[at + 1]) is not None
        and (at + 2 == len(words) or words[at + 2].lower() in _AFTER_DECIMAL)
    )

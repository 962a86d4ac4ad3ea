"""Numbers as they are spoken: words to tokens, tokens to runs of number words, runs to values.

A run is every number word in a row. Either the whole run reads as one number in one way, or it has no value:
"five hundred" is 500, "one five hundred" (one tablet of 500?) and "two twenty nine" are nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

_UNITS = {w: i for i, w in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen".split())}  # fmt: skip
_TENS = {
    w: 10 * i for i, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
_NOUGHTS = frozenset({"oh", "o", "nought", "naught", "zero"})
_POINTS = frozenset({"point", "decimal"})
_DIGITS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
NUMBER_WORDS = frozenset({*_UNITS, *_TENS, *_SCALES, *_NOUGHTS, *_POINTS})
_LONGEST_RUN = 24  # words; no number takes more, and reading one recurses
_LONGEST_WORD = 60  # letters; what is longer is no number, whatever it holds
_EDGES = re.compile(r"^([^\w.%°]*|\.+(?!\d))(.*?)([^\w%°]*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """One spoken word, or one part of a hyphenated one, in lower case.

    `word`: index of the word it is of. `opens`, `closes`: whether it is that word's first and last part. `before`
    and `after`: the punctuation around it; a number never reaches across.
    """

    text: str
    word: int
    opens: bool
    closes: bool
    before: str
    after: str


def tokens_of(words: Sequence[str]) -> list[Token]:
    """The words without punctuation, hyphenated ones in parts: "Forty-eight," is `forty` and `eight` + ","."""
    return [token for index, word in enumerate(words) for token in _parts(index, word)]


def _parts(index: int, word: str) -> Iterator[Token]:
    found = _EDGES.match(word) if len(word) <= _LONGEST_WORD else None
    before, core, after = found.groups() if found else ("", word, "")
    parts = [part for part in re.split(r"[-\u2010\u2011]", core.lower()) if part] or [""]
    for at, part in enumerate(parts):
        first, last = at == 0, at == len(parts) - 1
        yield Token(part, index, first, last, before if first else "", after if last else "")


@dataclass(frozen=True, slots=True)
class Run:
    """Number words in a row: tokens [first, end) and what they read as.

    `value` is None where they do not read as one number in one way. `text`: the value in digits, without commas.
    `hurried`: the value of hundreds said in short ("one twenty", "one oh five"), which counts for vital signs only.
    """

    first: int
    end: int
    words: tuple[str, ...]
    value: Decimal | None
    text: str
    hurried: int | None


def runs_in(tokens: Sequence[Token]) -> list[Run]:
    """Every run, in order."""
    found: list[Run] = []
    at = 0
    while at < len(tokens):
        end = _end_of_run(tokens, at)
        if end > at:
            found.append(_run(tokens, at, end))
        at = max(end, at + 1)
    return found


def _end_of_run(tokens: Sequence[Token], first: int) -> int:
    end = first
    while end < len(tokens) and _continues(tokens, first, end):
        end += 1
        if tokens[end - 1].after:
            break
    return end


def _continues(tokens: Sequence[Token], first: int, at: int) -> bool:
    text = tokens[at].text
    following = tokens[at + 1].text if at + 1 < len(tokens) and not tokens[at].after else ""
    if at > first and tokens[at].before:
        return False
    if text in _UNITS or text in _TENS or text in _SCALES or _DIGITS.fullmatch(text):
        return True
    if text in _NOUGHTS:
        return is_digit(following) or following in _POINTS or (at > first and is_digit(tokens[at - 1].text))
    if text in _POINTS:
        return is_digit(following) or following in _TENS
    if text == "a":
        return at == first and following in _SCALES
    return text == "and" and at > first and tokens[at - 1].text in _SCALES and _counts(following)


def _run(tokens: Sequence[Token], first: int, end: int) -> Run:
    words = tuple(token.text for token in tokens[first:end])
    text = _text(words) if len(words) <= _LONGEST_RUN else ""
    return Run(first, end, words, Decimal(text) if text else None, text, _hurried(words))


def is_digit(word: str) -> bool:
    """Whether it is one spoken figure: "seven", "oh", "7"."""
    return _UNITS.get(word, 10) < 10 or word in _NOUGHTS or (len(word) == 1 and word in "0123456789")


def figure(word: str) -> str:
    """The figure of a word for which `is_digit` holds."""
    return "0" if word in _NOUGHTS else word if word.isdigit() else str(_UNITS[word])


def _counts(word: str) -> bool:
    return word in _UNITS or word in _TENS


def _text(words: Sequence[str]) -> str:
    """The number in digits, or "" where the words are not one number."""
    for at, word in enumerate(words):
        if word in _POINTS:
            whole, decimals = _whole(words[:at]), _decimals(words[at + 1 :])
            return f"{whole}.{decimals}" if whole and decimals and "." not in whole else ""
    if words and words[0].startswith("."):
        return f"0{words[0]}" if len(words) == 1 else ""
    return _whole(words) if words else ""


def _whole(words: Sequence[str]) -> str:
    if not words:
        return "0"
    if _DIGITS.fullmatch(words[0]):
        number = words[0].replace(",", "")
        if len(words) == 2 and words[1] in _SCALES:
            return f"{(Decimal(number) * _SCALES[words[1]]).normalize():f}"
        return number if len(words) == 1 else ""
    value = 0 if len(words) == 1 and words[0] in _NOUGHTS else cardinal(words)
    return "" if value is None else str(value)


def _decimals(words: Sequence[str]) -> str:
    """Figures one by one ("two five"), or one tens with its unit ("twenty-five"): "ten" and "fifty" could be either."""
    if words and all(is_digit(word) for word in words):
        return "".join(figure(word) for word in words)
    if len(words) == 2 and words[0] in _TENS and 0 < _UNITS.get(words[1], 0) < 10:
        return str(_TENS[words[0]] + _UNITS[words[1]])
    return words[0] if len(words) == 1 and words[0].isdigit() else ""


def cardinal(words: Sequence[str]) -> int | None:
    """The whole number that exactly these words say: "a hundred and five", "twelve hundred", "two thousand and one"."""
    for scale in ("million", "thousand"):
        if scale in words:
            at = list(words).index(scale)
            return _scaled(words[:at], _SCALES[scale], words[at + 1 :])
    return _below_thousand(words)


def _scaled(head: Sequence[str], scale: int, tail: Sequence[str]) -> int | None:
    many = 1 if tuple(head) == ("a",) else _below_thousand(head)
    rest = cardinal(_without_and(tail)) if tail else 0
    if not many or rest is None or (tail and not 0 < rest < scale):
        return None
    return many * scale + rest


def _below_thousand(words: Sequence[str]) -> int | None:
    if "hundred" not in words:
        return _below_hundred(words)
    at = list(words).index("hundred")
    head, tail = words[:at], _without_and(words[at + 1 :])
    many = 1 if tuple(head) == ("a",) else _below_hundred(head)
    rest = _below_hundred(tail) if tail else 0
    two_numbers = len(head) > 1  # "co-codamol thirty five hundred" is 30/500
    if two_numbers or not many or many % 10 == 0 or rest is None or (tail and not rest):
        return None
    return 100 * many + rest


def _without_and(words: Sequence[str]) -> Sequence[str]:
    return words[1:] if words and words[0] == "and" else words


def _below_hundred(words: Sequence[str]) -> int | None:
    if len(words) == 1:
        return _UNITS.get(words[0], _TENS.get(words[0]))
    if len(words) == 2 and words[0] in _TENS and 0 < _UNITS.get(words[1], 0) < 10:
        return _TENS[words[0]] + _UNITS[words[1]]
    return None


def _hurried(words: Sequence[str]) -> int | None:
    """ "one twenty" -> 120, "one oh five" -> 105, "two ten" -> 210."""
    hundreds = _UNITS.get(words[0], 0) if words else 0
    if not 0 < hundreds < 10 or len(words) < 2:
        return None
    if words[1] in _NOUGHTS and len(words) == 3 and is_digit(words[2]):
        return 100 * hundreds + int(figure(words[2]))
    rest = _below_hundred(words[1:])
    return 100 * hundreds + rest if rest is not None and rest >= 10 else None


def short_year(words: Sequence[str]) -> int | None:
    """ "nineteen eighty two" -> 1982, "twenty nineteen" -> 2019, "nineteen oh five" -> 1905; else None."""
    century = _UNITS.get(words[0], _TENS.get(words[0], 0)) if words else 0
    if century not in (18, 19, 20) or len(words) < 2:
        return None
    if words[1] in _NOUGHTS and len(words) == 3 and is_digit(words[2]):
        return 100 * century + int(figure(words[2]))
    rest = _below_hundred(words[1:])
    return 100 * century + rest if rest is not None and rest >= 10 else None


def splits(words: Sequence[str]) -> bool:
    """Whether the words could also be two numbers: "twenty five", "two hundred" (milligram tablets)."""
    return any(
        cardinal(words[:at]) is not None and _strength(words[at:]) is not None for at in range(1, len(words))
    )


def _strength(words: Sequence[str]) -> int | None:
    return cardinal(("a", *words)) if words[0] in _SCALES else cardinal(words)


def as_dose(figures: str) -> str:
    """Figures as doses are written (ISMP): a nought before a point, none trailing, commas from 1,000 on."""
    whole, _, decimals = figures.replace(",", "").partition(".")
    decimals = decimals.rstrip("0")
    return f"{int(whole or 0):,}{'.' if decimals else ''}{decimals}"

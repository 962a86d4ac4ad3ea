"""Spoken numbers as clinicians read them: "one-twenty over eighty" is shown as 120/80 mmHg, "five hundred
milligrams" as 500 mg. The spoken words stay beside what is shown.

Nothing is guessed: where words could mean two numbers ("one fifty milligrams", "two five hundred milligram tablets",
"two to three hundred") they stay as spoken. How often a medicine is taken stays in words. Units follow the safe forms
of ISMP ("List of Error-Prone Abbreviations", 2021) and the BNF: micrograms and units are never abbreviated, no trailing
zero on a dose, a leading zero before a point, commas from 1,000, "5 to 10 mg" rather than a dash.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from clinical_language.number_units import (
    COUNTED,
    FOLLOWS_NUMBER,
    TIMES,
    VITAL_SIGNS,
    Unit,
    unit_at,
)
from clinical_language.spoken_numbers import Run, Token, as_dose, runs_in, splits, tokens_of
from clinical_language.written_dates import MONTHS, dates_in
from clinical_language.written_series import series_in

_CONJUNCTIONS = frozenset("to or and through till until over by past point minus plus in".split())
_PART_OF_MORE = _CONJUNCTIONS - {"and", "to", "or", "in"}
_RANGES = frozenset({"to", "or"})
_FULL_SCORES = frozenset({5, 10, 15, 20, 30, 100})
_BEFORE_WORDS = frozenset("every past half foot feet ft stone".split())
"""After these a bare number is part of a time, of a height, or of how often: it stays in words like the rest of it."""

_BEFORE_POINT = frozenset(
    "about and around at by for from gave give given had has have is just of on only or take takes taking than to was "
    "with".split()
)
"""After these "point five" is a number; elsewhere the point may be another word's: "starting point five milligrams"."""

_MAY_BE_A_TIME = frozenset("about after around at before by for from since till until".split())


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """What is shown instead of the words `first` to `last` (both inclusive), with the punctuation around them."""

    first: int
    last: int
    text: str


def written_numbers(words: Sequence[str]) -> tuple[WrittenNumber, ...]:
    """The numbers of one utterance that can be written in one way only, in order, none overlapping.

    Args:
        words: the spoken words with their punctuation, as the transcript shows them (English).
    """
    sentence = _Sentence(tokens_of(words))
    found: list[WrittenNumber] = []
    free = 0
    for first, end, text in sentence.forms():
        whole = _with_punctuation(sentence.tokens, first, end, text)
        if (
            whole is not None
            and first >= free
            and whole.text != " ".join(words[whole.first : whole.last + 1])
        ):
            found.append(whole)
            free = end
    return tuple(found)


def _with_punctuation(tokens: Sequence[Token], first: int, end: int, text: str) -> WrittenNumber | None:
    """None where the number is but a part of a hyphenated word ("thirty-five-year-old")."""
    begin, last = tokens[first], tokens[end - 1]
    if not (begin.opens and last.closes):
        return None
    return WrittenNumber(begin.word, last.word, f"{begin.before}{text}{last.after}")


def read_numbers(words: Sequence[str]) -> tuple[tuple[int, int, str], ...]:
    """Words [first, end) and the figures they are, for rules that search in text; figures already stay as they are.

    Wider than `written_numbers` only where nothing is in doubt: "three days" is 3. A dose, and hundreds said in short
    ("one fifty"), count where `written_numbers` writes them; what it leaves as spoken is left out here too.
    """
    sentence = _Sentence(tokens_of(words))
    sure = [(first, end) for first, end, _ in sentence.forms()]
    found = (
        _figures(sentence, run, any(f <= run.first and run.end <= e for f, e in sure))
        for run in sentence.runs
    )
    tokens = sentence.tokens
    return tuple(
        (tokens[first].word, tokens[end - 1].word + 1, text)
        for first, end, text in found
        if text and tokens[first].opens and tokens[end - 1].closes
    )


def _figures(sentence: _Sentence, run: Run, sure: bool) -> Form:
    """The run in figures; "" where it could be read in two ways."""
    unit = sentence.unit(run.end + 3 if _and_a_half(sentence, run) else run.end)
    text = run.text
    if unit is not None and unit.is_dose and sure and _and_a_half(sentence, run):
        return run.first, run.end + 3, f"{text}.5"
    if run.value is None:
        text = str(run.hurried) if sure and run.hurried is not None else ""
    elif len(run.words) == 1 and run.words[0][0].isdigit():
        text = run.words[0]
    elif _may_be_idiom(sentence, run) or (unit is not None and unit.is_dose and not sure):
        text = ""
    return run.first, run.end, text


Form = tuple[int, int, str]
"""Tokens [first, end) and what is written for them."""


class _Sentence:
    """One utterance's words with the numbers in them."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.runs = runs_in(tokens)
        self._starts = {run.first: run for run in self.runs}
        self._ends = {run.end: run for run in self.runs}

    def forms(self) -> Iterator[Form]:
        """What could be written, by place; of several at one place the longest first."""
        found = [*series_in(self.tokens), *dates_in(self.tokens, self.runs)]
        for run in (run for run in self.runs if not _may_be_idiom(self, run)):
            form = next(filter(None, (rule(self, run) for rule in _RULES)), None)
            if form is not None:
                found.append(form)
        yield from sorted(found, key=lambda form: (form[0], -form[1]))

    @cached_property
    def _plain(self) -> list[str]:
        return [token.text for token in self.tokens]

    def word(self, at: int) -> str:
        """The token's word; "" outside of the utterance."""
        return self._plain[at] if 0 <= at < len(self._plain) else ""

    def joined(self, first: int, end: int) -> bool:
        """Whether no punctuation stands between the tokens [first, end)."""
        inside = self.tokens[first:end]
        return (
            first >= 0
            and end <= len(self.tokens)
            and not any(one.after or other.before for one, other in itertools.pairwise(inside))
        )

    def next_word(self, end: int) -> str:
        """The word after token `end - 1`, "" where punctuation or the end of the utterance is between."""
        return self.word(end) if self.joined(end - 1, end + 1) else ""

    def run_from(self, at: int) -> Run | None:
        """The run that begins at token `at` with nothing between it and the token before."""
        return self._starts.get(at) if self.joined(at - 1, at + 1) else None

    def ends_at(self, end: int) -> bool:
        """Whether a run ends before token `end`."""
        return end in self._ends

    def unit(self, end: int) -> Unit | None:
        """The unit said right after token `end - 1`."""
        return unit_at(self.tokens, end) if self.joined(end - 1, end + 1) else None

    def beside_another(self, run: Run) -> bool:
        """Whether another number is joined to this one: "two or [three hundred]", "one, [fifty]", "[two] 500",
        or two stand in it: "between [five hundred and ten]"."""
        between = "and" in run.words and self.word(run.first - 1) == "between"
        return between or self.linked(run.first - 1, -1) or self.linked(run.end, 1)

    def linked(self, at: int, step: int) -> bool:
        """Whether another number is next to token `at`'s other neighbour, or behind a conjunction at `at`."""
        near = self._ends if step < 0 else self._starts
        edge = at + 1 if step < 0 else at
        if edge in near:
            return self.only_comma(min(at, at - step), max(at, at - step))
        return (
            self.word(at) in _CONJUNCTIONS
            and edge + step in near
            and self.joined(min(at - step, at + step), max(at - step, at + step) + 1)
        )

    def only_comma(self, one: int, other: int) -> bool:
        """Whether between two neighbouring tokens is a comma at most."""
        return (
            one >= 0
            and other < len(self.tokens)
            and (self.tokens[one].after in ("", ",") and not self.tokens[other].before)
        )


Rule = Callable[[_Sentence, Run], Form | None]


def number_text(run: Run, *, counted: bool = False) -> str:
    """The run's value as it is written; `counted`: with commas from 1,000 on, as doses are, and no trailing zero."""
    assert run.value is not None
    if counted:
        return as_dose(run.text)
    whole, point, decimals = run.text.partition(".")
    return f"{int(whole):,}{point}{decimals}" if int(whole) >= 10_000 else run.text


def _blood_pressure(sentence: _Sentence, run: Run) -> Form | None:
    """ "one forty-five over ninety": systolic above diastolic, both such as bodies have."""
    if sentence.next_word(run.end) != "over" or _listed_before(sentence, run):
        return None
    below = sentence.run_from(run.end + 1)
    if below is None:
        return None
    upper, lower = _pressure(run), _pressure(below)
    if upper is None or lower is None or not (60 <= upper <= 260 and 30 <= lower <= 160 and lower < upper):
        return None
    unit = sentence.unit(below.end)
    if unit is not None and unit.text == "mmHg":
        return run.first, unit.end, f"{upper}/{lower} mmHg"
    following = sentence.next_word(below.end)
    if unit is not None or following in TIMES or following in COUNTED or following in _PART_OF_MORE:
        return None
    return run.first, below.end, f"{upper}/{lower} mmHg"


def _pressure(run: Run) -> int | None:
    if run.hurried is not None:
        return run.hurried
    return int(run.value) if run.value is not None and run.value == int(run.value) else None


def _listed_before(sentence: _Sentence, run: Run) -> bool:
    """ "one, forty over ninety": which hundred is meant is not said."""
    return sentence.ends_at(run.first) and sentence.only_comma(run.first - 1, run.first)


def _score(sentence: _Sentence, run: Run) -> Form | None:
    """ "seven out of ten" is 7/10."""
    said = (sentence.word(run.end), sentence.word(run.end + 1))
    full = sentence.run_from(run.end + 2)
    if said != ("out", "of") or full is None or not sentence.joined(run.first, full.end):
        return None
    if run.value is None or full.value is None or full.value not in _FULL_SCORES or run.value > full.value:
        return None
    if sentence.next_word(full.end) in COUNTED | TIMES or _listed_before(sentence, run):
        return None
    return run.first, full.end, f"{run.text}/{full.text}"


def _range(sentence: _Sentence, run: Run) -> Form | None:
    """ "five to ten milligrams", "ten or fifteen minutes", "between five and ten milligrams"."""
    joint = sentence.next_word(run.end)
    other = sentence.run_from(run.end + 1)
    between = joint == "and" and sentence.word(run.first - 1) == "between"
    if other is None or not (joint in _RANGES or between) or not _rises(run, other):
        return None
    if _linked_outside(sentence, run, other):
        return None
    unit = sentence.unit(other.end)
    if unit is not None and not _shared_out(sentence, other, unit):
        return (
            run.first,
            unit.end,
            f"{number_text(run, counted=True)} {joint} {number_text(other, counted=True)}{unit.joined}",
        )
    if run.value is not None and run.value >= 10 and sentence.next_word(other.end) in TIMES:
        return run.first, other.end, f"{number_text(run)} {joint} {number_text(other)}"
    return None


def _rises(run: Run, other: Run) -> bool:
    """Two numbers of which the second is larger and no ellipsis: "two to three hundred" may be 200 to 300."""
    if run.value is None or other.value is None or run.value >= other.value:
        return False
    scaled = {"hundred", "thousand", "million"} & set(other.words)
    return not scaled or run.value >= 100 or bool({"hundred", "thousand"} & set(run.words))


def _linked_outside(sentence: _Sentence, run: Run, other: Run) -> bool:
    """Whether a third number is joined to the two."""
    return sentence.linked(run.first - 1, -1) or sentence.linked(other.end, 1)


def _measure(sentence: _Sentence, run: Run) -> Form | None:
    """ "five hundred milligrams", "ninety-eight percent", "thirty eight point five degrees celsius"."""
    half = _and_a_half(sentence, run)
    end = run.end + 3 if half else run.end
    unit = sentence.unit(end)
    if unit is None or sentence.beside_another(run):
        return None
    if unit.of_pulse and run.hurried is not None and run.value is None:
        return run.first, unit.end, f"{run.hurried}{unit.joined}"
    if run.value is None or _shared_out(sentence, run, unit) or _two_numbers_after_point(run):
        return None
    if half and run.value == int(run.value):
        return run.first, unit.end, f"{int(run.value)}.5{unit.joined}"
    return None if half else (run.first, unit.end, f"{number_text(run, counted=unit.is_dose)}{unit.joined}")


def _and_a_half(sentence: _Sentence, run: Run) -> bool:
    said = tuple(sentence.word(at) for at in range(run.end, run.end + 3))
    return said == ("and", "a", "half") and sentence.joined(run.first, run.end + 3)


def _shared_out(sentence: _Sentence, run: Run, unit: Unit) -> bool:
    """ "twenty five milligram tablets" may be twenty of 5 mg."""
    return sentence.next_word(unit.end) in COUNTED and splits(run.words)


def _two_numbers_after_point(run: Run) -> bool:
    return False if run.value is None else "." in run.text and len(run.text.partition(".")[2]) > 3


def _may_be_idiom(sentence: _Sentence, run: Run) -> bool:
    """ "at that point seven out of ten", "at one point five units": a point of time, not of a number."""
    before = sentence.word(run.first - 1)
    if run.words[0] in {"point", "decimal"}:
        begins = not sentence.joined(run.first - 1, run.first + 1)
        return not begins and before not in _BEFORE_POINT
    return run.words[:2] == ("one", "point") and before == "at"


def _vital_sign(sentence: _Sentence, run: Run) -> Form | None:
    """ "pulse is one ten": hundreds said in short, right after the name of the sign. "at one thirty" is a time."""
    if run.value is not None or run.hurried is None or sentence.beside_another(run):
        return None
    if sentence.word(run.first - 1) in _MAY_BE_A_TIME:
        return None
    named = [sentence.word(at) for at in range(max(0, run.first - 4), run.first)]
    if not VITAL_SIGNS & set(named) or not 100 <= run.hurried <= 250 or sentence.next_word(run.end):
        return None
    return run.first, run.end, str(run.hurried)


def _alone(sentence: _Sentence, run: Run) -> Form | None:
    """A number of ten or more, or with a point, without a unit: "twenty cigarettes", "thirty seven point five"."""
    if run.value is None or (run.value < 10 and "." not in run.text) or sentence.beside_another(run):
        return None
    if run.words[0][0].isdigit() and len(run.words) == 1:
        return None  # figures already: a number of something, not ours to group
    following = sentence.next_word(run.end)
    if following in FOLLOWS_NUMBER or sentence.unit(run.end) or _and_a_half(sentence, run):
        return None
    if sentence.word(run.first - 1) in _BEFORE_WORDS or sentence.word(run.first - 2) == "quarter":
        return None
    if run.words[0] in {"a", "point", "decimal"}:
        return None
    if _ends_open(sentence, run, following):
        return None
    return run.first, run.end, number_text(run)


def _ends_open(sentence: _Sentence, run: Run, following: str) -> bool:
    """ "one point five two tablets" may be 1.5, two tablets; "June thirty two thousand and four" a day and a year."""
    if sentence.word(run.first - 1) in MONTHS:
        return splits(run.words) and run.value is not None and run.value > 31
    decimals = run.text.partition(".")[2]
    return following in COUNTED and (len(decimals) > 1 or splits(run.words))


_RULES: tuple[Rule, ...] = (_blood_pressure, _score, _range, _measure, _vital_sign, _alone)

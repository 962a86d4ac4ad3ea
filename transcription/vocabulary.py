"""The words of one visit: offered to the speech engine as a prompt, and to the doctor as suggestions.

A heard word near a term of the list is offered with one click and never changed by itself. Repair against an open
vocabulary wrote "pranoprofen" for ibuprofen (measured), so only the visit's own list counts. Numbers and doses are
never suggested, nor is anything for an ordinary English word that was heard with confidence.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal

from transcription.model import Word
from transcription.sounding import alike

Kind = Literal["medicine", "allergy", "problem", "formulary"]

MOST_TERMS = 50
"""Terms in a prompt: a few help, thousands do nothing (faster-whisper issue 438)."""

_MOST_PROMPT_LETTERS = (
    560  # below the 223 tokens of a prompt: a drug's name has a token for every three letters
)
_SHORTEST = 5  # letters of a term worth comparing
_LONGEST_WINDOW = 4  # words one term may have been heard as: "a more dip in"
_CONFIDENT = 0.5
_CLOSE = 0.7
_LONG = 7
_CLOSE_SHORT = 0.84  # names of five or six letters have many neighbours
_CLOSE_KNOWN = 0.86  # a word that is itself a medical term: only its look-alikes (hyper- and hypothyroidism)
_USUAL = 100  # conversations that say a word nobody needs to guess at
_CLEAR = 0.05  # the next candidate must be this much farther away
_LETTERS = re.compile(r"[^a-z]")
_NUMBERS = frozenset(
    """zero oh nought half one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million
    point milligram milligrams microgram micrograms gram grams mg mcg ml units percent""".split()
)


@dataclass(frozen=True, slots=True)
class Term:
    """A name that may be said in the visit. `kind`: whose it is; a clinic's own list is `formulary`."""

    kind: Kind
    text: str

    @property
    def letters(self) -> str:
        """Lower-case letters only, as names are compared."""
        return _letters(self.text)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The words `first` to `last` (both inclusive) may have been `term`."""

    first: int
    last: int
    term: str
    kind: Kind


@dataclass(frozen=True)
class Vocabulary:
    """The terms of one visit, most important first, and the language that is spoken.

    Attributes:
        language: ISO 639-1; suggestions compare by English sounds and are given for English only.
        known: other medical words, in lower case: heard with confidence, they are what was said.
        prompted: False for a model that was never taught what a prompt is (the demo model).
    """

    terms: tuple[Term, ...] = ()
    language: str = "en"
    known: frozenset[str] = field(default_factory=frozenset)
    prompted: bool = True

    @cached_property
    def prompt(self) -> str:
        """The terms as Whisper's prompt, or "" when there are none or the model takes none.

        The most important come last: an engine that must shorten a prompt drops its beginning.
        """
        texts: list[str] = []
        for term in self._distinct[:MOST_TERMS] if self.prompted else ():
            if sum(len(text) + 2 for text in texts) + len(term.text) > _MOST_PROMPT_LETTERS:
                break
            texts.append(term.text)
        return f"{', '.join(reversed(texts))}." if texts else ""

    def suggestions(self, words: Sequence[Word]) -> tuple[Suggestion, ...]:
        """What the words may have been, in order, none overlapping."""
        if self.language != "en" or not self._distinct:
            return ()
        heard = [_Heard.of(word, self._names) for word in words]
        found = sorted(self._candidates(heard), key=lambda one: (-one[0], one[1].first))
        chosen: list[Suggestion] = []
        for _, one in found:
            if all(one.last < other.first or other.last < one.first for other in chosen):
                chosen.append(one)
        return tuple(sorted(chosen, key=lambda one: one.first))

    @cached_property
    def _distinct(self) -> tuple[Term, ...]:
        """Each name once, under its most important kind."""
        first = {term.letters: term for term in reversed(self.terms) if term.letters}
        return tuple(term for term in self.terms if first.get(term.letters) is term)

    @cached_property
    def _offered(self) -> tuple[Term, ...]:
        """Without those that hold a figure ("Microgynon 30"): nobody is offered a number that was not said."""
        return tuple(term for term in self._distinct if not any(char.isdigit() for char in term.text))

    @cached_property
    def _names(self) -> frozenset[str]:
        parts = (_letters(part) for term in self._distinct for part in term.text.split())
        return frozenset({term.letters for term in self._distinct} | set(parts))

    def _candidates(self, heard: Sequence[_Heard]) -> Iterator[tuple[float, Suggestion]]:
        for first in range(len(heard)):
            for end in range(first + 1, min(first + _LONGEST_WINDOW, len(heard)) + 1):
                window = heard[first:end]
                if not _joined(window):
                    break
                best = self._nearest(window)
                if best is not None:
                    yield best[0], Suggestion(first, end - 1, best[1].text, best[1].kind)

    def _nearest(self, window: Sequence[_Heard]) -> tuple[float, Term] | None:
        """The one term that the window is near enough to, with its likeness."""
        said = "".join(word.letters for word in window)
        least = self._needed(window, said)
        if least is None:
            return None
        scored = sorted(
            (
                (alike(said, term.letters, least), term)
                for term in self._offered
                if _comparable(said, term.letters)
            ),
            key=lambda one: -one[0],
        )
        if not scored or scored[0][0] < least or (len(scored) > 1 and scored[0][0] - scored[1][0] < _CLEAR):
            return None
        score, term = scored[0]
        if len(term.letters) < _LONG and score < _CLOSE_SHORT:
            return None
        return None if least != _CLOSE_KNOWN and self._nearer_known(said, score) else scored[0]

    def _needed(self, window: Sequence[_Heard], said: str) -> float | None:
        """How alike a term must be; None where nothing may be suggested for these words."""
        if len(said) < _SHORTEST:
            return None
        if len(window) == 1 and said in self.known and window[0].confident:
            return _CLOSE_KNOWN if len(said) >= _LONG else None
        if len(window) > 1 and (window[0].usual or window[-1].usual):
            return None  # "the boxing" is no thyroxine
        return None if all(word.ordinary for word in window) else _CLOSE

    def _nearer_known(self, said: str, score: float) -> bool:
        """Whether another medical word is at least as near: "felodapine" is no amlodipine."""
        others = (name for name in self.known if name not in self._names and _comparable(said, name))
        return any(alike(said, name, score) >= score for name in others)


def _comparable(said: str, name: str) -> bool:
    return len(name) >= _SHORTEST and abs(len(name) - len(said)) <= 1 + len(said) // 4


@dataclass(frozen=True, slots=True)
class _Heard:
    """One heard word: its letters, whether it may be part of a misheard name, and whether a pause follows.

    `ordinary`: an English word, `usual`: one that everybody says; both only where it was heard with confidence.
    """

    letters: str
    usable: bool
    ordinary: bool
    usual: bool
    confident: bool
    pause: bool

    @classmethod
    def of(cls, word: Word, names: frozenset[str]) -> _Heard:
        letters = _letters(word.text)
        number = any(char.isdigit() for char in word.text) or letters in _NUMBERS
        confident = word.confidence >= _CONFIDENT
        return cls(
            letters=letters,
            usable=bool(letters) and not number and not _is_name(letters, names),
            ordinary=confident and letters in ordinary_words(),
            usual=confident and ordinary_words().get(letters, 0) >= _USUAL,
            confident=confident,
            pause=word.text[-1:] in ".,;:?!",
        )


def _is_name(letters: str, names: frozenset[str]) -> bool:
    """Whether it is a term of the list as it stands, or one is the plural of the other."""
    return letters in names or letters.removesuffix("s") in names or f"{letters}s" in names


def _joined(window: Sequence[_Heard]) -> bool:
    return all(word.usable for word in window) and not any(word.pause for word in window[:-1])


def _letters(text: str) -> str:
    return _LETTERS.sub("", text.lower().removesuffix("'s"))


@cache
def ordinary_words() -> Mapping[str, int]:
    """English words that people say in a consult, without names of medicines, and in how many of 1,660 conversations
    they were said (`tools/ordinary_words.py`)."""
    text = (files("transcription") / "data" / "ordinary_words.tsv").read_text(encoding="utf-8")
    return {word: int(times) for word, times in csv.reader(text.splitlines()[1:], delimiter="\t")}


def terms(kind: Kind, texts: Iterable[str]) -> tuple[Term, ...]:
    """A term of each text that holds a letter, in order."""
    return tuple(Term(kind, text.strip()) for text in texts if _letters(text))

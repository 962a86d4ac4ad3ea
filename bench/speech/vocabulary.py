"""What the visit's vocabulary is worth: suggestions for what two Whisper services made of PriMock57, judged by its
transcripts.

The visit's list is what the GP's note names: medicines of the DrugBank vocabulary and of our concept table, and
conditions of the table; the other list adds a clinic's formulary, the medicines of all other notes, up to the 50
terms of a prompt. A suggestion is right when the reference says the term where the service wrote the other words.
These services give no confidence per word, so every word counts as confident: only words that are no ordinary ones
are looked at. The notes and transcripts write Dioralyte in two ways; both are read as one.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import chain
from pathlib import Path

from app.vocabulary import medical_words_beside
from bench.speech.options import Options
from bench.speech.results import Row, row
from clinical_language.concepts import concepts, surfaces
from clinical_language.model import Kind
from transcription.model import Word
from transcription.vocabulary import MOST_TERMS, Suggestion, Term, Vocabulary, ordinary_words

SERVICES = ("groq-whisper-large-v3", "openai-whisper-1")
_INTERVAL = re.compile(r'xmin = ([\d.]+)\s+xmax = [\d.]+\s+text = "((?:[^"]|"")*)"')
_NAME = re.compile(r"[a-z][a-z-]{4,}")
UNHEARD = "unintelligible"
"""Stands in the reference where its writers understood nothing: a suggestion there is judged only if it is right."""

_AROUND = 4  # words of the reference on either side that may be what was meant
_GROUPS = frozenset({"steroid", "vaccine", "insulin", "vitamin"})


@dataclass(frozen=True, slots=True)
class Consult:
    """One consult: what was said (the words of both speakers by time), and what its note names."""

    name: str
    said: tuple[str, ...]
    medicines: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Suggestions given and right; and of the list's names that were said, how many were heard otherwise."""

    given: int = 0
    right: int = 0
    said: int = 0
    missed: int = 0
    offered: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.given + other.given,
            self.right + other.right,
            self.said + other.said,
            self.missed + other.missed,
            self.offered + other.offered,
        )


def run(options: Options) -> list[Row]:
    """Precision of the suggestions, and how many of the misheard names they find."""
    consults = list(read_consults(options.data / "primock57", options.data / "terminology"))
    consults = consults[:8] if options.short else consults
    formulary = Counter(chain.from_iterable(set(one.medicines) for one in consults))
    rows: list[Row] = []
    for named, extra in (("the visit's own terms", 0), (f"with a formulary, {MOST_TERMS} terms", MOST_TERMS)):
        found = Tally()
        for service in SERVICES:
            for consult in consults:
                words = vocabulary_of(consult, formulary, extra)
                found += judged(consult, words, heard_by(service, consult.name, options.data))
        rows += _rows(named, found)
    return [*rows, _needless(consults, formulary)]


def _needless(consults: Sequence[Consult], formulary: Counter[str]) -> Row:
    """Suggestions for the reference's own words, which are what was said: misspelt names and nothing else."""
    given = words = 0
    for consult in consults:
        spoken = [Word(word, 1.0) for word in consult.said if word != UNHEARD]
        given += len(vocabulary_of(consult, formulary, MOST_TERMS).suggestions(spoken))
        words += len(spoken)
    figure = f"suggestions for words that are right: the reference itself, {words} words, {MOST_TERMS} terms"
    return row(figure, given, "suggestions")


def _rows(named: str, found: Tally) -> list[Row]:
    precision = 100 * found.right / max(found.given, 1)
    recall = 100 * found.offered / max(found.missed, 1)
    return [
        row(f"suggestions that are right, {named} ({found.given} given)", precision, "%", goal=">= 90 %",
            met=precision >= 90),
        row(f"misheard names with the right suggestion, {named} ({found.missed} of {found.said} said)", recall, "%"),
    ]  # fmt: skip


def vocabulary_of(consult: Consult, formulary: Counter[str], most: int) -> Vocabulary:
    """The visit's own terms, filled up with the clinic's most usual medicines to `most` terms."""
    own = [Term("medicine", name) for name in consult.medicines]
    own += [Term("problem", name) for name in consult.problems]
    usual = [name for name, _ in formulary.most_common() if name not in consult.medicines]
    terms = (*own, *(Term("formulary", name) for name in usual[: max(0, most - len(own))]))
    return Vocabulary(terms, known=medical_words_beside(terms))


def judged(consult: Consult, vocabulary: Vocabulary, heard: Sequence[str]) -> Tally:
    """Hold every suggestion, and every name of the list that was said, against the reference."""
    suggestions = vocabulary.suggestions([Word(word, 1.0) for word in heard])
    heard_plain = [plain(word) for word in heard]
    place = _Places(heard_plain, [plain(word) for word in consult.said])
    right = [one for one in suggestions if plain(one.term) in "".join(place.around(one))]
    open_ = [one for one in suggestions if one not in right and UNHEARD in place.around(one)]
    missed = said = offered = 0
    for term in vocabulary.terms:
        for at in occurrences(place.said, term.letters):
            said += 1
            first, last = place.in_heard(at)
            if term.letters not in "".join(heard_plain[first:last]):
                missed += 1
                offered += any(
                    one.term == term.text and first <= one.last and one.first < last for one in right
                )
    return Tally(len(suggestions) - len(open_), len(right), said, missed, offered)


class _Places:
    """Where a stretch of one text lies in the other, by their common words."""

    def __init__(self, heard: list[str], said: list[str]) -> None:
        self.said = said
        self._blocks = SequenceMatcher(None, heard, said, autojunk=False).get_matching_blocks()
        self._size = len(heard)

    def around(self, one: Suggestion) -> list[str]:
        """The words of the reference where the suggestion's words were heard."""
        first, last = self.in_said(one.first, one.last + 1)
        return self.said[first:last]

    def in_said(self, first: int, end: int) -> tuple[int, int]:
        """The stretch of the reference that heard words [first, end) stand for, with some words around."""
        before = max((b.b + min(b.size, first - b.a) for b in self._blocks if b.a < first), default=0)
        after = min(
            (b.b + max(0, end - b.a) for b in self._blocks if b.a + b.size > end), default=len(self.said)
        )
        return max(0, min(before, after) - _AROUND), min(len(self.said), max(before, after) + _AROUND)

    def in_heard(self, at: int) -> tuple[int, int]:
        """The stretch of what was heard that the reference's word `at` stands for, with some words around."""
        before = max((b.a + min(b.size, at - b.b) for b in self._blocks if b.b < at), default=0)
        after = min(
            (b.a + max(0, at + 1 - b.b) for b in self._blocks if b.b + b.size > at + 1), default=self._size
        )
        return max(0, min(before, after) - _AROUND), min(self._size, max(before, after) + _AROUND)


def occurrences(said: Sequence[str], letters: str) -> Iterator[int]:
    """Where the name begins in the words, however many words it takes."""
    for at, word in enumerate(said):
        joined = word
        end = at + 1
        while word and len(joined) < len(letters) and end < len(said) and letters.startswith(joined):
            joined += said[end]
            end += 1
        if word and joined.removesuffix("s") in (letters, letters.removesuffix("s")):
            yield at


def heard_by(service: str, name: str, data: Path) -> list[str]:
    """The words of a service's transcript of a consult."""
    path = data / "primock57" / "asr" / service / f"{name}_conversation_transcript.txt"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def read_consults(folder: Path, terminology: Path) -> Iterator[Consult]:
    """Every consult that has a note."""
    drugs = medicines(terminology)
    for path in sorted((folder / "notes").glob("*.json")):
        note = json.loads(path.read_text(encoding="utf-8"))["note"].lower().replace("diarolyte", "dioralyte")
        turns = chain.from_iterable(
            _INTERVAL.findall(grid.read_text(encoding="utf-8"))
            for grid in (folder / "transcripts").glob(f"{path.stem}_*.TextGrid")
        )
        texts = (text for _, text in sorted(turns, key=lambda one: float(one[0])))
        words = " ".join(re.sub(r"<(?:UNIN|INAUDIBLE_SPEECH)/?>", f" {UNHEARD} ", text) for text in texts)
        words = re.sub(r"<[^>]*>", " ", words).lower().replace("diarolyte", "dioralyte")
        names = tuple(dict.fromkeys(name for name in _NAME.findall(note) if name in drugs))
        problems = tuple(name for name in conditions() if re.search(rf"\b{re.escape(name)}\b", note))
        yield Consult(path.stem, tuple(words.split()), names, problems)


def medicines(terminology: Path) -> frozenset[str]:
    """Single-word names of medicines: ours and DrugBank's, without words of everyday English."""
    table = concepts()
    names = {name for id_, name in surfaces() if table[id_].kind is Kind.MEDICINE and name.isalpha()}
    for path in (terminology / "drugs").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.reader(file, delimiter=";"):
                names.update(
                    name for cell in line[2:] for name in cell.lower().split(" | ") if len(name) >= 6
                )
    return frozenset(names - ordinary_words().keys() - _GROUPS)


@cache
def conditions() -> tuple[str, ...]:
    """Conditions of our table by the names that have at least six letters."""
    table = concepts()
    named = (name for id_, name in surfaces() if table[id_].kind is Kind.CONDITION)
    return tuple(dict.fromkeys(name for name in named if len(name) >= 6))


def plain(word: str) -> str:
    """Lower-case letters only, as the vocabulary compares."""
    return re.sub(r"[^a-z]", "", word.lower().removesuffix("'s"))

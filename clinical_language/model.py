"""What the language pipeline speaks of: turns, concepts, mentions, facts. Pure values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Speaker = Literal["doctor", "patient", "companion"]
Values = Mapping[str, str]


class State(StrEnum):
    """How a finding stands at the time of the visit. FAMILY is anybody but the patient; `relation` says who."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCERTAIN = "uncertain"
    HYPOTHETICAL = "hypothetical"
    RESOLVED = "resolved"
    HISTORICAL = "historical"
    FAMILY = "family"


class Kind(StrEnum):
    """What sort of thing a concept is; decides which sections of a note it may stand in."""

    FINDING = "finding"
    CONDITION = "condition"
    MEDICINE = "medicine"
    ALLERGEN = "allergen"
    TEST = "test"
    PROCEDURE = "procedure"
    HABIT = "habit"


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance. `start` and `end` are seconds from the start of the visit's media, None when unknown."""

    speaker: Speaker
    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """One row of the concept table. `group`: body system, drug class, or kind of order; codes: system -> code."""

    id: str
    kind: Kind
    label: str
    lay_label: str
    group: str
    codes: Values = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Mention:
    """A concept met in a sentence: token range [first, last), character range in the turn's text."""

    concept: Concept
    first: int
    last: int
    start: int
    end: int
    text: str
    certain: bool = True  # False: spelling had to be guessed (speech recognition slip)
    called: str = ""  # words that name it where they stand apart: "change in hearing" of "sight or hearing"

    def __hash__(self) -> int:
        """By the words and their place: cheap, since what is known of a sentence is kept under it."""
        return hash((self.text, self.start))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a turn. `words`: lower case, contractions opened ("n't" -> "not").

    `plain` is the words joined with number words as digits ("ten milligrams" -> "10 milligrams"); `offsets[i]` is
    where word i starts in it, so that values and mentions can be compared by place.
    """

    text: str
    start: int
    words: tuple[str, ...]
    plain: str
    offsets: tuple[int, ...]
    mentions: tuple[Mention, ...]
    parts: tuple[tuple[str, int], ...]  # body parts named, each with the index of its first word
    is_question: bool

    def __hash__(self) -> int:
        """By the words and their place, as of a mention."""
        return hash((self.text, self.start))


@dataclass(frozen=True, slots=True)
class Value:
    """A value with its place in `Sentence.plain`. `name` is the slot: duration, onset, severity, dose, ...

    `iso`: ISO 8601 duration of a length, or before the visit of an onset; "" where the words are not exact.
    """

    name: str
    text: str
    first: int
    last: int
    iso: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something said about the patient (or a relative), resolved over question and answer.

    `evidence`: indexes of the turns it rests on, ascending: the answer and, where merged, its question.
    `asked`: index of the question's turn when the fact is an answer, else None. `at`: index of the turn that decides.
    `named`: False when the words name no concept but tell values of the symptom the talk is about ("three days").
    """

    concept: Concept
    state: State
    evidence: tuple[int, ...]
    at: int
    confidence: float
    words: str
    span: tuple[int, int]
    values: Values = field(default_factory=dict)
    relation: str = ""
    asked: int | None = None
    certain: bool = True
    named: bool = True
    said_in: int | None = None

    @property
    def turn(self) -> int:
        """Index of the turn whose text `words` and `span` are in: the question's for a bare "yes", else `at`."""
        return self.at if self.said_in is None else self.said_in


@dataclass(frozen=True, slots=True)
class Exchange:
    """A doctor's question with what it asks for (`slot`) and the turn that answers, None when nobody did."""

    question: int
    slot: str
    sentence: Sentence
    answer: int | None
    polarity: str  # "yes", "no", "" when the answer does not open with either


@dataclass(frozen=True, slots=True)
class Consult:
    """A transcript read: its sentences by turn, the facts in order, the questions, and what stayed open.

    `patients`: relatives of the speaker who are the patient; empty where the patients speak for themselves.
    """

    turns: tuple[Turn, ...]
    sentences: tuple[tuple[Sentence, ...], ...]
    facts: tuple[Fact, ...]
    exchanges: tuple[Exchange, ...]
    unanswered: tuple[Fact, ...]
    patients: frozenset[str] = frozenset()

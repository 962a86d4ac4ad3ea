"""What was said, as pure values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID, uuid5

from pydantic import AfterValidator, Field, model_validator

from clinical_store.model import Speaker, VisitStatus
from clinical_store.note import Frozen

TranscriptStatus = Literal["live", "completing", "complete"]
TextSource = Literal["live", "final", "correction"]
"""Where the shown words are from: heard while they were said, heard again afterwards, or from the doctor's hand."""
DEMO_NOTICE = "Written by the demo speech model, which knows only the demo's voices and words. Not for care."


_UTTERANCES = UUID("5d1f5c0e-6a51-4f5c-9a58-1f4f5f6f7a10")


def utterance_id(participant_id: UUID, start_ms: int) -> UUID:
    """The same for the same person and moment, so that open and closed, live and heard again are one utterance."""
    return uuid5(_UTTERANCES, f"{participant_id}/{start_ms}")


class UtteranceState(StrEnum):
    """`open`: somebody is still speaking (never stored); `pending`: audio waits for the speech worker; `empty`: it
    held no words."""

    OPEN = "open"
    PENDING = "pending"
    FINAL = "final"
    EMPTY = "empty"


class Utterance(Frozen):
    """One stretch of one person's speech. Times in seconds from the visit's media epoch."""

    id: UUID
    visit_id: UUID
    participant_id: UUID
    start: float
    end: float
    state: UtteranceState


# A probability that rounding put a hair outside of 0 to 1, or that is none, must not cost the words it belongs to.
Likelihood = Annotated[float, AfterValidator(lambda given: min(1.0, max(0.0, given)))]
WordIndex = Annotated[int, Field(ge=0)]


class HeardWord(Frozen):
    """One spoken word. `start` and `end`: seconds from the utterance's own start, null where nobody measured them.
    `confidence`: 0 to 1, null for a word from a person's hand."""

    text: str
    confidence: Likelihood | None = None
    start: float | None = None
    end: float | None = None


class WrittenSpan(Frozen):
    """How the spoken words `first` to `last` (indexes, both included) are written: "120/80 mmHg"."""

    first: WordIndex
    last: WordIndex
    text: str


class SuggestionView(Frozen):
    """A term of the visit's vocabulary that the words `first` to `last` (both included) may have been. Never applied
    by itself. `kind`: what the term is, "medicine" for example."""

    first: WordIndex
    last: WordIndex
    term: str
    kind: str


class HeardText(Frozen):
    """What was heard in one utterance, as it is sealed and kept.

    `words` may be left out: they are then the words of `text`, without time and confidence. `warnings`: codes, no
    word of what was said. `confidence`: of the whole, 0 to 1. `language`: ISO 639-1, null where unknown.
    ValueError where a span points outside of the words.
    """

    text: str
    words: tuple[HeardWord, ...] = ()
    written: tuple[WrittenSpan, ...] = ()
    suggestions: tuple[SuggestionView, ...] = ()
    warnings: tuple[str, ...] = ()
    confidence: Likelihood | None = None
    language: str | None = None

    @model_validator(mode="after")
    def _spans_lie_in_the_words(self) -> Self:
        known = len(self.spoken)
        spans: list[WrittenSpan | SuggestionView] = [*self.written, *self.suggestions]
        if any(not span.first <= span.last < known for span in spans):
            raise ValueError("a span points outside of the words")
        return self

    @property
    def spoken(self) -> tuple[HeardWord, ...]:
        """The words one by one, always as many as there are."""
        return self.words or tuple(HeardWord(text=word) for word in self.text.split())


class WordView(Frozen):
    """One spoken word as it is shown. `start` and `end`: seconds on the visit's time line. `confidence`: 0 to 1, null
    for a word from a person's hand."""

    text: str
    confidence: float | None
    start: float | None
    end: float | None


class UtteranceView(Frozen):
    """An utterance as the transcript shows it.

    `text` is the spoken words, `words` the same one by one; `written` how numbers are written; `changed` which words
    differ from those heard live. `revision` grows with every change. `problem`: why it could not be written down.
    `firm`: how many words are agreed while it is `open`.
    """

    id: UUID
    participant_id: UUID
    speaker: Speaker
    speaker_name: str
    start: float
    end: float
    text: str
    confidence: float | None
    state: UtteranceState
    revision: int
    source: TextSource | None
    words: tuple[WordView, ...]
    written: tuple[WrittenSpan, ...]
    suggestions: tuple[SuggestionView, ...]
    changed: tuple[int, ...]
    warnings: tuple[str, ...]
    language: str | None
    problem: str | None
    firm: int | None


class UtteranceVersion(Frozen):
    """One version of an utterance's words. `shown`: it is the one in the transcript. `model`: which one heard it;
    `author_name`: who corrected it."""

    revision: int
    source: TextSource
    at: datetime
    shown: bool
    model: str | None
    author_name: str | None
    text: str
    words: tuple[WordView, ...]
    written: tuple[WrittenSpan, ...]
    changed: tuple[int, ...]
    warnings: tuple[str, ...]


class FinalPassView(Frozen):
    """How many of the visit's lines were heard a second time, from the recording. `problem`: an error's code, null
    while nothing holds it up."""

    done: int
    total: int
    problem: str | None


class Transcript(Frozen):
    """Everything said, in time order. `notice` is what a reader must know first, else null. `final_pass`: null where
    no second hearing has begun."""

    visit_id: UUID
    status: TranscriptStatus
    notice: str | None
    utterances: tuple[UtteranceView, ...]
    final_pass: FinalPassView | None = None


class TranscriptTurn(Frozen):
    """A finished, non-empty utterance as the note is drafted from it. `revision`: which of its versions this is."""

    utterance_id: UUID
    participant_id: UUID
    speaker: Speaker
    text: str
    start: float
    end: float
    confidence: float | None
    revision: int


def status_of(
    visit: VisitStatus, utterances: Sequence[UtteranceView], *, heard_to_the_end: bool
) -> TranscriptStatus:
    """`heard_to_the_end`: the recording was searched for what nobody has written yet, or there is none."""
    if visit is not VisitStatus.ENDED:
        return "live"
    waiting = any(utterance.state is UtteranceState.PENDING for utterance in utterances)
    return "complete" if heard_to_the_end and not waiting else "completing"


def notice_of(models: Iterable[str | None]) -> str | None:
    """The demo model must say so wherever its words are shown."""
    return DEMO_NOTICE if any(model and model.startswith("demo") for model in models) else None

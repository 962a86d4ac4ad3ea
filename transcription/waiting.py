"""Who waits for the speech model, and who is heard next: finals first, then partials, the final pass last."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from transcription.errors import SpeechEngineBusy
from transcription.model import Request, Transcription

_MOST_LATER = 2
"""Requests of the final pass in one batch: a live utterance that comes meanwhile waits for no more than these."""


class Priority(IntEnum):
    """The smaller is heard first.

    ``FINAL``: a closed utterance of a running visit. ``PARTIAL``: one that is still being said, worth nothing
    a second later. ``LATER``: the final pass.
    """

    FINAL = 0
    PARTIAL = 1
    LATER = 2


@dataclass(slots=True, eq=False)
class Waiting:
    """One request in line: ``since`` as the event loop counts, ``alone`` after a batch that failed with it."""

    request: Request
    priority: Priority
    timeout: float
    since: float
    answer: "asyncio.Future[Transcription]"
    alone: bool = False

    def fail(self, error: BaseException) -> None:
        """Tell the caller, if it still waits."""
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(slots=True, eq=False)
class WaitingLine:
    """Bounded: ``most_waiting`` requests in all, those in work included; the final pass takes at most half."""

    most_waiting: int
    waiting: list[Waiting] = field(default_factory=list)
    in_work: Sequence[Waiting] = ()

    def admit(self, one: Waiting) -> None:
        """Let it wait. A final sends waiting partials away.

        Raises:
            SpeechEngineBusy: the line is full, or it is a partial and finals wait or are in work.
        """
        if one.priority is Priority.FINAL:
            self._send_away_partials()
        present = [*self.waiting, *self.in_work]
        later = [other for other in present if other.priority is Priority.LATER]
        if one.priority is Priority.PARTIAL and any(other.priority is Priority.FINAL for other in present):
            raise SpeechEngineBusy("Closed utterances wait: what is still being said is left out.")
        full = len(present) >= self.most_waiting
        if full or (one.priority is Priority.LATER and len(later) >= max(1, self.most_waiting // 2)):
            raise SpeechEngineBusy(f"{len(present)} utterances wait already.")
        self.waiting.append(one)

    def leave(self, one: Waiting) -> None:
        """Its caller waits no longer, whatever became of it."""
        if one in self.waiting:
            self.waiting.remove(one)

    def candidates(self, most: int) -> list[Waiting]:
        """Whom the next batch would take now: one priority, the longest waiting first, at most ``most``."""
        if not self.waiting:
            return []
        first = min(self.waiting, key=lambda one: (one.priority, not one.alone))
        if first.alone:
            return [first]
        same = [one for one in self.waiting if one.priority is first.priority]
        return same[: min(most, _MOST_LATER) if first.priority is Priority.LATER else most]

    def take(self, batch: Sequence[Waiting]) -> None:
        """These are heard now."""
        self.in_work = batch
        self.waiting = [one for one in self.waiting if one not in batch]

    def put_back_alone(self, batch: Sequence[Waiting]) -> None:
        """Their batch failed: each is heard once more by itself, before anybody else of its priority."""
        for one in batch:
            one.alone = True
        self.waiting = [*(one for one in batch if not one.answer.done()), *self.waiting]

    def fail_all(self, error: BaseException) -> None:
        """Nobody will be heard."""
        for one in [*self.waiting, *self.in_work]:
            one.fail(error)
        self.waiting, self.in_work = [], ()

    def _send_away_partials(self) -> None:
        for other in [one for one in self.waiting if one.priority is Priority.PARTIAL]:
            self.waiting.remove(other)
            other.fail(SpeechEngineBusy("A closed utterance came: what is still being said is left out."))


@dataclass(slots=True)
class BatchSize:
    """How many are heard at once: halved when a batch failed, one more again after ``patience`` good ones."""

    most: int
    patience: int = 16
    now: int = field(init=False)
    _good: int = 0

    def __post_init__(self) -> None:
        self.now = self.most

    def failed(self) -> None:
        """A batch was too much."""
        self.now, self._good = max(1, self.now // 2), 0

    def went_well(self) -> None:
        """A batch came back."""
        self._good += 1
        if self._good >= self.patience:
            self.now, self._good = min(self.most, self.now + 1), 0

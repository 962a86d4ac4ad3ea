"""One track's samples in, its utterances out, as they close.

The sound is laid on an unbroken line of windows (32 ms). A window is *speech* when the detector says so, it is louder
than the floor and it is no echo of another track. What a row of such windows makes is the rule's (`cutting`).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from transcription.cutting import Cutter, Piece, Policy, Window, windows_in
from transcription.model import SAMPLE_RATE, Samples, Utterance
from transcription.ports import EchoEar, SpeechDetector
from transcription.voice_activity import WINDOW, new_detector

__all__ = ["NewFinder", "Policy", "UtteranceFinder"]

_JUDGED_EVERY = windows_in(1.0)  # an open utterance is looked at again: a new echo path may explain it
_DC_FOLLOWS = 0.05  # share of a window's mean: a constant offset is gone within a second


class UtteranceFinder:
    """Finds the utterances of one track. Holds at most ``longest`` seconds of sound, whatever comes.

    Args:
        detector: tells speech from other sound; a fresh one by default.
        policy: when an utterance opens and closes.
        echo: knows the visit's other tracks; without it every voice is the track's own.
    """

    def __init__(
        self,
        detector: SpeechDetector | None = None,
        policy: Policy | None = None,
        echo: EchoEar | None = None,
    ) -> None:
        self._detector = detector or new_detector()
        self._policy = policy or Policy()
        self._echo = echo
        self._cutter = Cutter(self._policy)
        self._rest: Samples = np.empty(0, dtype=np.float32)
        self._origin = 0.0
        self._at: int | None = None  # samples since the origin, without what waits in _rest
        self._offset: float | None = None  # of the sound from zero: a cheap microphone's
        self._waiting: deque[Window] = deque()  # until it is known what the other tracks said then

    def push(self, samples: Samples, at: float) -> list[Utterance]:
        """Take contiguous samples that begin ``at`` seconds; return the utterances that they closed.

        Sound that was pushed before is left out. A hole of up to ``longest_gap`` becomes silence; a
        longer one closes what is open, and the track goes on from ``at``.
        """
        samples = np.nan_to_num(np.asarray(samples, dtype=np.float32).reshape(-1), posinf=1, neginf=-1)
        closed: list[Utterance] = []
        missing = 0.0 if self._at is None else at - self._expected()
        if self._at is None or missing > self._policy.longest_gap:
            closed = self.flush()
            self._origin, self._at = at, 0
        elif missing > self._policy.gap:
            samples = np.concatenate([_silence(missing), samples])
        elif missing < -self._policy.gap:
            samples = samples[round(-missing * SAMPLE_RATE) :]
        return closed + self._take(samples)

    def flush(self) -> list[Utterance]:
        """The track ends or pauses: return what is open, if it is long enough, and start afresh."""
        closed: list[Utterance] = []
        if len(self._rest):
            closed += self._take(np.zeros(WINDOW - len(self._rest), dtype=np.float32))
        closed += self._settle(len(self._waiting))
        closed += self._told(self._judged(self._cutter.close()))
        self._detector.reset()
        self._cutter = Cutter(self._policy, self._cutter.noise)
        self._at = None
        return closed

    def open(self) -> Utterance | None:
        """What is being said now, as far as it is heard; None while nobody speaks.

        Its start is the closed one's, unless it turns out to begin with an echo. It does not grow with the silence
        that will close it.
        """
        spoken = self._cutter.heard
        return self._utterance(spoken) if spoken else None

    def _expected(self) -> float:
        return self._origin + ((self._at or 0) + len(self._rest)) / SAMPLE_RATE

    def _take(self, samples: Samples) -> list[Utterance]:
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // WINDOW * WINDOW
        self._rest = samples[whole:].copy()
        if not whole:
            return []
        windows = self._centred(samples[:whole].reshape(-1, WINDOW))
        at = self._at or 0
        self._at = at + whole
        if self._echo:
            self._echo.hear(self._seconds(at), windows)
        levels = np.sqrt(np.mean(windows**2, axis=1))
        for number, chance in enumerate(self._chances(windows, levels)):
            position = at + number * WINDOW
            self._waiting.append(Window(position, windows[number], chance, float(levels[number])))
        return self._settle(self._settled())

    def _centred(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Without a constant offset: it would pass for loudness, here and in Whisper's lowest bands."""
        offsets = np.empty((len(windows), 1), dtype=np.float32)
        for number, mean in enumerate(windows.mean(axis=1).tolist()):
            self._offset = (
                mean if self._offset is None else self._offset + _DC_FOLLOWS * (mean - self._offset)
            )
            offsets[number] = self._offset
        return np.asarray(np.clip(windows - offsets, -1, 1), dtype=np.float32)

    def _chances(self, windows: NDArray[np.float32], levels: NDArray[np.float32]) -> list[float]:
        loud = levels >= self._policy.floor
        if not loud.any():  # a muted microphone costs nothing
            return [0.0] * len(windows)
        chances: list[float] = np.where(loud, self._detector.probabilities(windows), 0.0).tolist()
        return chances

    def _settled(self) -> int:
        """How many of the waiting windows can be judged now: silence always, speech when the others are heard."""
        if not self._echo:
            return len(self._waiting)
        newest = self._waiting[-1].at
        for number, window in enumerate(self._waiting):
            young = newest - window.at < self._policy.patience * SAMPLE_RATE
            speech = window.chance >= self._policy.hold_at
            if speech and young and self._echo.waits(self._seconds(window.at + WINDOW)):
                return number
        return len(self._waiting)

    def _settle(self, count: int) -> list[Utterance]:
        windows = [self._waiting.popleft() for _ in range(count)]
        closed: list[Utterance] = []
        for window in self._without_echo(windows, learn=False):
            pieces = self._judged(self._cutter.step(window))
            if len(self._cutter.open) % _JUDGED_EVERY == _JUDGED_EVERY - 1:
                pieces += self._reconsidered()
            closed += self._told(pieces)
        return closed

    def _without_echo(self, windows: Sequence[Window], *, learn: bool) -> list[Window]:
        """The windows, those that others' voices explain no longer speech."""
        if not self._echo or not any(window.chance >= self._policy.hold_at for window in windows):
            return list(windows)
        explained = self._echo.explained(self._seconds(windows[0].at), len(windows), learn=learn)
        return [
            replace(window, chance=0.0) if echo else window
            for window, echo in zip(windows, explained.tolist(), strict=True)
        ]

    def _judged(self, pieces: list[Piece]) -> list[Piece]:
        """Closed pieces once more, whole: what of them is nobody's echo."""
        if not self._echo:
            return pieces
        return [part for piece in pieces for part in self._own_parts(piece)]

    def _own_parts(self, piece: Piece) -> list[Piece]:
        own = self._without_echo(piece, learn=True)
        if not _changed(piece, own, self._policy.hold_at):
            return [piece]
        cutter = Cutter(self._policy, self._cutter.noise)
        parts = [part for window in own for part in cutter.step(window)]
        return parts + cutter.close()

    def _reconsidered(self) -> list[Piece]:
        """The open utterance, as far as it goes, looked at again."""
        windows = self._cutter.open
        own = self._without_echo(windows, learn=True)
        if not _changed(windows, own, self._policy.hold_at):
            return []
        self._cutter = Cutter(self._policy, self._cutter.noise)
        return [part for window in own for part in self._cutter.step(window)]

    def _told(self, pieces: list[Piece]) -> list[Utterance]:
        return [self._utterance(piece) for piece in pieces]

    def _utterance(self, piece: Piece) -> Utterance:
        samples = np.concatenate([window.samples for window in piece])
        begin = self._seconds(piece[0].at)
        return Utterance(begin, begin + len(samples) / SAMPLE_RATE, samples)

    def _seconds(self, at: int) -> float:
        return self._origin + at / SAMPLE_RATE


class NewFinder(Protocol):
    """Makes the finder of one track; `UtteranceFinder` itself does."""

    def __call__(self, *, echo: EchoEar | None = None) -> UtteranceFinder: ...


def _changed(before: Sequence[Window], after: Sequence[Window], hold_at: float) -> bool:
    return any(
        was.chance >= hold_at and now.chance != was.chance for was, now in zip(before, after, strict=True)
    )


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)

"""One track's samples in, its utterances out, as they close.

A window is *speech* when the detector says at least ``open_at`` and it is louder than the floor. An
utterance opens with the first such window, closes when none has come for ``close_after`` seconds, and
carries ``pad`` seconds of what lay before and after.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcription.model import SAMPLE_RATE, Samples, Utterance
from transcription.ports import SpeechDetector
from transcription.voice_activity import WINDOW, new_detector

_WINDOW_SECONDS = WINDOW / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Policy:
    """When an utterance opens and closes. Times in seconds, probabilities 0 to 1, ``floor`` RMS in [0, 1]."""

    open_at: float = 0.5
    hold_at: float = 0.35
    close_after: float = 0.5
    pad: float = 0.128
    shortest: float = 0.16
    longest: float = 28.0
    split_within: float = 8.0
    floor: float = 0.0006
    gap: float = 0.02
    longest_gap: float = 0.4


@dataclass(slots=True)
class _Open:
    """The utterance in the making: its windows, their probabilities, where speech was heard last."""

    start: int
    windows: list[NDArray[np.float32]]
    probabilities: list[float]
    first: int
    last: int


class UtteranceFinder:
    """Finds the utterances of one track. Holds at most ``longest`` seconds of sound, whatever comes.

    Args:
        detector: tells speech from other sound; a fresh one by default.
        policy: when an utterance opens and closes.
    """

    def __init__(self, detector: SpeechDetector | None = None, policy: Policy | None = None) -> None:
        self._detector = detector or new_detector()
        self._policy = policy or Policy()
        self._before: deque[NDArray[np.float32]] = deque(maxlen=_windows(self._policy.pad))
        self._rest: Samples = np.empty(0, dtype=np.float32)
        self._origin = 0.0
        self._at: int | None = None  # samples since the origin, without what waits in _rest
        self._open: _Open | None = None

    def push(self, samples: Samples, at: float) -> list[Utterance]:
        """Take contiguous samples that begin ``at`` seconds; return the utterances that they closed.

        Sound that was pushed before is left out. A hole of up to ``longest_gap`` becomes silence; a
        longer one closes what is open, and the track goes on from ``at``.
        """
        samples = np.nan_to_num(np.asarray(samples, dtype=np.float32).reshape(-1))
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
        closed += self._close()
        self._detector.reset()
        self._before.clear()
        self._at = None
        return closed

    def open(self) -> Utterance | None:
        """What is being said now, as far as it is heard; None while nobody speaks. Its start is the closed one's."""
        if self._open is None:
            return None
        return self._utterance(self._open.start, self._open.windows)

    def _expected(self) -> float:
        return self._origin + ((self._at or 0) + len(self._rest)) / SAMPLE_RATE

    def _take(self, samples: Samples) -> list[Utterance]:
        samples = np.concatenate([self._rest, samples])
        whole = len(samples) // WINDOW * WINDOW
        self._rest = samples[whole:].copy()
        if not whole:
            return []
        windows = samples[:whole].reshape(-1, WINDOW)
        chances = self._detector.probabilities(windows)
        loud = np.sqrt(np.mean(windows**2, axis=1)) >= self._policy.floor
        closed: list[Utterance] = []
        for window, chance in zip(windows, np.where(loud, chances, 0.0).tolist(), strict=True):
            closed += self._step(window, chance)
            self._at = (self._at or 0) + WINDOW
        return closed

    def _step(self, window: NDArray[np.float32], chance: float) -> list[Utterance]:
        if self._open is None:
            if chance >= self._policy.open_at:
                self._begin(window, chance)
            else:
                self._before.append(window)
            return []
        now = self._open
        now.windows.append(window)
        now.probabilities.append(chance)
        if chance >= self._policy.hold_at:
            now.last = len(now.windows)
        if (len(now.windows) - now.last) * _WINDOW_SECONDS >= self._policy.close_after:
            return self._close()
        if len(now.windows) * _WINDOW_SECONDS >= self._policy.longest:
            return self._split()
        return []

    def _begin(self, window: NDArray[np.float32], chance: float) -> None:
        padding = list(self._before)
        self._before.clear()
        start = (self._at or 0) - len(padding) * WINDOW
        windows = [*padding, window]
        chances = [0.0] * len(padding) + [chance]
        self._open = _Open(start, windows, chances, first=len(padding), last=len(windows))

    def _close(self) -> list[Utterance]:
        now, self._open = self._open, None
        if now is None:
            return []
        kept = now.windows[: now.last + _windows(self._policy.pad)]
        self._before.extend(now.windows[len(kept) :])
        if (now.last - now.first) * _WINDOW_SECONDS < self._policy.shortest:
            return []
        return [self._utterance(now.start, kept)]

    def _split(self) -> list[Utterance]:
        """Too long for one window of Whisper: cut at the likeliest pause of its last seconds."""
        now = self._open
        assert now is not None
        recent = _windows(self._policy.split_within)
        smooth = np.convolve(now.probabilities[-recent:], np.ones(5) / 5, mode="same")
        cut = len(now.windows) - len(smooth) + 1 + int(np.argmin(smooth[1:-1])) + 1
        head, tail = now.windows[:cut], now.windows[cut:]
        start = now.start + cut * WINDOW
        self._open = _Open(start, tail, now.probabilities[cut:], first=0, last=max(1, now.last - cut))
        return [self._utterance(now.start, head)]

    def _utterance(self, start: int, windows: list[NDArray[np.float32]]) -> Utterance:
        samples = np.concatenate(windows)
        begin = self._origin + start / SAMPLE_RATE
        return Utterance(begin, begin + len(samples) / SAMPLE_RATE, samples)


def _windows(seconds: float) -> int:
    return round(seconds / _WINDOW_SECONDS)


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)

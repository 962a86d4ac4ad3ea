"""Where an utterance begins and ends: the rule alone, fed window by window. No sound is listened to here."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcription.model import SAMPLE_RATE
from transcription.voice_activity import WINDOW

WINDOW_SECONDS = WINDOW / SAMPLE_RATE

_JUST_HEARD, _WELL_HEARD = 1.4, 2.0  # times the track's noise: 3 and 6 dB


@dataclass(frozen=True, slots=True)
class Policy:
    """When an utterance opens and closes. Times in seconds, probabilities 0 to 1, levels RMS in [0, 1].

    Attributes:
        open_at, hold_at: an utterance opens with a window of the first probability, lives on with the second.
        close_after: so long after its last window of speech it is over.
        reach: so far before and after the detector's speech, sound above the track's noise still belongs to it:
            the detector wakes late at an ``h`` and lets go early at an ``f``.
        pad_before, pad_after: so much of what lies around that is given along.
        shortest: less speech than this is a click, a cough, a chair.
        sure: some window must be this probable.
        longest: what Whisper can hear at once, less a margin; longer speech is cut at its best pause.
        earliest_cut: no part is shorter than this where a long utterance is cut.
        floor: what is quieter is silence, whatever the detector says.
        gap, longest_gap: a hole in the sound shorter than the first is jitter, up to the second it is silence
            within the utterance, longer it ends it.
        patience: so long a window waits for the other tracks' sound of its time.
    """

    open_at: float = 0.5
    hold_at: float = 0.35
    close_after: float = 0.5
    reach: float = 0.192
    pad_before: float = 0.096
    pad_after: float = 0.096
    shortest: float = 0.16
    sure: float = 0.6
    longest: float = 28.0
    earliest_cut: float = 14.0
    floor: float = 0.0006
    gap: float = 0.02
    longest_gap: float = 0.4
    patience: float = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """512 samples, where they lie, how probably they are speech and how loud they are (RMS)."""

    at: int
    samples: NDArray[np.float32]
    chance: float
    level: float


Piece = list[Window]
"""The contiguous windows of one utterance, what surrounds its speech included."""


class Cutter:
    """Windows in, pieces out as they close. Holds ``longest`` seconds at most."""

    def __init__(self, policy: Policy, noise: float = 0.0) -> None:
        self.policy = policy
        self.noise = max(noise, policy.floor)
        self.open: Piece = []
        self._first = 0  # window of `open` in which speech begins
        self._last = 0  # ... after the one in which it was heard last
        around = windows_in(policy.reach) + windows_in(policy.pad_before)
        self._before: deque[Window] = deque(maxlen=around)

    def step(self, window: Window) -> list[Piece]:
        """The next window; the piece that it closed, if any."""
        self._follow_noise(window)
        if not self.open:
            if window.chance >= self.policy.open_at:
                self._begin(window)
            else:
                self._before.append(window)
            return []
        self.open.append(window)
        if window.chance >= self.policy.hold_at:
            self._last = len(self.open)
        if (len(self.open) - self._last) * WINDOW_SECONDS >= self.policy.close_after:
            return self.close()
        if len(self.open) * WINDOW_SECONDS >= self.policy.longest:
            return self._split()
        return []

    @property
    def heard(self) -> Piece:
        """What `close` would give as far as it is known: `open` without the silence since the last speech. Empty while
        it may be a click.
        """
        if not self.open or not self._is_speech(self.open[self._first : self._last]):
            return []
        return self.open[: self._last + windows_in(self.policy.reach + self.policy.pad_after)]

    def close(self) -> list[Piece]:
        """Nothing more comes, or not for a while: the open piece, if it is one."""
        windows, self.open = self.open, []
        if not windows:
            return []
        end = self._sounds_until(windows) + windows_in(self.policy.pad_after)
        self._before.extend(windows[end:])
        return [windows[:end]] if self._is_speech(windows[self._first : self._last]) else []

    def _begin(self, window: Window) -> None:
        before = list(self._before)
        self._before.clear()
        wanted = self._sounding(before[::-1]) + windows_in(self.policy.pad_before)
        kept = before[max(0, len(before) - wanted) :]
        self.open = [*kept, window]
        self._first, self._last = len(kept), len(kept) + 1

    def _sounding(self, neighbours: Sequence[Window]) -> int:
        """How many windows beside the speech are still louder than the track's noise, within reach."""
        for number, window in enumerate(neighbours[: windows_in(self.policy.reach)]):
            if window.level < _WELL_HEARD * self.noise:
                return number
        return min(len(neighbours), windows_in(self.policy.reach))

    def _sounds_until(self, windows: Piece) -> int:
        """After which window the voice is no longer heard: in noise the detector lets go late, else rather early."""
        last = self._last
        while last > max(self._first + 1, self._last - windows_in(self.policy.reach)):
            if windows[last - 1].level >= _JUST_HEARD * self.noise:
                break
            last -= 1
        return last if last < self._last else last + self._sounding(windows[last:])

    def _is_speech(self, spoken: Sequence[Window]) -> bool:
        long_enough = len(spoken) * WINDOW_SECONDS >= self.policy.shortest
        return long_enough and max(window.chance for window in spoken) >= self.policy.sure

    def _split(self) -> list[Piece]:
        """Too long for one window of Whisper: cut at its best pause, and go on with the rest."""
        earliest = windows_in(self.policy.earliest_cut)
        cut = earliest + best_pause(self.open[earliest:])
        head, self.open = self.open[:cut], self.open[cut:]
        self._first, self._last = 0, max(1, self._last - cut)
        return [head]

    def _follow_noise(self, window: Window) -> None:
        """Down at once, up slowly, and only where nobody speaks."""
        if window.chance < 0.2:
            share = 0.1 if window.level < self.noise else 0.03
            self.noise = max(self.policy.floor, self.noise + share * (window.level - self.noise))


def best_pause(windows: Sequence[Window]) -> int:
    """Index (at least 1) of the window at which to cut: where speech is least probable and quietest, around it too.

    A long pause is better than a short one, and of equals the later.
    """
    chances = np.array([window.chance for window in windows])
    levels = np.array([window.level for window in windows])
    loudness = np.clip(np.log10((levels + 1e-6) / (levels.max() + 1e-6)) / 2 + 1, 0, 1)  # 0 is 40 dB down
    cost = np.sum([_mean_around(chances + loudness, width) for width in (3, 5, 11)], axis=0)
    inner = cost[1:-1]
    return 1 + int(np.flatnonzero(inner <= inner.min() + 1e-9)[-1])


def windows_in(seconds: float) -> int:
    """How many windows make these seconds."""
    return round(seconds / WINDOW_SECONDS)


def _mean_around(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    padded = np.pad(values, width // 2, mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")

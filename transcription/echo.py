"""Whose voice is it? What a track's microphone takes up from its own loudspeaker is not a second speaker.

A browser cancels most of the echo; what leaks comes back as a quieter, duller, later copy of the other side's voice,
and Silero rightly calls it speech. Here each track's sound becomes energies in bands on one grid of the visit's time.
Where a stretch of one track follows the pattern of another's a steady while before, there is an *echo path*: a delay
and, band by band, a gain. A window is explained when the path predicts its energy. A voice of its own over the echo
has energy that the path does not predict, and passes. Nothing is subtracted: samples are never changed.

The pattern's correlation over delays is Knapp and Carter's (1976) idea on band energies, as in the delay estimator of
WebRTC's echo canceller; judging by predicted energy is what residual echo detectors do.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from transcription.bands import BANDS, FRAMES_A_SECOND, HOP, Energies, EnergyTrack
from transcription.model import SAMPLE_RATE, Samples
from transcription.voice_activity import WINDOW

_DELAYS = 100  # frames: the way there and back takes up to 1.6 s
_SOUND_AT_ONCE = 3  # frames: with less delay than this either could be the other's echo
_SHORT = 1.0  # seconds: one answers "Hello?" with "Hello?", as loud
_QUIETER_DB = -5.0  # than the original, where one of these makes it doubtful
_LOUDEST_DB = 6.0  # over the original: a microphone's automatic gain does that, more is another voice
_SAME_WAY = 2  # frames
_LOUDER_DB = 1.0  # each time it is learned
_AUDIBLE_DB = 3.0  # above the noise of its band
_MARGIN_DB = 6.0  # what is louder than predicted by more than this is somebody's own
_FADING_DB = 2.5  # a frame: how fast a room lets the echo die (60 dB in 0.4 s)
_OWN_SHARE = 0.18  # of a window's audible bands: with more of them unpredicted somebody speaks
_LEARNED_SHARE = 0.25  # of a whole stretch: only a path that explains nearly all of it is one
_SMOOTH = 3  # frames to either side
_RINGING = 25  # frames: what was said before still rings
_LEAST, _MOST = 0.6, 4.0  # seconds of sound a path is learned from
_JITTER = 0.008  # seconds: half a frame
_BEHIND = 1.0  # seconds: a track that far behind sends nothing; nobody waits for it


@dataclass(frozen=True, slots=True)
class _Path:
    """How one track is heard in another: frames later, and dB in each band."""

    delay: int
    gains: NDArray[np.float32]

    def after(self, known: "_Path | None") -> "_Path":
        """The same way as before hardly gets louder: what makes it seem so is a voice over the echo."""
        if known is None or abs(self.delay - known.delay) > _SAME_WAY:
            return self
        return _Path(self.delay, np.minimum(self.gains, known.gains + _LOUDER_DB))


@dataclass(slots=True)
class _Side:
    """One track and the ways on which others are heard in it."""

    sound: EnergyTrack = field(default_factory=EnergyTrack)
    paths: dict[Hashable, _Path] = field(default_factory=dict)


class EchoGate:
    """The tracks of one visit, each judged against the others. Safe to use from several threads.

    Holds half a minute of band energies a track (0.16 MB), whatever comes.
    """

    def __init__(self) -> None:
        self._sides: dict[Hashable, _Side] = {}
        self._lock = Lock()

    def ear(self, track: Hashable) -> "TrackEar":
        """What the finder of this track asks."""
        return TrackEar(self, track)

    def leave(self, track: Hashable) -> None:
        """The track is over: nothing of it is heard elsewhere any more."""
        with self._lock:
            self._sides.pop(track, None)
            for side in self._sides.values():
                side.paths.pop(track, None)

    def hear(self, track: Hashable, at: float, windows: NDArray[np.float32]) -> None:
        """Sound of a track: ``(n, 512)`` contiguous windows that begin ``at`` seconds of the visit's time."""
        with self._lock:
            self._sides.setdefault(track, _Side()).sound.add(at, windows)

    def waits(self, track: Hashable, until: float) -> bool:
        """Whether another track that is sending has not been heard up to here yet."""
        with self._lock:
            ends = [side.sound.end for name, side in self._sides.items() if name != track]
        return any(until - _BEHIND < end < until for end in ends)

    def explained(
        self, track: Hashable, at: float, windows: int, *, learn: bool = False
    ) -> NDArray[np.bool_]:
        """For each of the track's windows from ``at`` on: whether it is others' sound come back.

        Args:
            track: whose windows.
            at: seconds of the visit's time at which the first window begins.
            windows: how many.
            learn: this stretch was taken for speech: look for new ways of the others into it.
        """
        with self._lock:
            side = self._sides.get(track)
            if side is None or len(self._sides) < 2:
                return np.zeros(windows, dtype=np.bool_)
            if learn:
                self._learn(track, side, at, windows)
            return self._judged(side, at, windows)

    def _judged(self, side: _Side, at: float, windows: int) -> NDArray[np.bool_]:
        begin, end = _frames(at, windows)
        predicted = [
            _predicted(self._sides[name].sound, path, begin, end) for name, path in side.paths.items()
        ]
        if not predicted:
            return np.zeros(windows, dtype=np.bool_)
        own = _own_share(side.sound, np.max(predicted, axis=0), begin, end)
        return np.asarray(own.reshape(windows, 2).mean(axis=1) < _OWN_SHARE)

    def _learn(self, track: Hashable, side: _Side, at: float, windows: int) -> None:
        begin, end = _frames(at, windows)
        for seconds in (_MOST, _MOST / 2, _MOST / 4):
            first = max(begin, end - round(seconds * FRAMES_A_SECOND))
            if end - first < _LEAST * FRAMES_A_SECOND:
                return
            for name, other in self._sides.items():
                if name != track and (path := _found(side.sound, other.sound, first, end)) is not None:
                    side.paths[name] = path.after(side.paths.get(name))


@dataclass(frozen=True, slots=True)
class TrackEar:
    """One track's view of the gate: `transcription.ports.EchoEar`."""

    gate: EchoGate
    track: Hashable

    def hear(self, at: float, windows: NDArray[np.float32]) -> None:
        self.gate.hear(self.track, at, windows)

    def waits(self, until: float) -> bool:
        return self.gate.waits(self.track, until)

    def explained(self, at: float, windows: int, *, learn: bool = False) -> NDArray[np.bool_]:
        return self.gate.explained(self.track, at, windows, learn=learn)


class Overheard:
    """A track that is listened to for the others' sake only: blocks of ``(seconds, samples)``, in order."""

    def __init__(self, ear: TrackEar, blocks: Iterator[tuple[float, Samples]]) -> None:
        self._ear = ear
        self._blocks = blocks
        self._rest: Samples = np.empty(0, dtype=np.float32)
        self._at = -1.0  # where the rest begins
        self._heard_to = -1.0

    def until(self, seconds: float) -> None:
        """Hear it up to there, or to its end."""
        while self._heard_to < seconds and (block := next(self._blocks, None)) is not None:
            at, samples = block
            if abs(at - self._at - len(self._rest) / SAMPLE_RATE) > _JITTER:
                self._rest, self._at = samples[:0], at
            self._take(np.concatenate([self._rest, samples]))

    def _take(self, sound: Samples) -> None:
        whole = len(sound) // WINDOW * WINDOW
        if whole:
            self._ear.hear(self._at, sound[:whole].reshape(-1, WINDOW))
        self._rest = sound[whole:]
        self._at += whole / SAMPLE_RATE
        self._heard_to = self._at


def _frames(at: float, windows: int) -> tuple[int, int]:
    begin = round(at * FRAMES_A_SECOND)
    return begin, begin + windows * WINDOW // HOP


def _found(ours: EnergyTrack, theirs: EnergyTrack, begin: int, end: int) -> _Path | None:
    """The way of their sound into ours between two frames, if the pattern tells one beyond chance."""
    here = _pattern(ours.between(begin, end), ours.noise())
    there = _pattern(theirs.between(begin - _DELAYS, end), theirs.noise())
    alike = _correlations(here, there)
    delay = int(np.argmax(alike))
    if alike[delay] < _beyond_chance((end - begin) / FRAMES_A_SECOND):
        return None
    path = _Path(delay, _gains(ours, theirs, delay, begin, end))
    doubtful = delay < _SOUND_AT_ONCE or end - begin < _SHORT * FRAMES_A_SECOND
    if float(np.median(path.gains)) > (_QUIETER_DB if doubtful else _LOUDEST_DB):
        return None
    own = _own_share(ours, _predicted(theirs, path, begin, end), begin, end)
    return path if float(np.mean(own)) < _LEARNED_SHARE else None


def _beyond_chance(seconds: float) -> float:
    """The correlation that two different voices do not reach at any delay, by how long they were compared.

    Measured on synthetic voices in PriMock57's turns (bench/speech/echo.py): at most 0.86, 0.66 and 0.49 over half a
    second, one and two; echoes of 2 s and more lie above 0.51.
    """
    return float(np.interp(seconds, (0.5, 1.0, 2.0, 4.0), (0.9, 0.7, 0.52, 0.45)))


def _pattern(energies: Energies, noise: NDArray[np.float32]) -> Energies:
    """Audible dB above the noise, less their own mean over the half second around: the rise and fall of speech."""
    heard = np.clip(energies - (noise + _AUDIBLE_DB), 0, 40)
    sums = np.cumsum(np.vstack([np.zeros((1, heard.shape[1])), heard]), axis=0)
    here = np.arange(len(heard))
    low, high = np.maximum(0, here - 15), np.minimum(len(heard), here + 16)
    return np.asarray(heard - (sums[high] - sums[low]) / (high - low)[:, None], dtype=np.float32)


def _correlations(here: Energies, there: Energies) -> NDArray[np.float64]:
    """By delay, 0 to `_DELAYS` frames; ``there`` begins that many frames before ``here``."""
    views = np.lib.stride_tricks.sliding_window_view(there, len(here), axis=0)  # (delays, bands, frames)
    ours = here - here.mean(axis=0)
    products = np.einsum("tb,dbt->d", ours, views)
    means, squares = views.mean(axis=2), np.einsum("dbt,dbt->d", views, views)
    theirs = squares - len(here) * np.sum(means**2, axis=1)
    return np.asarray((products / np.sqrt(np.sum(ours**2) * np.maximum(theirs, 0) + 1e-6))[::-1])


def _gains(ours: EnergyTrack, theirs: EnergyTrack, delay: int, begin: int, end: int) -> NDArray[np.float32]:
    """dB from their sound to ours, the median of each band where both are audible; their own median where not."""
    here, there = ours.between(begin, end), theirs.between(begin - delay, end - delay)
    both = (here > ours.noise() + _AUDIBLE_DB) & (there > theirs.noise() + 3 * _AUDIBLE_DB)
    ratios = np.where(both, here - there, np.nan)
    enough = both.sum(axis=0) >= 5
    found = np.array([np.nanmedian(ratios[:, band]) if enough[band] else np.nan for band in range(BANDS)])
    otherwise = float(np.nanmedian(found)) if enough.any() else -200.0
    return np.where(np.isnan(found), otherwise, found).astype(np.float32)


def _predicted(theirs: EnergyTrack, path: _Path, begin: int, end: int) -> Energies:
    """Our energies as far as they come from theirs: the loudest frame around the delay, and the room's fading.

    From `_SMOOTH` frames before ``begin`` to as many after ``end``.
    """
    begin, end = begin - _SMOOTH - _RINGING, end + _SMOOTH
    there = theirs.between(begin - path.delay - 2, end - path.delay + 2)
    width = end - begin
    near = np.max([there[shift : shift + width] for shift in range(5)], axis=0)
    heard = np.where(near > theirs.noise() + _AUDIBLE_DB, near, -200.0) + path.gains
    slope = _FADING_DB * np.arange(width, dtype=np.float32)[:, None]
    fading = np.maximum.accumulate(heard + slope, axis=0) - slope
    return np.asarray(fading[_RINGING:], dtype=np.float32)


def _own_share(ours: EnergyTrack, predicted: Energies, begin: int, end: int) -> NDArray[np.float64]:
    """Of each frame's audible energy (in dB above the noise) the share that is not predicted, smoothed over 0.1 s."""
    here, noise = ours.between(begin - _SMOOTH, end + _SMOOTH), ours.noise()
    audible = np.clip(here - (noise + _AUDIBLE_DB), 0, 40)
    own = np.where(here > predicted + _MARGIN_DB, audible, 0.0)
    around = np.ones(2 * _SMOOTH + 1)
    share = np.convolve(own.sum(axis=1), around, "valid") / (
        np.convolve(audible.sum(axis=1), around, "valid") + 1e-6
    )
    return np.asarray(share)

"""Consults with known times: the turn-taking of PriMock57's real tele-consults, spoken by synthetic voices.

The TextGrids tell who spoke when and what; espeak-ng and flite say it again, one voice a speaker, as fast as it takes
to fit. So the times, the overlaps and the back-channels are people's own, and the truth is known to the sample.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.demo_model.speak import Voice, speak, trim

RATE = 16_000
SPEAKERS = ("doctor", "patient")
Samples = NDArray[np.float32]

_VOICES = (
    (Voice("flite", "rms"), Voice("flite", "slt")),
    (Voice("espeak-ng", "en-gb+f2"), Voice("espeak-ng", "en-us+m3")),
    (Voice("flite", "awb"), Voice("espeak-ng", "en-gb+f3")),
    (Voice("espeak-ng", "en-gb", pitch=35), Voice("flite", "slt", stretch=0.9)),
    (Voice("flite", "kal16"), Voice("flite", "rms", stretch=0.9)),
    (Voice("espeak-ng", "en-us+f4"), Voice("espeak-ng", "en-gb+m1")),
)
_ONE_UTTERANCE = 0.8  # seconds: with less between them two turns of a speaker are one utterance beyond doubt
_LONGEST_PAUSE = 0.25  # inside a turn: what the voices put at a full stop is cut to this, for the same reason
_LOUDNESS = 0.05  # RMS of the spoken parts, -26 dB
_FASTEST = 1.8

_INTERVAL = re.compile(r"xmin = ([\d.]+)\s+xmax = ([\d.]+)\s+text = \"((?:[^\"]|\"\")*)\"")


@dataclass(frozen=True, slots=True)
class Turn:
    """Said by one speaker from ``start`` to ``end`` (seconds): sound begins and ends there, to 20 ms."""

    speaker: str
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, eq=False)
class Consult:
    """Two tracks of equal length, float32 at 16 kHz, each silent where its speaker is, and who said what when."""

    name: str
    tracks: dict[str, Samples]
    turns: tuple[Turn, ...]

    def of(self, speaker: str) -> list[Turn]:
        """The speaker's turns, in order."""
        return [turn for turn in self.turns if turn.speaker == speaker]

    @property
    def seconds(self) -> float:
        """Length of either track."""
        return len(next(iter(self.tracks.values()))) / RATE

    @property
    def overlap(self) -> float:
        """Share of the consult in which both speak."""
        both = np.ones(len(self.tracks["doctor"]), bool)
        for speaker in SPEAKERS:
            said = np.zeros(len(both), bool)
            for turn in self.of(speaker):
                said[round(turn.start * RATE) : round(turn.end * RATE)] = True
            both &= said
        return float(both.mean())


def consults(
    data: Path, count: int, seconds: float, least_overlap: float = 0.0, skip: int = 0
) -> Iterator[Consult]:
    """``count`` consults after the first ``skip``, each cut after ``seconds``; the same ones every time.

    With ``least_overlap`` of those in which the real speakers overlapped for that share of the time.
    """
    folder = data / "primock57" / "transcripts"
    names = sorted({path.name.rpartition("_")[0] for path in folder.glob("*_doctor.TextGrid")})
    chosen = [name for name in names if _overlap(folder, name, seconds) >= least_overlap]
    for number, name in enumerate(chosen[skip : skip + count]):
        yield _spoken(name, folder, number, seconds)


def _overlap(folder: Path, name: str, seconds: float) -> float:
    doctor, patient = (list(_turns(folder / f"{name}_{who}.TextGrid", who, seconds)) for who in SPEAKERS)
    shared = sum(max(0.0, min(a.end, b.end) - max(a.start, b.start)) for a in doctor for b in patient)
    return shared / seconds


def _spoken(name: str, folder: Path, number: int, seconds: float) -> Consult:
    tracks, turns = {}, []
    for speaker, voice in zip(SPEAKERS, _VOICES[number % len(_VOICES)], strict=True):
        track = np.zeros(round(seconds * RATE), np.float32)
        for turn in _joined(list(_turns(folder / f"{name}_{speaker}.TextGrid", speaker, seconds))):
            sound = _say(turn.text, voice, turn.end - turn.start)
            begin = round(turn.start * RATE)
            track[begin : begin + len(sound)] = sound
            turns.append(replace(turn, end=turn.start + len(sound) / RATE))
        tracks[speaker] = track
    return Consult(name, tracks, tuple(sorted(turns, key=lambda turn: turn.start)))


def _turns(path: Path, speaker: str, seconds: float) -> Iterator[Turn]:
    for start, end, text in _INTERVAL.findall(path.read_text(encoding="utf-8")):
        said = " ".join(re.sub(r"<[^>]*>", " ", text).split())
        if re.search(r"\w", said) and float(end) <= seconds:
            yield Turn(speaker, said, float(start), float(end))


def _joined(turns: list[Turn]) -> list[Turn]:
    made: list[Turn] = []
    for turn in turns:
        if made and turn.start - made[-1].end < _ONE_UTTERANCE:
            made[-1] = replace(made[-1], text=f"{made[-1].text} {turn.text}", end=turn.end)
        else:
            made.append(turn)
    return made


def _say(text: str, voice: Voice, seconds: float) -> Samples:
    """In at most these seconds: as fast as it takes, up to a limit, and the rest unsaid."""
    sound = _tightened(trim(speak(text, voice)))
    pace = min(_FASTEST, len(sound) / RATE / seconds)
    if pace > 1:
        faster = replace(voice, rate=round(voice.rate * pace), stretch=voice.stretch / pace)
        sound = _tightened(trim(speak(text, faster)))
    sound = trim(sound[: round(seconds * RATE)])
    level = float(np.sqrt(np.mean(sound**2)))
    return np.asarray((sound * (_LOUDNESS / level)).clip(-1, 1), dtype=np.float32)


def _tightened(sound: Samples) -> Samples:
    """Pauses longer than the longest are cut to it."""
    step = RATE // 100
    blocks = sound[: len(sound) // step * step].reshape(-1, step)
    quiet = np.abs(blocks).max(axis=1) < 0.01 * np.abs(sound).max()
    run, kept = 0, np.ones(len(blocks), bool)
    for number, still in enumerate(quiet):
        run = run + 1 if still else 0
        kept[number] = run <= _LONGEST_PAUSE * 100
    return blocks[kept].reshape(-1)


def room(seconds: float, loudness_db: float, seed: int) -> Samples:
    """The faint pink noise of a room, at this loudness (dB below full scale, RMS)."""
    n = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 1, n))
    sound = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.fft.rfftfreq(n, 1 / RATE), 20)), n)
    return np.asarray(sound / sound.std() * 10 ** (loudness_db / 20), dtype=np.float32)

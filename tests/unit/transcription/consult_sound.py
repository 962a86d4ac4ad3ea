"""The demo consult's two voices, and what a loudspeaker and a room make of one of them."""

import json
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcription import SAMPLE_RATE, EchoGate, Samples, Utterance, UtteranceFinder, decode_all

SECONDS = 40.0
OTHER = {"doctor": "patient", "patient": "doctor"}
_CONSULT = Path(__file__).resolve().parents[3] / "app" / "demo"
_BLOCK = 3200

Span = tuple[float, float]


@cache
def track(speaker: str) -> Samples:
    """The first seconds of the speaker's track, in a room that is not quite silent."""
    sound = decode_all(_CONSULT / f"{speaker}.flac")[: round(SECONDS * SAMPLE_RATE)]
    room = np.random.default_rng(len(speaker)).normal(0, 0.0008, len(sound))
    return np.asarray(sound + room, dtype=np.float32)


def turns(speaker: str) -> list[Span]:
    """When the speaker's turns begin and end, those that are whole."""
    page = json.loads((_CONSULT / "timeline.json").read_text(encoding="utf-8"))
    of = [(turn["start"], turn["end"]) for turn in page["turns"] if turn["speaker"] == speaker]
    return [(start, end) for start, end in of if end < SECONDS - 1]


def echoed(voice: Samples, delay: float, gain: float) -> Samples:
    """Later, quieter, without bass and treble, ringing for a quarter of a second."""
    rng = np.random.default_rng(3)
    taps = np.zeros(4000)
    taps[:40:8] = (1.0, -0.5, 0.3, 0.2, -0.1)
    taps += 0.03 * rng.normal(0, 1, len(taps)) * 10 ** (-3 * np.arange(len(taps)) / len(taps))
    size = 1 << (len(voice) + len(taps)).bit_length()
    spectrum = np.fft.rfft(voice, size) * np.fft.rfft(taps, size)
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    rung = np.fft.irfft(spectrum * (hertz > 300) / (1 + (hertz / 4000) ** 4), size)[: len(voice)]
    late = np.concatenate([np.zeros(round(delay * SAMPLE_RATE)), gain * rung])[: len(voice)]
    return late.astype(np.float32)


def find(tracks: dict[str, Samples], gate: EchoGate | None) -> dict[str, list[Utterance]]:
    """As in a call: blocks of 0.2 s, the second track a tenth of a second behind the first."""
    finders = {name: UtteranceFinder(echo=gate.ear(name) if gate else None) for name in tracks}
    found: dict[str, list[Utterance]] = {name: [] for name in tracks}
    blocks = [
        (start + number * _BLOCK // 2, name, start)
        for number, name in enumerate(tracks)
        for start in range(0, len(tracks[name]), _BLOCK)
    ]
    for _, name, start in sorted(blocks):
        found[name] += finders[name].push(tracks[name][start : start + _BLOCK], start / SAMPLE_RATE)
    for name, finder in finders.items():
        found[name] += finder.flush()
    return found


def foreign(utterances: list[Utterance], own: list[Span]) -> list[Span]:
    """Utterances in which their track's speaker says next to nothing."""
    return [
        (one.start, one.end)
        for one in utterances
        if one.start < own[-1][1] and _shared((one.start, one.end), own) < 0.2
    ]


def missed(utterances: list[Utterance], own: list[Span]) -> list[Span]:
    """Turns of which nothing was found."""
    return [turn for turn in own if not _shared(turn, [(one.start, one.end) for one in utterances])]


def spans(utterances: list[Utterance]) -> list[Span]:
    return [(one.start, one.end) for one in utterances]


def _shared(one: Span, others: list[Span]) -> float:
    return sum(max(0.0, min(one[1], end) - max(one[0], start)) for start, end in others)


def windows(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    return sound[: len(sound) // 512 * 512].reshape(-1, 512)

"""A loudspeaker's echo is no second speaker: what of the other side is written on a track that only heard it.

Real turn-taking, synthetic voices; into each microphone comes the other side's voice from the loudspeaker: late, dull,
ringing in the room, a little distorted, at levels a browser's canceller leaves. Both tracks go through Opus. Beside
it what the same finders write without the gate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.speech.consults import RATE, SPEAKERS, Consult, Samples, Turn, consults, room
from bench.speech.options import Options
from bench.speech.results import Row, row
from tools.demo_model.speak import opus_round_trip
from transcription.echo import EchoGate
from transcription.model import Utterance
from transcription.utterances import UtteranceFinder

LEVELS_DB = (-10.0, -20.0, -30.0)
DELAYS_S = (0.12, 0.31, 0.74)
_BLOCK = 3200  # samples: as much as `record` gives at once
_ROOM_DB = -62.0
_OWN_SHARE = 0.5  # of an utterance that must be its speaker's own turn

Found = dict[str, list[Utterance]]


@dataclass(slots=True)
class Tally:
    """What became of the turns: ``own`` turns and how many of them were ``lost``; utterances, and ``foreign`` ones."""

    own: int = 0
    lost: int = 0
    found: int = 0
    foreign: int = 0

    def add(self, consult: Consult, found: Found) -> None:
        """Count one consult."""
        for speaker in SPEAKERS:
            turns, utterances = consult.of(speaker), found[speaker]
            self.own += len(turns)
            self.lost += sum(not any(_shared(u, turn) > 0 for u in utterances) for turn in turns)
            self.found += len(utterances)
            self.foreign += sum(is_foreign(utterance, turns) for utterance in utterances)


def run(options: Options) -> list[Row]:
    """Rows for each level, over all delays; the goal is no foreign utterance and no lost turn."""
    spoken = list(consults(options.data, 1 if options.short else 4, 60 if options.short else 120))
    delays = DELAYS_S[1:2] if options.short else DELAYS_S
    rows: list[Row] = []
    for level in LEVELS_DB:
        gated, plain = Tally(), Tally()
        for number, consult in enumerate(spoken):
            for delay in delays:
                tracks = with_echo(consult, level, delay, seed=number)
                gated.add(consult, find(tracks))
                plain.add(consult, find(tracks, gate=False))
        rows += _rows(level, gated, plain)
    return rows


def _rows(level: float, gated: Tally, plain: Tally) -> Iterator[Row]:
    at = f"echo at {level:.0f} dB of the voice"
    yield row(
        f"utterances that are the other side's echo, {at} (peer: no gate)",
        gated.foreign / gated.found * 100,
        "%",
        peer=plain.foreign / plain.found * 100,
        goal="0",
        met=gated.foreign == 0,
    )
    yield row(
        f"turns of one's own that were lost, {at} (peer: no gate)",
        gated.lost / gated.own * 100,
        "%",
        peer=plain.lost / plain.own * 100,
        goal="<= peer",
        met=gated.lost <= plain.lost,
    )


def with_echo(consult: Consult, level_db: float | None, delay: float, seed: int) -> dict[str, Samples]:
    """Each track as its microphone has it, with the other's echo (None: without), through Opus."""
    heard = {}
    for number, (speaker, other) in enumerate(zip(SPEAKERS, reversed(SPEAKERS), strict=True)):
        sound = consult.tracks[speaker] + room(consult.seconds, _ROOM_DB, 2 * seed + number)
        if level_db is not None:
            sound = sound + echoed(consult.tracks[other], level_db, delay, seed)
        heard[speaker] = opus_round_trip(np.clip(sound, -1, 1), 24_000)
    return heard


def echoed(voice: Samples, level_db: float, delay: float, seed: int, ringing: float = 0.35) -> Samples:
    """The voice out of a small loudspeaker and a room that rings ``ringing`` seconds (to -60 dB), ``delay`` later."""
    rng = np.random.default_rng(seed)
    taps = round(ringing * RATE)
    response = 0.05 * rng.normal(0, 1, taps) * 10 ** (-3 * np.arange(taps) / taps)
    response[0] = 1.0
    size = 1 << math.ceil(math.log2(len(voice) + taps))
    spectrum = np.fft.rfft(voice, size) * np.fft.rfft(response, size)
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    sound = np.fft.irfft(spectrum * (hertz > 250) / (1 + (hertz / 5000) ** 4), size)[: len(voice)]
    sound = np.tanh(3 * sound) / 3
    speaking = np.abs(voice) > 1e-4
    gain = 10 ** (level_db / 20) * np.sqrt(np.mean(voice[speaking] ** 2) / np.mean(sound[speaking] ** 2))
    late = np.concatenate([np.zeros(round(delay * RATE)), sound * gain])[: len(voice)]
    return late.astype(np.float32)


def find(tracks: dict[str, Samples], *, gate: bool = True) -> Found:
    """The utterances of both tracks as in a call: blocks of 0.2 s, one track a little behind the other."""
    room_gate = EchoGate()
    finders = {name: UtteranceFinder(echo=room_gate.ear(name) if gate else None) for name in tracks}
    found: Found = {name: [] for name in tracks}
    blocks = [
        (start + number * _BLOCK // 2, name, start)
        for number, name in enumerate(tracks)
        for start in range(0, len(tracks[name]), _BLOCK)
    ]
    for _, name, start in sorted(blocks):
        found[name] += finders[name].push(tracks[name][start : start + _BLOCK], start / RATE)
    for name, finder in finders.items():
        found[name] += finder.flush()
    return found


def is_foreign(utterance: Utterance, turns: list[Turn]) -> bool:
    """Whether most of it lies outside the speaker's own turns."""
    own = sum(_shared(utterance, turn) for turn in turns)
    return own < _OWN_SHARE * min(utterance.end - utterance.start, 0.5)


def _shared(utterance: Utterance, turn: Turn) -> float:
    return max(0.0, min(utterance.end, turn.end) - max(utterance.start, turn.start))

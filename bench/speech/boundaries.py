"""Where an utterance begins and ends, against the true times; and how many turns are found at all.

The turns of PriMock57 with synthetic voices through Opus, in a quiet and in a noisy room. The peer is what
faster-whisper's `vad_filter` makes of the same tracks: the same network with that package's own rule and settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.speech.consults import RATE, Consult, Samples, Turn, consults, room
from bench.speech.options import Options
from bench.speech.results import Row, percentile, row
from tools.demo_model.speak import opus_round_trip
from transcription.utterances import UtteranceFinder

GOAL_S = 0.15
ROOMS_DB = {"a quiet room": -60.0, "a noisy room, 16 dB": -42.0}
_BLOCK = 3200

Span = tuple[float, float]


@dataclass(slots=True)
class Errors:
    """Seconds from the true boundary to the found one, and turns of which nothing was found."""

    starts: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    turns: int = 0
    missed: int = 0
    invented: int = 0

    def add(self, turns: Sequence[Turn], found: Sequence[Span]) -> None:
        """One track: each turn's first and last boundary against those of the spans that touch it."""
        self.turns += len(turns)
        for turn in turns:
            touching = [span for span in found if span[0] < turn.end and span[1] > turn.start]
            if not touching:
                self.missed += 1
                continue
            self.starts.append(abs(touching[0][0] - turn.start))
            self.ends.append(abs(touching[-1][1] - turn.end))
        self.invented += sum(
            not any(span[0] < turn.end and span[1] > turn.start for turn in turns) for span in found
        )


def run(options: Options) -> list[Row]:
    """Rows for each room."""
    spoken = list(consults(options.data, 1 if options.short else 6, 60 if options.short else 240))
    rows: list[Row] = []
    for place, loudness in ROOMS_DB.items():
        ours, peer = Errors(), Errors()
        for track, turns in _tracks(spoken, loudness):
            ours.add(turns, found(track))
            peer.add(turns, _faster_whisper(track))
        rows += _rows(place, ours, peer)
    return rows


def _rows(place: str, ours: Errors, peer: Errors) -> Iterator[Row]:
    for name, of in _SIDES.items():
        mine, theirs = percentile(of(ours), 0.9), percentile(of(peer), 0.9)
        yield row(
            f"utterance {name}, error against the true times, p90, {place} (peer: faster-whisper's vad_filter)",
            mine * 1000,
            "ms",
            peer=theirs * 1000,
            goal="<= 150",
            met=mine <= GOAL_S,
        )
    yield row(
        f"turns of which something was found, {place}",
        (1 - ours.missed / ours.turns) * 100,
        "%",
        peer=(1 - peer.missed / peer.turns) * 100,
        goal="100",
        met=ours.missed == 0,
    )
    yield row(f"utterances in which nobody spoke, {place}", ours.invented, "", peer=peer.invented)


_SIDES: dict[str, Callable[[Errors], list[float]]] = {
    "boundaries": lambda errors: errors.starts + errors.ends,
    "starts": lambda errors: errors.starts,
    "ends": lambda errors: errors.ends,
}


def _tracks(spoken: Sequence[Consult], loudness: float) -> Iterator[tuple[Samples, list[Turn]]]:
    for number, consult in enumerate(spoken):
        for speaker, track in consult.tracks.items():
            sound = np.clip(track + room(consult.seconds, loudness, number), -1, 1)
            yield opus_round_trip(sound.astype(np.float32), 24_000), consult.of(speaker)


def found(track: Samples) -> list[Span]:
    """As in a call: blocks of 0.2 s."""
    finder = UtteranceFinder()
    utterances = [
        utterance
        for start in range(0, len(track), _BLOCK)
        for utterance in finder.push(track[start : start + _BLOCK], start / RATE)
    ] + finder.flush()
    return [(utterance.start, utterance.end) for utterance in utterances]


def _faster_whisper(track: Samples) -> list[Span]:
    from faster_whisper.vad import get_speech_timestamps

    return [(span["start"] / RATE, span["end"] / RATE) for span in get_speech_timestamps(track)]

"""Whole tracks from files: each participant's sound in, one transcript out."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from transcription.audio import decode
from transcription.echo import EchoGate
from transcription.model import (
    SAMPLE_RATE,
    Request,
    Samples,
    SpokenTurn,
    TranscriptDocument,
    Transcription,
    Utterance,
    document_id,
)
from transcription.models import ModelFile
from transcription.ports import EchoEar, Transcriber
from transcription.utterances import UtteranceFinder

_AT_ONCE = 64
_BLOCK = SAMPLE_RATE // 5

Incomplete = Callable[[str, float, float], None]
"""Told of a file that ends too early: speaker, seconds that could be read, seconds that it promised."""

Heard = Callable[[str, Utterance, Transcription], None]
"""Told of each utterance as it is done: speaker, utterance, what was heard."""


def find_in_tracks(
    tracks: Mapping[str, Path], incomplete: Incomplete | None = None
) -> Iterator[tuple[str, Utterance]]:
    """The utterances of tracks that begin at the same moment, each with its speaker, about in the order of their ends.

    The tracks are heard side by side: what one microphone took up of the other speakers from its loudspeaker is not
    that speaker's.

    Args:
        tracks: speaker to file.
        incomplete: told of a file that ends too early.

    Raises:
        AudioMissing, NotAudio, AudioTooLong, AudioTooShort: of the first file that cannot be read.
    """
    gate = EchoGate()
    running = {name: _Running(path, gate.ear(name), name, incomplete) for name, path in tracks.items()}
    while running:
        name, track = min(running.items(), key=lambda item: item[1].seconds)
        found = track.step()
        if found is None:
            del running[name]
            found = track.finder.flush()
        for utterance in found:
            yield name, utterance


class _Running:
    """One file, as far as it was heard."""

    def __init__(self, path: Path, ear: EchoEar, name: str, incomplete: Incomplete | None) -> None:
        self.finder = UtteranceFinder(echo=ear)
        self._taken = 0
        told = partial(incomplete, name) if incomplete else None
        self._blocks = decode(path, cut_off=told)

    @property
    def seconds(self) -> float:
        return self._taken / SAMPLE_RATE

    def step(self) -> list[Utterance] | None:
        """The utterances that the next fifth of a second closed; None at the end. (A file's own blocks are smaller.)"""
        blocks: list[Samples] = []
        while sum(map(len, blocks)) < _BLOCK and (block := next(self._blocks, None)) is not None:
            blocks.append(block)
        if not blocks:
            return None
        sound = np.concatenate(blocks)
        found = self.finder.push(sound, self.seconds)
        self._taken += len(sound)
        return found


def transcribe_tracks(
    tracks: Mapping[str, Path],
    transcriber: Transcriber,
    model: ModelFile,
    heard: Heard | None = None,
    incomplete: Incomplete | None = None,
) -> TranscriptDocument:
    """Transcribe the tracks and put the turns of all speakers in the order in which they began.

    Args:
        tracks: speaker to file; all files begin at the same moment.
        transcriber: hears one utterance.
        model: the transcriber's model, named in the document.
        heard: told of each utterance, for progress.
        incomplete: told of a file that ends too early.

    Raises:
        AudioMissing, NotAudio, AudioTooLong, AudioTooShort: of the first file that cannot be read.
    """
    turns: list[SpokenTurn] = []
    flagged: list[float] = []
    for speaker, utterance, found in _hear(transcriber, find_in_tracks(tracks, incomplete)):
        if heard:
            heard(speaker, utterance, found)
        if found.text:
            turns.append(_turn(speaker, utterance, found))
            flagged += [turns[-1].start] if found.warnings else []
    ordered = tuple(sorted(turns, key=lambda turn: (turn.start, turn.end)))
    return TranscriptDocument(document_id(ordered), model.name, model.notice, ordered, tuple(sorted(flagged)))


def _hear(
    transcriber: Transcriber, utterances: Iterator[tuple[str, Utterance]]
) -> Iterator[tuple[str, Utterance, Transcription]]:
    """Several at once: an engine's weights are read once for all of them."""
    while batch := list(islice(utterances, _AT_ONCE)):
        heard = transcriber.transcribe([Request(utterance.samples) for _, utterance in batch])
        for (speaker, utterance), found in zip(batch, heard, strict=True):
            yield speaker, utterance, found


def _turn(speaker: str, utterance: Utterance, found: Transcription) -> SpokenTurn:
    start, end = round(utterance.start, 3), round(utterance.end, 3)
    return SpokenTurn(speaker, found.text, start, end, round(found.confidence, 3))

"""Whole tracks from files: each participant's sound in, one transcript out."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from transcription.audio import decode
from transcription.model import (
    SAMPLE_RATE,
    Request,
    SpokenTurn,
    TranscriptDocument,
    Transcription,
    Utterance,
    document_id,
)
from transcription.models import ModelFile
from transcription.ports import Transcriber
from transcription.utterances import UtteranceFinder

_AT_ONCE = 16

Heard = Callable[[str, Utterance, Transcription], None]
"""Told of each utterance as it is done: speaker, utterance, what was heard."""


def find_utterances(path: Path) -> Iterator[Utterance]:
    """The utterances of one track, seconds from its start; errors as :func:`transcription.decode`."""
    finder = UtteranceFinder()
    taken = 0
    for block in decode(path):
        yield from finder.push(block, taken / SAMPLE_RATE)
        taken += len(block)
    yield from finder.flush()


def transcribe_tracks(
    tracks: Mapping[str, Path], transcriber: Transcriber, model: ModelFile, heard: Heard | None = None
) -> TranscriptDocument:
    """Transcribe each track and put the turns of all speakers in the order in which they began.

    Args:
        tracks: speaker to file; all files begin at the same moment.
        transcriber: hears one utterance.
        model: the transcriber's model, named in the document.
        heard: told of each utterance, for progress.

    Raises:
        AudioMissing, NotAudio, AudioTooLong: of the first file that cannot be read.
    """
    turns: list[SpokenTurn] = []
    flagged: list[float] = []
    for speaker, path in tracks.items():
        for utterance, found in _hear(transcriber, find_utterances(path)):
            if heard:
                heard(speaker, utterance, found)
            if found.text:
                turns.append(_turn(speaker, utterance, found))
                flagged += [turns[-1].start] if found.warnings else []
    ordered = tuple(sorted(turns, key=lambda turn: (turn.start, turn.end)))
    return TranscriptDocument(document_id(ordered), model.name, model.notice, ordered, tuple(sorted(flagged)))


def _hear(
    transcriber: Transcriber, utterances: Iterator[Utterance]
) -> Iterator[tuple[Utterance, Transcription]]:
    """Several at once: an engine's weights are read once for all of them."""
    while batch := list(islice(utterances, _AT_ONCE)):
        heard = transcriber.transcribe([Request(utterance.samples) for utterance in batch])
        yield from zip(batch, heard, strict=True)


def _turn(speaker: str, utterance: Utterance, found: Transcription) -> SpokenTurn:
    start, end = round(utterance.start, 3), round(utterance.end, 3)
    return SpokenTurn(speaker, found.text, start, end, round(found.confidence, 3))

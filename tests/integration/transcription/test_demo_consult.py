"""The demo consult through the whole of this package: FLAC, Silero, Whisper, transcript."""

import argparse
import itertools
import json
import time
from pathlib import Path

import numpy as np
import pytest

from tests.integration.transcription.spoken import TRACKS, find_utterances, timeline, word_error_rate
from transcription import (
    ModelFile,
    Request,
    TranscriptDocument,
    UtteranceFinder,
    cli,
    decode_all,
    transcribe_tracks,
)
from transcription.engines.openai import WhisperTranscriber
from transcription.errors import ModelCorrupt, UtteranceTooLong
from transcription.models import DEMO_FILE

pytestmark = pytest.mark.integration


@pytest.fixture(scope="session")
def document(transcriber: WhisperTranscriber, demo: ModelFile) -> TranscriptDocument:
    return transcribe_tracks(TRACKS, transcriber, demo)


def test_each_turn_is_one_utterance_at_its_time() -> None:
    off = [
        (found.start - said.start, found.end - said.end)
        for speaker, path in TRACKS.items()
        for found, said in itertools.zip_longest(
            find_utterances(path), [turn for turn in timeline() if turn.speaker == speaker]
        )
    ]
    assert np.percentile(np.abs(off), 90) <= 0.15


def test_the_same_utterances_come_out_of_20_ms_packets() -> None:
    """As in a call, and cheaply: far less than a tenth of a core for one track."""
    samples, finder = decode_all(TRACKS["patient"]), UtteranceFinder()
    began = time.process_time()
    found = [
        utterance
        for start in range(0, len(samples), 320)
        for utterance in finder.push(samples[start : start + 320], start / 16_000)
    ] + finder.flush()
    assert time.process_time() - began < 0.1 * len(samples) / 16_000
    whole = list(find_utterances(TRACKS["patient"]))
    assert [(one.start, one.end) for one in found] == [(one.start, one.end) for one in whole]


@pytest.mark.parametrize("speaker", ["doctor", "patient"])
def test_at_most_a_fifth_of_the_words_is_wrong(document: TranscriptDocument, speaker: str) -> None:
    spoken = " ".join(turn.text for turn in timeline() if turn.speaker == speaker)
    heard = " ".join(turn.text for turn in document.turns if turn.speaker == speaker)
    assert word_error_rate(spoken, heard) <= 0.2


def test_every_line_has_its_speaker(document: TranscriptDocument) -> None:
    assert [turn.speaker for turn in document.turns] == [turn.speaker for turn in timeline()]


def test_the_demo_model_says_what_it_is(document: TranscriptDocument) -> None:
    assert document.model == "demo"
    assert "not for care" in (document.notice or "")


def test_the_checkpoint_is_small_and_whispers_own_loader_reads_it() -> None:
    import whisper

    assert DEMO_FILE.stat().st_size <= 20_000_000
    assert whisper.load_model(str(DEMO_FILE)).dims.n_vocab == 51_864


@pytest.mark.parametrize("seconds", [0.0, 0.05, 1.0, 30.0])
def test_silence_has_no_words(transcriber: WhisperTranscriber, seconds: float) -> None:
    (heard,) = transcriber.transcribe([Request(np.zeros(int(seconds * 16_000), dtype=np.float32))])
    assert (heard.text, heard.confidence, heard.warnings) == ("", 0.0, ("no_speech",))


def test_more_than_a_window_is_refused(transcriber: WhisperTranscriber) -> None:
    with pytest.raises(UtteranceTooLong):
        transcriber.transcribe([Request(np.zeros(31 * 16_000, dtype=np.float32))])


def test_words_make_up_the_text_and_have_confidences(transcriber: WhisperTranscriber) -> None:
    (heard,) = transcriber.transcribe([Request(next(find_utterances(TRACKS["patient"])).samples)])
    assert " ".join(word.text for word in heard.words) == heard.text
    assert all(0 <= word.confidence <= 1 for word in heard.words)
    assert 0.5 < heard.confidence <= 1


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 half a checkpoint"])
def test_a_damaged_checkpoint_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.pt"
    path.write_bytes(content)
    with pytest.raises(ModelCorrupt):
        WhisperTranscriber(ModelFile("broken", path))


def test_the_command_writes_what_the_note_command_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], document: TranscriptDocument
) -> None:
    output = tmp_path / "consult.json"
    parser = argparse.ArgumentParser()
    cli.add_transcribe_command(parser.add_subparsers())
    tracks = [part for name, path in TRACKS.items() for part in ("--track", f"{name}={path}")]
    options = parser.parse_args(["transcribe", *tracks, "--output", str(output), "--threads", "1"])
    assert options.run(options) == 0
    page = json.loads(output.read_text(encoding="utf-8"))
    assert page["id"] == document.id
    assert set(page["turns"][0]) == {"speaker", "text", "start", "end", "confidence"}
    told = capsys.readouterr()
    assert told.out == ""
    assert "not for care" in told.err
    assert page["turns"][0]["text"] not in told.err

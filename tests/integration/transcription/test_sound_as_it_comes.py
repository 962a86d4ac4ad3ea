"""What people really give to `consultroom transcribe`: other rates, channels and levels are heard, the rest is one
clear error or warning."""

import argparse
import io
import json
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.integration.transcription.spoken import TRACKS, timeline, word_error_rate
from transcription import cli, decode_all

pytestmark = pytest.mark.integration

RATE = 16_000
FIRST = next(turn for turn in timeline() if turn.speaker == "doctor")


@pytest.fixture(scope="module")
def voice() -> NDArray[np.float32]:
    """The doctor's first turn, with the silence around it."""
    return decode_all(TRACKS["doctor"])[: round((FIRST.end + 0.8) * RATE)]


def wav(sound: NDArray[np.float32], rate: int = RATE) -> bytes:
    """``(n,)`` or ``(n, channels)`` as 16-bit WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1 if sound.ndim == 1 else sound.shape[1], 2, rate, 0, "NONE", ""))
        writer.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()


def transcribe(*tracks: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_transcribe_command(parser.add_subparsers())
    given = [part for track in tracks for part in ("--track", track)]
    options = parser.parse_args(["transcribe", *given, "--threads", "1"])
    return int(options.run(options))


@pytest.mark.parametrize(
    "made",
    [
        lambda voice: wav(voice[::2], RATE // 2),
        lambda voice: wav(np.stack([voice, voice], axis=1)),
        lambda voice: wav(np.stack([voice, -voice], axis=1)),
        lambda voice: wav(np.stack([np.zeros_like(voice), voice], axis=1)),
        lambda voice: wav(np.clip(voice * 3, -0.99, 0.99)),
        lambda voice: wav(voice * 0.8 + 0.15),
        lambda voice: wav(voice * 0.02),
    ],
    ids=["8 kHz", "stereo", "wrong phase", "one side", "clipped", "offset", "faint"],
)
def test_it_is_heard(
    made: Callable[[NDArray[np.float32]], bytes],
    voice: NDArray[np.float32],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "voice.wav").write_bytes(made(voice))
    assert transcribe(f"doctor={tmp_path / 'voice.wav'}") == 0
    turns = json.loads(capsys.readouterr().out)["turns"]
    assert word_error_rate(FIRST.text, " ".join(turn["text"] for turn in turns)) <= 0.35
    assert turns[0]["start"] == pytest.approx(FIRST.start, abs=0.2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_audio"),
        (b"%PDF-1.7 " * 100, "not_audio"),
        (wav(np.full(RATE // 10, 0.1, np.float32)), "audio_too_short"),
        (wav(np.zeros(2 * RATE, np.float32)), "no_speech_found"),
    ],
    ids=["empty", "a PDF", "0.1 s", "silent"],
)
def test_it_is_one_clear_error(
    content: bytes, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "voice.wav").write_bytes(content)
    assert transcribe(f"doctor={tmp_path / 'voice.wav'}") == 1
    told = capsys.readouterr()
    errors = [line for line in told.err.splitlines() if line.startswith("error[")]
    assert [line.partition("]")[0] for line in errors] == [f"error[{code}"]
    assert told.out == ""


def test_a_silent_track_and_one_cut_off_are_told_of(
    voice: NDArray[np.float32], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = wav(np.concatenate([voice, voice]))
    (tmp_path / "cut.wav").write_bytes(twice[: len(twice) // 2])
    (tmp_path / "silent.wav").write_bytes(wav(np.zeros(RATE, np.float32)))
    assert transcribe(f"doctor={tmp_path / 'cut.wav'}", f"patient={tmp_path / 'silent.wav'}") == 0
    told = capsys.readouterr()
    assert "warning: the file of doctor ends too early, only " in told.err
    assert "warning: nobody speaks in the file of patient" in told.err
    assert {turn["speaker"] for turn in json.loads(told.out)["turns"]} == {"doctor"}

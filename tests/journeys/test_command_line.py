"""The same consult from files: `consultroom transcribe` and `consultroom note` agree with what the call gave."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.spoken import lines, wav_of, word_error_rate

MOST_WORD_ERRORS = 0.20


def consultroom(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def transcript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spoken")
    tracks = [f"--track={speaker}={wav_of(speaker, folder)}" for speaker in ("doctor", "patient")]
    done = consultroom("transcribe", *tracks, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert "not for care" in done.stderr.lower()
    target = folder / "transcript.json"
    target.write_text(done.stdout)
    return target


@pytest.mark.parametrize("speaker", ["doctor", "patient"])
def test_each_speakers_words_are_written_down(transcript: Path, speaker: str) -> None:
    turns = json.loads(transcript.read_text())["turns"]
    heard = " ".join(turn["text"] for turn in turns if turn["speaker"] == speaker)
    rate = word_error_rate(" ".join(lines(speaker)), heard)
    print(f"word error rate from files, {speaker}: {rate:.3f}")
    assert rate <= MOST_WORD_ERRORS, heard


@pytest.mark.parametrize(
    ("section", "words", "state", "spoken"),
    [
        ("subjective.chief_complaint", "headache", "present", "headache"),
        (None, "fever", "absent", "fever"),
        ("subjective.allergies", "penicillin", "present", "penicillin"),
        ("subjective.medications", "lisinopril", "present", "lisinopril"),
        ("plan", "week", "present", "weeks"),
    ],
)
def test_the_note_of_the_transcript_holds_what_was_said(
    transcript: Path, section: str | None, words: str, state: str, spoken: str
) -> None:
    done = consultroom("note", str(transcript))
    assert done.returncode == 0, done.stderr
    turns = json.loads(transcript.read_text())["turns"]
    found = [
        statement
        for statement in json.loads(done.stdout)["statements"]
        if words in statement["text"].lower()
        and statement["state"] == state
        and section in (None, statement["section"])
    ]
    assert found, done.stdout
    evidence = " ".join(turns[index]["text"].lower() for index in found[0]["evidence"])
    assert spoken in evidence


def test_a_file_that_is_no_audio_is_one_clear_error(tmp_path: Path) -> None:
    wrong = tmp_path / "scan.wav"
    wrong.write_bytes(b"%PDF-1.7 this is a document")
    done = consultroom("transcribe", "--track", f"doctor={wrong}")
    assert done.returncode == 1
    assert done.stdout == ""
    assert [line for line in done.stderr.splitlines() if line.startswith("error[not_audio]:")]
    assert "Traceback" not in done.stderr


def test_an_empty_transcript_is_one_clear_error(tmp_path: Path) -> None:
    empty, target = tmp_path / "empty.json", tmp_path / "note.json"
    empty.write_text('{"turns": []}')
    done = consultroom("note", str(empty), str(target))
    assert done.returncode == 1
    assert done.stderr.startswith("error[")
    assert not target.exists()

"""The command line up to the model: parsing, exit statuses, one clear line for an error."""

import argparse
from pathlib import Path

import pytest

from transcription import cli
from transcription.errors import ModelDownloadFailed
from transcription.models import ModelFile


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    cli.add_transcribe_command(commands)
    cli.add_models_command(commands)
    options = parser.parse_args(arguments)
    return int(options.run(options))


@pytest.mark.parametrize("track", ["doctor", "=a.wav", "doctor="])
def test_a_track_needs_speaker_and_file(track: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run("transcribe", "--track", track)
    assert left.value.code == 2
    assert "SPEAKER=FILE" in capsys.readouterr().err


def test_one_track_a_speaker(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("transcribe", "--track", "doctor=a.wav", "--track", "doctor=b.wav") == 2
    assert "one --track only" in capsys.readouterr().err


def test_a_file_that_is_not_audio_is_one_line_and_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model.pt").write_bytes(b"")
    (tmp_path / "letter.wav").write_bytes(b"%PDF-1.7")
    status = run(
        "transcribe", "--track", f"doctor={tmp_path / 'letter.wav'}", "--model", str(tmp_path / "model.pt")
    )
    err = capsys.readouterr().err
    assert status == 1
    assert err.startswith("error[not_audio]: ")
    assert err.count("\n") == 1
    assert " - Give a WAV" in err


def test_fetch_reports_failure_and_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(name: str, progress: object) -> ModelFile:
        raise ModelDownloadFailed("The model tiny.en could not be downloaded (offline).")

    monkeypatch.setattr(cli, "fetch", failing)
    assert run("models", "fetch", "tiny.en") == 1
    assert "error[model_download_failed]: The model tiny.en could not" in capsys.readouterr().err
    monkeypatch.setattr(cli, "fetch", lambda name, progress: ModelFile(name, tmp_path / "tiny.en.pt"))
    assert run("models", "fetch", "tiny.en") == 0
    assert "tiny.en is ready" in capsys.readouterr().err


def test_only_what_the_engine_keeps_is_converted_without_an_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("models", "convert", "demo", "--quantization", "float16") == 2
    assert "name an --output" in capsys.readouterr().err


def test_a_conversion_never_writes_over_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("models", "convert", "demo", "--output", str(tmp_path)) == 2
    assert "something at that --output" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_list_tells_what_is_here_and_what_is_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONSULTROOM_MODELS_DIR", str(tmp_path))
    (tmp_path / "base.en.pt").write_bytes(b"")
    folder = tmp_path / "ctranslate2" / "demo-0123456789abcdef-int8-1"
    folder.mkdir(parents=True)
    for name in ("model.bin", "config.json"):
        (folder / name).write_bytes(b"")
    assert run("models", "list") == 0
    told = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert told["demo"].startswith("here, converted")
    assert (told["base.en"], told["small.en"]) == ("here", "-")


def test_a_checkpoint_that_is_not_here_cannot_be_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONSULTROOM_MODELS_DIR", str(tmp_path))
    assert run("models", "convert", "small.en") == 1
    assert capsys.readouterr().err.startswith("error[model_missing]: ")

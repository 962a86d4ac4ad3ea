"""`consultroom transcribe` and `consultroom models`: the same engine and rules as in a visit, from files."""

import argparse
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

from core.errors import ServiceError
from transcription.files import transcribe_tracks
from transcription.model import Transcription, Utterance
from transcription.models import DEMO, DEMO_FILE, fetch, models_folder, official, resolve
from transcription.render import FORMATS, render

Commands = argparse._SubParsersAction


def add_transcribe_command(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Mount ``transcribe``; its ``run`` default takes the parsed options and returns the exit status."""
    command = commands.add_parser(
        "transcribe", help="speech files to a transcript", description=run_transcribe.__doc__
    )
    command.add_argument("--track", action="append", required=True, type=_track, metavar="SPEAKER=FILE")
    command.add_argument(
        "--model", default=DEMO, help="demo, a Whisper name such as base.en, or a checkpoint's path"
    )
    command.add_argument("--format", choices=FORMATS, default="json")
    command.add_argument("--output", type=Path, metavar="FILE", help="write here instead of standard output")
    command.add_argument("--threads", type=int, default=2, choices=range(1, 65), metavar="N")
    command.set_defaults(run=_reported(run_transcribe))


def add_models_command(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Mount ``models list`` and ``models fetch NAME``."""
    command = commands.add_parser("models", help="speech models on this machine")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="names, and which are here").set_defaults(run=_reported(run_list))
    fetching = actions.add_parser("fetch", help="download official weights and check them")
    fetching.add_argument("name", help="for example base.en")
    fetching.set_defaults(run=_reported(run_fetch))


def run_transcribe(options: argparse.Namespace) -> int:
    """Transcribe one sound file per speaker, all beginning at the same moment, into one transcript."""
    tracks = dict(options.track)
    if len(tracks) < len(options.track):
        print("error: each speaker can have one --track only", file=sys.stderr)
        return 2
    model = resolve(options.model)
    for path in tracks.values():
        _readable(path)
    if model.notice:
        print(f"notice: {model.notice}", file=sys.stderr)
    from transcription.engines import load

    document = transcribe_tracks(tracks, load("openai", model, options.threads), model, _progress)
    for start in document.flagged:
        print(f"warning: the turn at {start:.1f} s is uncertain; listen to it", file=sys.stderr)
    _write(render(document, options.format), options.output)
    return 0


def run_list(options: argparse.Namespace) -> int:
    """Print each model's name and whether it is on this machine."""
    print(f"{DEMO:16} {'here' if DEMO_FILE.is_file() else 'missing'}  (demo voices and words; not for care)")
    for name, address in official().items():
        here = (models_folder() / address.rsplit("/", 1)[-1]).is_file()
        print(f"{name:16} {'here' if here else '-'}")
    return 0


def run_fetch(options: argparse.Namespace) -> int:
    """Download official Whisper weights, check them against their checksum, keep them for `--model NAME`."""
    model = fetch(options.name, progress=_downloading)
    print(f"{model.name} is ready: {model.path}", file=sys.stderr)
    return 0


def _track(value: str) -> tuple[str, Path]:
    speaker, equals, path = value.partition("=")
    if not (speaker.strip() and equals and path):
        raise argparse.ArgumentTypeError("write it as SPEAKER=FILE, for example doctor=doctor.wav")
    return speaker.strip(), Path(path)


def _readable(path: Path) -> None:
    """Fail for a bad file before the model is loaded: the first second is decoded and thrown away."""
    from transcription.audio import decode

    with contextlib.closing(decode(path)) as blocks:
        next(blocks)


def _progress(speaker: str, utterance: Utterance, found: Transcription) -> None:
    print(f"{speaker}: {utterance.end:.1f} s", file=sys.stderr)


def _downloading(done: int, total: int) -> None:
    share = f" of {total / 1e6:.0f}" if total else ""
    print(f"\r{done / 1e6:.0f}{share} MB", end="" if done < total else "\n", file=sys.stderr, flush=True)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8")


def _reported(run: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Turn a typed error into one line on standard error and exit status 1."""

    def reporting(options: argparse.Namespace) -> int:
        try:
            return run(options)
        except ServiceError as error:
            print(f"error[{error.code}]: {error.detail or error.title} - {error.next_step}", file=sys.stderr)
            return 1

    return reporting

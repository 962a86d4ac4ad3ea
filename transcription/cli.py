"""`consultroom transcribe` and `consultroom models`: the same engine and rules as in a visit, from files."""

import argparse
import contextlib
import sys
from collections.abc import Callable, Mapping, Set
from pathlib import Path

from core.errors import ServiceError
from transcription.conversion import QUANTIZATIONS, conversions, convert, converted
from transcription.errors import ModelMissing, NoSpeechFound
from transcription.files import transcribe_tracks
from transcription.model import SAMPLE_RATE, Transcription, Utterance
from transcription.models import DEMO, fetch, is_converted, official, resolve
from transcription.render import FORMATS, render

Commands = argparse._SubParsersAction

_ENGINES = "openai-whisper, the reference, or CTranslate2 in int8 (faster), which converts the weights once"
_QUANTIZATION = "int8 (for processors; the engine keeps it), or for a GPU's folder: " + ", ".join(
    QUANTIZATIONS[1:]
)


def add_transcribe_command(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Mount ``transcribe``; its ``run`` default takes the parsed options and returns the exit status."""
    command = commands.add_parser(
        "transcribe", help="speech files to a transcript", description=run_transcribe.__doc__
    )
    command.add_argument("--track", action="append", required=True, type=_track, metavar="SPEAKER=FILE")
    command.add_argument(
        "--model",
        default=DEMO,
        help="demo, a Whisper name such as base.en, or the path of a checkpoint or a CTranslate2 folder",
    )
    command.add_argument("--engine", default="openai", choices=("openai", "faster"), help=_ENGINES)
    command.add_argument(
        "--context",
        default="fitted",
        choices=("fitted", "full"),
        help="the encoder hears each utterance in a window of its length, or always in 30 seconds",
    )
    command.add_argument("--format", choices=FORMATS, default="json")
    command.add_argument("--output", type=Path, metavar="FILE", help="write here instead of standard output")
    command.add_argument("--threads", type=int, default=2, choices=range(1, 65), metavar="N")
    command.set_defaults(run=_reported(run_transcribe))


def add_models_command(commands: "Commands[argparse.ArgumentParser]") -> None:
    """Mount ``models list``, ``models fetch NAME`` and ``models convert MODEL``."""
    command = commands.add_parser("models", help="speech models on this machine")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="names, and which are here").set_defaults(run=_reported(run_list))
    fetching = actions.add_parser("fetch", help="download official weights and check them")
    fetching.add_argument("name", help="for example base.en")
    fetching.set_defaults(run=_reported(run_fetch))
    converting = actions.add_parser(
        "convert", help="make a checkpoint ready for the engine `faster`", description=run_convert.__doc__
    )
    converting.add_argument("model", help="demo, a fetched Whisper name, or a checkpoint's path")
    converting.add_argument("--output", type=Path, metavar="FOLDER", help="write here, for another machine")
    converting.add_argument(
        "--quantization", default="int8", metavar="TYPE", choices=QUANTIZATIONS, help=_QUANTIZATION
    )
    converting.set_defaults(run=_reported(run_convert))


def run_transcribe(options: argparse.Namespace) -> int:
    """Transcribe one sound file per speaker, all beginning at the same moment, into one transcript."""
    tracks = dict(options.track)
    if len(tracks) < len(options.track):
        print("error: each speaker can have one --track only", file=sys.stderr)
        return 2
    model = resolve(options.model)
    for speaker, path in tracks.items():
        _readable(speaker, path)
    if model.notice:
        print(f"notice: {model.notice}", file=sys.stderr)
    from transcription.engines import load

    transcriber = load(options.engine, model, options.threads, options.context)
    document = transcribe_tracks(tracks, transcriber, model, _progress, _cut_off)
    _silent(tracks, {turn.speaker for turn in document.turns})
    for start in document.flagged:
        print(f"warning: the turn at {start:.1f} s is uncertain; listen to it", file=sys.stderr)
    _write(render(document, options.format), options.output)
    return 0


def run_list(options: argparse.Namespace) -> int:
    """Print each model's name, whether it is on this machine, and whether it is converted for `faster`."""
    for name in (DEMO, *official()):
        note = "  (demo voices and words; not for care)" if name == DEMO else ""
        print(f"{name:16} {_presence(name):18}{note}".rstrip())
    return 0


def run_convert(options: argparse.Namespace) -> int:
    """Convert a checkpoint to CTranslate2 now; without it the engine `faster` does so on first use."""
    if options.output is None and options.quantization != "int8":
        print("error: what the engine keeps is int8; name an --output for other types", file=sys.stderr)
        return 2
    if options.output is not None and options.output.exists():
        print("error: there is something at that --output already", file=sys.stderr)
        return 2
    model = resolve(options.model)
    folder = options.output or converted(model)
    if options.output:
        convert(model, folder, options.quantization)
    print(f"{model.name} is ready for the engine faster: {folder}", file=sys.stderr)
    return 0


def run_fetch(options: argparse.Namespace) -> int:
    """Download official Whisper weights, check them against their checksum, keep them for `--model NAME`."""
    model = fetch(options.name, progress=_downloading)
    print(f"{model.name} is ready: {model.path}", file=sys.stderr)
    return 0


def _presence(name: str) -> str:
    try:
        model = resolve(name)
    except ModelMissing:
        return "-"
    made = is_converted(model.path) or any(conversions(model))
    return "here, converted" if made else "here"


def _track(value: str) -> tuple[str, Path]:
    speaker, equals, path = value.partition("=")
    if not (speaker.strip() and equals and path):
        raise argparse.ArgumentTypeError("write it as SPEAKER=FILE, for example doctor=doctor.wav")
    return speaker.strip(), Path(path)


def _readable(speaker: str, path: Path) -> None:
    """Fail for a bad file before the model is loaded: the first second is decoded and thrown away."""
    from transcription.audio import decode

    heard = 0
    try:
        with contextlib.closing(decode(path)) as blocks:
            while heard < SAMPLE_RATE and (block := next(blocks, None)) is not None:
                heard += len(block)
    except ServiceError as error:
        raise type(error)(f"{speaker}: {error.detail or error.title}") from error


def _cut_off(speaker: str, read: float, promised: float) -> None:
    lost = f"only {read:.1f} of {promised:.1f} s could be read"
    print(f"warning: the file of {speaker} ends too early, {lost}", file=sys.stderr)


def _silent(tracks: Mapping[str, Path], heard: Set[str]) -> None:
    """One silent track is told of; where all are, there is no transcript."""
    if not heard:
        raise NoSpeechFound
    for speaker in tracks.keys() - heard:
        print(f"warning: nobody speaks in the file of {speaker}", file=sys.stderr)


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

"""`consultroom note` and `consultroom findings`: JSON in, JSON or text out; bad input is one line on stderr, exit 1."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from core.errors import ServiceError
from soap.errors import FileUnreadable, TranscriptEmpty
from soap.findings import findings_json
from soap.reading import Json, note_json, parse


def add_note_command(subcommands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Mount `note`; the parsed arguments carry `run(arguments) -> exit status`."""
    parser = subcommands.add_parser(
        "note", help="draft a SOAP note from a transcript (JSON of `consultroom transcribe`)"
    )
    _add_files(parser)
    parser.add_argument("--format", choices=("json", "text"), default="json")
    parser.set_defaults(run=run_note)


def add_findings_command(subcommands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Mount `findings`."""
    parser = subcommands.add_parser(
        "findings", help="find symptoms, conditions and medicines in a text or transcript"
    )
    _add_files(parser)
    parser.set_defaults(run=run_findings)


def _add_files(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="IN", help="JSON file, - for standard input")
    parser.add_argument(
        "output",
        metavar="OUT",
        nargs="?",
        default="-",
        help="where to write (default: - for standard output)",
    )
    parser.add_argument("--batch", action="store_true", help="IN and OUT are JSON Lines, one document a line")


def run_note(arguments: argparse.Namespace) -> int:
    """Exit status 0, or 1 with one error line and nothing written."""
    if arguments.format == "text":
        return _run(arguments, note_json, _named if arguments.batch else _read_out)
    return _run(arguments, note_json, _line if arguments.batch else _page)


def run_findings(arguments: argparse.Namespace) -> int:
    """Exit status 0, or 1 with one error line and nothing written."""
    return _run(arguments, findings_json, _line if arguments.batch else _page)


def _read_out(note: Json) -> str:
    """The note, and below it what waits for the doctor."""
    tray = note["review"]
    items = (
        [f"- {item['text']}\n" for item in tray if isinstance(item, dict)] if isinstance(tray, list) else []
    )
    return str(note["text"]) + ("\nTo review\n" + "".join(items) if items else "")


def _named(note: Json) -> str:
    """One of several notes, under its id."""
    return f"=== {note['id']} ===\n{_read_out(note)}\n"


def _line(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False) + "\n"


def _page(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _run(arguments: argparse.Namespace, make: Callable[[Json], Json], write: Callable[[Json], str]) -> int:
    number = 0
    try:
        documents = _read(arguments.input)
        pieces = [documents]
        if arguments.batch:
            pieces = [line for line in documents.split("\n") if line.strip()]
            if not pieces:
                raise TranscriptEmpty
        written = []
        for piece in pieces:
            number += 1
            written.append(write(make(parse(piece))))
        _write(arguments.output, "".join(written))
    except ServiceError as error:
        where = f"Line {number}: " if arguments.batch and number else ""
        detail = error.detail or f"{error.title}."
        print(f"error[{error.code}]: {where}{detail.rstrip('.')} - {error.next_step}", file=sys.stderr)
        return 1
    return 0


def _read(name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnreadable("The input is not UTF-8 text.") from error
    except OSError as error:
        raise FileUnreadable(f"The input could not be read: {os.strerror(error.errno or 0)}.") from error


def _write(name: str, text: str) -> None:
    """Write whole or not at all: a temporary file beside the target, then renamed over it."""
    if name == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    target = Path(name)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".note-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise FileUnreadable(f"The output could not be written: {os.strerror(error.errno or 0)}.") from error

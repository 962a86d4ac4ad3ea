"""The figures of the notes: ``python -m bench.notes aci primock``; without names all of them.

Prints a table; ``--keep`` (which `make bench-notes` gives) writes bench/results/notes.json and, from it, the table and
plots of docs/notes-figures.md. ``--show ID`` prints one encounter: what was said or wanted beside our note. A figure
is a module of this package with ``run(options) -> list[Row]``; learned parts are scored cross-validated.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from bench.notes import folds
from bench.notes.options import Options
from bench.notes.results import Row, forget, keep, keep_curves, show

FIGURES = {
    "aci": "ROUGE-1 and concept F1 against clinicians' notes",
    "primock": "facts of the clinicians' checklists, statement precision",
    "orders": "orders by MEDIQA-OE's metric",
    "mts": "section of 20 headers",
    "polarity": "states: traps, question-answer pairs, denied findings",
    "coverage": "chief complaints and denied findings that are a concept",
    "unsupported": "statements that their evidence does not support, every corpus",
    "contradictions": "notes that contradict themselves",
    "whisper": "the note from Whisper's words against the note from the human ones",
    "bad-input": "a draft with what is there, or one clear error",
    "speed": "CPU of a draft, of one more utterance",
}
_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run the named figures one after the other; 1 when one could not be measured."""
    given = _parser().parse_args()
    if not given.data.is_dir():
        sys.exit(f"no development data at {given.data}: nothing measured")
    if (untrained := folds.missing()) and not given.packaged:
        print(
            f"NOT cross-validated (python -m tools.notes.train makes it so): {', '.join(untrained)}",
            file=sys.stderr,
        )
    options = Options(
        data=given.data,
        show=given.show,
        verbose=given.verbose,
        packaged=given.packaged,
        every=given.every,
        keep=given.keep,
    )
    if options.show:
        print(_figure(given.figures[0] if given.figures else "aci").show_one(options))
        return 0
    failed = [name for name in given.figures or FIGURES if not _measured(name, options)]
    if given.keep:
        forget(list(FIGURES))
        keep_curves({"learned on what it judges": [] if given.packaged else untrained})
        importlib.import_module("bench.notes.plots").write()
    if failed:
        print(f"not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.notes", description=__doc__)
    parser.add_argument("figures", nargs="*", choices=[[], *FIGURES], help="all without")
    parser.add_argument("--show", metavar="ID", default="", help="print one encounter of the (first) figure")
    parser.add_argument("--verbose", action="store_true", help="print every offender")
    parser.add_argument("--packaged", action="store_true", help="packaged weights, not cross-validated")
    parser.add_argument("--every", type=int, default=1, help="unsupported: only every so many-th encounter")
    parser.add_argument("--keep", action="store_true", help="write bench/results and docs/notes-figures.md")
    parser.add_argument("--data", type=Path, default=_ROOT.parent / "shared" / "data")
    return parser


def _figure(name: str) -> Any:
    return importlib.import_module(f"bench.notes.{name.replace('-', '_')}")


def _measured(name: str, options: Options) -> bool:
    began = time.monotonic()
    try:
        run = cast("Callable[[Options], list[Row]]", _figure(name).run)
        rows = run(options)
        show(rows)
        if options.keep:
            keep(name, rows)
    except Exception:
        traceback.print_exc()
        return False
    finally:
        print(f"-- {name} ({FIGURES[name]}): {time.monotonic() - began:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())

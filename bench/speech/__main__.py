"""Every speech figure beside its peer: ``make bench-speech BENCH_ARGS="cpu noise"``; without names all of them.

Prints a table, writes bench/results/speech.json and, from it, the table and plots of docs/speech-figures.md.
``--short`` shows that each bench works, on inputs too short to be a figure, and keeps nothing. A figure is a module
of this package with ``run(options) -> list[Row]``.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import cast

from bench.speech import plots
from bench.speech.options import Options
from bench.speech.results import Row, keep, show

FIGURES = {
    "boundaries": "utterance boundaries against the true times",
    "attribution": "the right speaker on two tracks that overlap",
    "noise": "words written where nobody speaks",
    "echo": "a loudspeaker's echo is no second speaker",
    "vocabulary": "drug names with the visit's terms",
    "words": "word errors of the demo model",
    "cpu": "CPU of a consult against whisper.transcribe, both engines",
    "capacity": "live consults one 2-core machine holds, both engines",
    "latency": "end of utterance to final text on screen",
    "kills": "kill -9 of the worker, 50 times",
}
_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run the named figures one after the other; 1 when one could not be measured."""
    given = _parser().parse_args()
    options = Options(data=given.data, short=given.short, threads=given.threads, keep=not given.short)
    failed = [name for name in given.figures or FIGURES if not _measured(name, options)]
    if options.keep:
        plots.write()
    if failed:
        print(f"not measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench.speech", description=__doc__)
    parser.add_argument("figures", nargs="*", choices=[[], *FIGURES], help="all without")
    parser.add_argument("--short", action="store_true", help="short inputs; nothing is kept")
    parser.add_argument("--threads", type=int, default=2, help="processor threads of the engines")
    parser.add_argument("--data", type=Path, default=_ROOT.parent / "shared" / "data")
    return parser


def _measured(name: str, options: Options) -> bool:
    began = time.monotonic()
    try:
        run = cast("Callable[[Options], list[Row]]", importlib.import_module(f"bench.speech.{name}").run)
        rows = run(options)
        show(rows)
        if options.keep:
            keep(rows)
    except Exception:
        traceback.print_exc()
        return False
    finally:
        print(f"-- {name} ({FIGURES[name]}): {time.monotonic() - began:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())

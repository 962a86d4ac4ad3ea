"""Every media figure beside its peer: `python -m bench.media [figure ...]`; prints a table, writes bench/results.

Without names all figures run in their short form (under 12 minutes). `--minutes 30` gives the full memory figure.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from bench.media import lines, load, recorded, visits
from bench.media.control import prefer
from bench.media.recorded import Recording
from bench.media.results import Row, show

Figure = Callable[[Recording, argparse.Namespace], Awaitable[list[Row]]]

FIGURES: dict[str, Figure] = {
    "cpu": lambda r, a: load.cpu(r, a.seconds, a.rounds),
    "forwarding": lambda r, a: load.forwarding(r, a.rounds + 1),
    "delay": lambda r, a: load.delay(r, a.seconds),
    "memory": lambda r, a: load.memory(r, a.minutes),
    "loss": lambda r, a: lines.audio_loss(a.seconds),
    "thin": lambda r, a: lines.thin(a.seconds),
    "outage": lambda r, a: visits.outage(a.runs),
    "join": lambda r, a: visits.join(a.runs),
}


async def run(given: argparse.Namespace) -> int:
    recording = recorded.load()
    failed = []
    for name in given.figures or FIGURES:
        began = time.monotonic()
        try:
            show(await FIGURES[name](recording, given))
        except Exception as error:
            failed.append(name)
            print(f"{name}: not measured: {type(error).__name__}: {error}", flush=True)
        print(f"-- {name}: {time.monotonic() - began:.0f} s", flush=True)
    return 1 if failed else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", nargs="*", choices=[[], *FIGURES], help="all without")
    parser.add_argument("--seconds", type=float, default=15, help="of each measurement under load")
    parser.add_argument("--rounds", type=int, default=2, help="of CPU and rate, peers in turns")
    parser.add_argument("--runs", type=int, default=6, help="of joins and outages")
    parser.add_argument("--minutes", type=float, default=1, help="of the memory figure (the goal names 30)")
    parser.add_argument(
        "--realtime", action="store_true", help="real-time scheduling, on a busy machine (root)"
    )
    given = parser.parse_args()
    if given.realtime:
        prefer()
    sys.exit(asyncio.run(run(given)))


if __name__ == "__main__":
    main()

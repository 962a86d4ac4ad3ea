"""Rows of the table, printed and kept in bench/results/media.json; curves for the plots beside them.

A run of some figures replaces those rows and keeps the others, each with the time it was measured at.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "results"
RESULTS, CURVES = FOLDER / "media.json", FOLDER / "media-curves.json"
Row = dict[str, Any]


def row(figure: str, ours: float, peer: float | None, unit: str, goal: str, met: bool | None) -> Row:
    """`met` None: a figure for comparison, without a goal."""
    return {
        "figure": figure,
        "ours": round(ours, 4),
        "peer": peer if peer is None else round(peer, 4),
        "ratio": round(ours / peer, 4) if peer else None,
        "unit": unit,
        "goal": goal,
        "met": met,
        "measured": time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def show(rows: Sequence[Row]) -> None:
    for entry in rows:
        peer = "-" if entry["peer"] is None else f"{entry['peer']:.3g}"
        met = {True: "met", False: "NOT MET", None: ""}[entry["met"]]
        print(
            f"{entry['figure']:76} {entry['ours']:9.4g} {peer:>8} {entry['unit']:12} {entry['goal']:22} {met}",
            flush=True,
        )


def keep(rows: Sequence[Row], curves: dict[str, Any] | None = None) -> None:
    FOLDER.mkdir(exist_ok=True)
    known = {entry["figure"]: entry for entry in _read(RESULTS, [])}
    known.update({entry["figure"]: entry for entry in rows})
    RESULTS.write_text(json.dumps(list(known.values()), indent=2) + "\n", encoding="utf-8")
    if curves:
        CURVES.write_text(json.dumps(_read(CURVES, {}) | curves) + "\n", encoding="utf-8")


def _read(path: Path, otherwise: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else otherwise

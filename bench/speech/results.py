"""Rows of the table, printed and kept in bench/results/speech.json; curves for the plots beside them.

A run of some figures replaces those rows and keeps the others, each with the time it was measured at.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

FOLDER = Path(__file__).resolve().parents[1] / "results"
RESULTS, CURVES = FOLDER / "speech.json", FOLDER / "speech-curves.json"


class Row(TypedDict):
    """One line of the table; ``met`` None: a figure that explains another and has no goal."""

    figure: str
    ours: float | None
    peer: float | None
    ratio: float | None
    unit: str
    goal: str
    met: bool | None
    measured: str


def row(
    figure: str,
    ours: float | None,
    unit: str,
    *,
    peer: float | None = None,
    goal: str = "",
    met: bool | None = None,
) -> Row:
    """A row measured now. NaN and infinity become None: JSON knows neither."""
    mine, theirs = _number(ours), _number(peer)
    return Row(
        figure=figure,
        ours=mine,
        peer=theirs,
        ratio=round(mine / theirs, 4) if mine is not None and theirs else None,
        unit=unit,
        goal=goal,
        met=met,
        measured=time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
    )


def _number(value: float | None) -> float | None:
    return round(value, 4) if value is not None and math.isfinite(value) else None


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed (nearest rank); NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def show(rows: Sequence[Row]) -> None:
    """Print the rows as a table."""
    for one in rows:
        ours, peer, ratio = (
            "-" if value is None else f"{value:.4g}" for value in (one["ours"], one["peer"], one["ratio"])
        )
        met = {True: "met", False: "NOT MET", None: ""}[one["met"]]
        line = f"{one['figure']:84} {ours:>9} {peer:>9} {ratio:>8} {one['unit']:14} {one['goal']:18} {met}"
        print(line.rstrip(), flush=True)


def keep(rows: Sequence[Row]) -> None:
    """Replace these figures in bench/results/speech.json, keep the others."""
    known: dict[str, Row] = {one["figure"]: one for one in _read(RESULTS, [])}
    known.update({one["figure"]: one for one in rows})
    _write(RESULTS, json.dumps(list(known.values()), indent=2) + "\n")


def keep_curves(curves: dict[str, Any]) -> None:
    """Replace these curves in bench/results/speech-curves.json, keep the others (read by plots)."""
    _write(CURVES, json.dumps(_read(CURVES, {}) | curves) + "\n")


def _read(path: Path, otherwise: Any) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else otherwise


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".tmp")
    part.write_text(text, encoding="utf-8")
    part.replace(path)

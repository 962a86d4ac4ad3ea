"""Rows of the table, kept in bench/results/notes.json; curves for the plots beside them.

A run of some figures replaces those rows and keeps the others, each with the time it was measured at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.speech.results import Row, _read, _write, row, show

FOLDER = Path(__file__).resolve().parents[1] / "results"
RESULTS, CURVES = FOLDER / "notes.json", FOLDER / "notes-curves.json"

__all__ = ["CURVES", "RESULTS", "Row", "forget", "keep", "keep_curves", "row", "show"]


def keep(figure: str, rows: Sequence[Row]) -> None:
    """Replace the rows of this figure ("aci", "orders", ...) in bench/results/notes.json, keep the others."""
    known = [one for one in _read(RESULTS, []) if one.get("by") != figure]
    _write(RESULTS, json.dumps([*known, *({**one, "by": figure} for one in rows)], indent=2) + "\n")


def forget(figures: Sequence[str]) -> None:
    """Drop the rows of figures that no longer exist."""
    known = [one for one in _read(RESULTS, []) if one.get("by") in figures]
    _write(RESULTS, json.dumps(known, indent=2) + "\n")


def keep_curves(curves: dict[str, Any]) -> None:
    """Replace these curves in bench/results/notes-curves.json, keep the others (read by plots)."""
    _write(CURVES, json.dumps(_read(CURVES, {}) | curves) + "\n")

"""Rows and plots of the media bench: kept, replaced, and drawn as well-formed SVG."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from bench.media import plots, results
from bench.media.results import percentile, row


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(results, "RESULTS", tmp_path / "media.json")
    monkeypatch.setattr(results, "CURVES", tmp_path / "media-curves.json")
    return tmp_path


@pytest.mark.parametrize(("share", "value"), [(0.5, 3), (0.95, 5), (0.8, 4), (0.81, 5)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    assert percentile([5, 1, 4, 2, 3], share) == value


def test_a_row_measured_again_replaces_the_former_and_keeps_the_others(folder: Path) -> None:
    results.keep([row("a", 1, 2, "s", "<= 1", True), row("b", 1, None, "s", "", None)], {"a": [1]})
    results.keep([row("a", 3, 2, "s", "<= 1", False)], {"b": [2]})
    kept = json.loads((folder / "media.json").read_text())
    assert [(one["figure"], one["ours"], one["ratio"], one["met"]) for one in kept] == [
        ("a", 3, 1.5, False),
        ("b", 1, None, None),
    ]
    assert json.loads((folder / "media-curves.json").read_text()) == {"a": [1], "b": [2]}


def sample(at: float) -> dict[str, Any]:
    return {"at": at, "doctor": {"video_bps": 90_000.0}, "patient": {"video_bps": 300_000.0 / (1 + at)}}


CURVES: dict[str, Any] = {
    "cpu": {
        "tapped": {"serve": 2.0, "record": 1.0},
        "recorded": {"serve": 2.0, "record": 0.5},
        "stock": {"serve": 60.0},
        "janus": {"serve": None},
    },
    "delay": {"calls": 20, "cdf": [[0.5, 0.2], [0.99, 3.0], [0.999, 250.0]]},
    "thin": {"curve": [sample(at) for at in range(5)], "marks": [[1.0, 100_000], [3.0, None]]},
    "memory-1": {"calls": 2, "curve": [[0, 100.0, 90.0], [60, 101.0, 95.0]]},
    "memory-30": {"calls": 10, "curve": [[0, 200.0, 90.0], [1800, 205.0, 95.0]]},
    "outage": {"doctor": [1.0, 2.0], "patient": [1.5, 2.5]},
    "join": [0.9, 1.1],
}


@pytest.mark.parametrize("name", sorted(plots.PLOTS))
def test_every_plot_is_well_formed_and_none_is_drawn_from_nothing(name: str) -> None:
    svg = plots.PLOTS[name](CURVES)
    assert svg is not None
    root = Xml.fromstring(svg)  # noqa: S314 - our own
    assert root.tag.endswith("svg")
    assert root.get("aria-label")
    assert plots.PLOTS[name]({}) is None


def test_the_table_names_what_is_unmet() -> None:
    text = plots.table([row("fast", 2, 1, "s", "<= 1", False), row("  part", 1, None, "s", "", None)])
    assert "| fast | 2 | 1 | 2 | s | <= 1 | **no** |" in text
    assert "| · part | 1 |  |  | s |  |  |" in text

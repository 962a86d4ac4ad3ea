"""Rows of the speech bench: made, kept and replaced; a figure that fails does not hide the others."""

import json
import math
import sys
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as Xml

import pytest

from bench.speech import __main__ as command
from bench.speech import plots, results
from bench.speech.options import Options
from bench.speech.results import Row, row


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(results, "RESULTS", tmp_path / "results" / "speech.json")
    monkeypatch.setattr(results, "CURVES", tmp_path / "results" / "speech-curves.json")
    page = tmp_path / "speech-figures.md"
    page.write_text(f"Before\n{plots.BEGIN}\nold\n{plots.END}\nafter\n")
    monkeypatch.setattr(plots, "RESULTS", tmp_path / "results" / "speech.json")
    monkeypatch.setattr(plots, "CURVES", tmp_path / "results" / "speech-curves.json")
    monkeypatch.setattr(plots, "PAGE", page)
    monkeypatch.setattr(plots, "FOLDER", tmp_path / "plots")
    return tmp_path / "results"


def test_a_row_measured_again_replaces_the_former_and_keeps_the_others(folder: Path) -> None:
    results.keep([row("a", 1, "s", peer=2, goal="<= 1", met=True), row("b", 1, "s")])
    results.keep([row("a", 3, "s", peer=2, goal="<= 1", met=False)])
    kept = json.loads((folder / "speech.json").read_text())
    assert [(one["figure"], one["ours"], one["ratio"], one["met"]) for one in kept] == [
        ("a", 3, 1.5, False),
        ("b", 1, None, None),
    ]


def test_what_is_no_number_is_null_and_not_invalid_json(folder: Path) -> None:
    results.keep([row("a", math.nan, "s", peer=math.inf)])
    assert "NaN" not in (folder / "speech.json").read_text()
    assert json.loads((folder / "speech.json").read_text())[0]["ours"] is None


def test_curves_are_replaced_by_name(folder: Path) -> None:
    results.keep_curves({"a": [1], "b": [1]})
    results.keep_curves({"a": [2]})
    assert json.loads((folder / "speech-curves.json").read_text()) == {"a": [2], "b": [1]}


def plant(monkeypatch: pytest.MonkeyPatch, name: str, rows: list[Row] | None) -> None:
    def run(options: Options) -> list[Row]:
        if rows is None:
            raise RuntimeError("no sound")
        return rows

    module = ModuleType(f"bench.speech.{name}")
    vars(module)["run"] = run
    monkeypatch.setitem(sys.modules, f"bench.speech.{name}", module)


@pytest.mark.parametrize(("arguments", "kept"), [([], True), (["--short"], False)])
def test_a_figure_that_fails_costs_only_itself_and_short_runs_are_not_kept(
    arguments: list[str],
    kept: bool,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plant(monkeypatch, "noise", None)
    plant(monkeypatch, "cpu", [row("cpu", 1, "s", goal="<= 2", met=True)])
    monkeypatch.setattr(sys, "argv", ["bench.speech", "noise", "cpu", *arguments])
    assert command.main() == 1
    told = capsys.readouterr()
    assert "not measured: noise" in told.err
    assert "met" in told.out
    assert (folder / "speech.json").exists() is kept


def test_the_page_shows_every_row_and_the_plots_are_svg(folder: Path) -> None:
    figure = "CPU of a two-track consult (600 s, base shape), {} against whisper.transcribe"
    results.keep(
        [
            row(figure.format("openai"), 20, "s", peer=80, goal="<= 1/4", met=True),
            row(figure.format("faster"), 12, "s", peer=80, goal="<= 1/8", met=False),
            row("text tokens", 1900, "tokens"),
        ]
    )
    results.keep_curves({f"capacity-{name}": [[1, 0.5], [2, 9.0]] for name in ("openai", "faster")})
    assert plots.write() == ["speech-figures.md", "speech-cpu.svg", "speech-capacity.svg"]
    page = plots.PAGE.read_text()
    assert page.startswith("Before\n")
    assert page.endswith("after\n")
    assert "old" not in page
    assert "| 12 | 80 | 0.15 | s | <= 1/8 | **no** |" in page
    assert "| · text tokens | 1900 |" in page
    for name in ("speech-cpu", "speech-capacity"):
        assert Xml.fromstring((plots.FOLDER / f"{name}.svg").read_text()).tag.endswith("svg")  # noqa: S314 - ours

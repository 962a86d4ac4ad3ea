"""Table and plots of docs/notes-figures.md from bench/results: ``python -m bench.notes.plots``. Plain SVG."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.notes.results import CURVES, RESULTS, Row
from bench.speech.plots import DOCS, FOLDER, table

PAGE = DOCS / "notes-figures.md"
BEGIN, END = "<!-- table: python -m bench.notes.plots -->", "<!-- end of table -->"
Curves = Mapping[str, Any]
PLOTS: dict[str, Callable[[Sequence[Row], Curves], str | None]] = {}
TITLES: dict[str, str] = {}


def write() -> list[str]:
    """Write the page's table and the plots there are rows for; returns the files' names."""
    rows: list[Row] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    curves: Curves = json.loads(CURVES.read_text(encoding="utf-8")) if CURVES.exists() else {}
    drawn = {name: svg for name, make in PLOTS.items() if (svg := make(rows, curves)) is not None}
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, svg in drawn.items():
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
    shown = "\n".join(f"![{TITLES[name]}](plots/{name}.svg)" for name in drawn)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n\n{shown}\n{END}{after}", encoding="utf-8")
    return [PAGE.name, *(f"{name}.svg" for name in drawn)]


if __name__ == "__main__":
    print("\n".join(write()))

"""Table and plots of docs/notes-figures.md from bench/results: ``python -m bench.notes.plots``. Plain SVG."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from bench.media.plots import BOTTOM, COLOURS, HEIGHT, LEFT, TOP, Plot, _head
from bench.notes.results import CURVES, RESULTS, Row
from bench.speech.plots import DOCS, FOLDER, table

PAGE = DOCS / "notes-figures.md"
BEGIN, END = "<!-- table: python -m bench.notes.plots -->", "<!-- end of table -->"
Curves = Mapping[str, Any]
_NAMES = ("all", "subjective", "exam", "results", "assessment, plan")
_SHOWN = {"ours": 0, "another patient's note": 1, "transcript": 3, "greedy oracle": 2}


def rouge(rows: Sequence[Row], curves: Curves) -> str | None:
    """Bars: ROUGE-1 by division, ours and the peers."""
    return _by_division("ROUGE-1 F against the clinician's note, ACI-Bench train and valid", 0, curves)


def concepts(rows: Sequence[Row], curves: Curves) -> str | None:
    """Bars: concept F1 by division, ours and the peers."""
    return _by_division("Concept F1 against the clinician's note, ACI-Bench train and valid", 2, curves)


def _by_division(title: str, column: int, curves: Curves) -> str | None:
    if "aci" not in curves:
        return None
    step, wide = 130, 26
    out = [_head(title, HEIGHT)]
    for number, (system, colour) in enumerate(_SHOWN.items()):
        x = LEFT + 10 + 165 * number
        out.append(f'<rect x="{x}" y="{TOP - 14}" width="10" height="10" fill="{COLOURS[colour]}"/>')
        out.append(f'<text x="{x + 15}" y="{TOP - 5}">{escape(system)}</text>')
        for at, found in enumerate(curves["aci"][system]):
            tall = found[column] / 100 * (HEIGHT - TOP - BOTTOM)
            left, top = LEFT + step * at + wide * number, HEIGHT - BOTTOM - tall
            out.append(
                f'<rect x="{left}" y="{top:.1f}" width="{wide - 3}" height="{tall:.1f}" fill="{COLOURS[colour]}"/>'
            )
            out.append(
                f'<text x="{left + wide / 2 - 1}" y="{top - 3:.1f}" text-anchor="middle" font-size="10">'
                f"{found[column]:.0f}</text>"
            )
    for at, name in enumerate(_NAMES):
        out.append(
            f'<text x="{LEFT + step * at + 50}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{name}</text>'
        )
    return "\n".join([*out, "</svg>\n"])


def calibration(rows: Sequence[Row], curves: Curves) -> str | None:
    """Share of sections that are right over the confidence they were given, tenth by tenth."""
    if "mts-calibration" not in curves:
        return None
    plot = Plot(
        "Section of a short talk: share that is right over confidence",
        "confidence",
        "share right",
        (0, 1),
        (0, 1),
    )
    plot.line([(0, 0), (1, 1)], "as it should be", 3)
    plot.line([(c, s) for c, s, _ in curves["mts-calibration"]], "measured", 0)
    return plot.svg([0, 0.2, 0.4, 0.6, 0.8, 1], [0, 0.2, 0.4, 0.6, 0.8, 1])


PLOTS: dict[str, Callable[[Sequence[Row], Curves], str | None]] = {
    "notes-rouge": rouge,
    "notes-concepts": concepts,
    "notes-sections": calibration,
}
TITLES = {
    "notes-rouge": "ROUGE-1 by division",
    "notes-concepts": "Concept F1 by division",
    "notes-sections": "Confidence of the section",
}


def write() -> list[str]:
    """Write the page's table and the plots there are rows for; returns the files' names."""
    rows: list[Row] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    curves: Curves = json.loads(CURVES.read_text(encoding="utf-8")) if CURVES.exists() else {}
    drawn = {name: svg for name, make in PLOTS.items() if (svg := make(rows, curves)) is not None}
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, svg in drawn.items():
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
    learned = curves.get("learned on what it judges", [])
    warning = (
        f"**Not cross-validated**, so some figures flatter: {', '.join(learned)}.\n\n" if learned else ""
    )
    shown = "\n".join(f"![{TITLES[name]}](plots/{name}.svg)" for name in drawn)
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{warning}{table(rows)}\n\n{shown}\n{END}{after}", encoding="utf-8")
    return [PAGE.name, *(f"{name}.svg" for name in drawn)]


if __name__ == "__main__":
    print("\n".join(write()))

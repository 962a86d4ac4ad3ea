"""Table and plots of docs/speech-figures.md from bench/results: ``python -m bench.speech.plots``. Plain SVG."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from bench.media.plots import COLOURS, LEFT, Plot, _head
from bench.speech.results import CURVES, RESULTS, Row

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER, PAGE = DOCS / "plots", DOCS / "speech-figures.md"
BEGIN, END = "<!-- table: python -m bench.speech.plots -->", "<!-- end of table -->"
_CPU = "CPU of a two-track consult"

Curves = Mapping[str, Any]


def cpu(rows: Sequence[Row], curves: Curves) -> str | None:
    """Bars: processor seconds of a consult, each engine and the peer."""
    found = [one for one in rows if one["figure"].startswith(_CPU) and one["peer"] is not None]
    if not found:
        return None
    bars = [(one["figure"].rsplit(", ", 1)[-1].split(" ")[0], one["ours"] or 0.0, 0) for one in found]
    bars.append(("whisper.transcribe", found[-1]["peer"] or 0.0, 1))
    return _bars("Processor seconds of a two-track consult, base's shape, equal words", bars, "s")


def capacity(rows: Sequence[Row], curves: Curves) -> str | None:
    """Delay of a final over the number of live consults, both engines."""
    engines = [name for name in ("openai", "faster") if f"capacity-{name}" in curves]
    if not engines:
        return None
    most = max(point[0] for name in engines for point in curves[f"capacity-{name}"])
    top = 6.0
    plot = Plot(
        "End of utterance to final text, base.en's shape: p95 over live consults",
        "consults at once",
        "seconds",
        (0, most),
        (0, top),
    )
    for number, name in enumerate(engines):
        points = [(x, min(y, top)) for x, y in curves[f"capacity-{name}"]]
        plot.line(points, name, number)
    step = max(1, most // 10)
    return plot.svg(range(0, most + 1, step), range(0, 7))


def _bars(title: str, bars: Sequence[tuple[str, float, int]], unit: str) -> str:
    most = max(value for _, value, _ in bars) or 1.0
    out = [_head(title, 50 + 34 * len(bars))]
    for number, (name, value, colour) in enumerate(bars):
        y, wide = 34 + 34 * number, value / most * 400
        out.append(f'<text x="{LEFT + 130}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        out.append(
            f'<rect x="{LEFT + 140}" y="{y}" width="{wide:.1f}" height="22" fill="{COLOURS[colour]}"/>'
        )
        out.append(f'<text x="{LEFT + 146 + wide:.1f}" y="{y + 15}">{value:.1f} {escape(unit)}</text>')
    return "\n".join([*out, "</svg>\n"])


PLOTS: dict[str, Callable[[Sequence[Row], Curves], str | None]] = {
    "speech-cpu": cpu,
    "speech-capacity": capacity,
}

TITLES = {"speech-cpu": "CPU of a consult", "speech-capacity": "Delay over live consults"}


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown; rows without a goal begin with a dot, they explain others."""
    out = [
        "| figure | ours | peer | ours/peer | unit | goal | met | measured (UTC) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in rows:
        name = one["figure"] if one["goal"] else f"· {one['figure']}"
        numbers = [
            "" if value is None else f"{value:.4g}" for value in (one["ours"], one["peer"], one["ratio"])
        ]
        met = {True: "yes", False: "**no**", None: ""}[one["met"]]
        out.append("| " + " | ".join([name, *numbers, one["unit"], one["goal"], met, one["measured"]]) + " |")
    return "\n".join(out)


def write() -> list[str]:
    """Write the page's table and the plots there are curves for; returns the files' names."""
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

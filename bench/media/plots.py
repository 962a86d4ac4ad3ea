"""Table and plots of docs/media-figures.md from bench/results: `python -m bench.media.plots`. Plain SVG."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from bench.media.results import CURVES, RESULTS

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER, PAGE = DOCS / "plots", DOCS / "media-figures.md"
BEGIN, END = "<!-- table: python -m bench.media.plots -->", "<!-- end of table -->"
WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 40, 44
COLOURS = ("#1f6f8b", "#d1495b", "#3a7d44", "#8d6a9f")
Point = tuple[float, float]


@dataclass
class Plot:
    """Axes with some lines. `log_x`: a decade is a step."""

    title: str
    x_name: str
    y_name: str
    x: tuple[float, float]
    y: tuple[float, float]
    log_x: bool = False
    parts: list[str] = field(default_factory=list)

    def at(self, x: float, y: float) -> Point:
        low, high = self.x
        share = (x - low) / (high - low)
        if self.log_x:
            share = math.log(max(x, low) / low) / math.log(high / low)
        height = HEIGHT - TOP - BOTTOM
        return (
            LEFT + share * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - height * (y - self.y[0]) / (self.y[1] - self.y[0]),
        )

    def line(self, points: Sequence[Point], name: str, number: int) -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(*point) for point in points))
        colour = COLOURS[number % len(COLOURS)]
        self.parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.8" points="{path}"/>')
        at = LEFT + 10 + 170 * number
        self.parts.append(f'<rect x="{at}" y="{TOP - 14}" width="10" height="10" fill="{colour}"/>')
        self.parts.append(f'<text x="{at + 15}" y="{TOP - 5}">{escape(name)}</text>')

    def upright(self, x: float, words: str) -> None:
        """A moment, named."""
        (px, top), (_, bottom) = self.at(x, self.y[1]), self.at(x, self.y[0])
        self.parts.append(
            f'<line x1="{px:.1f}" x2="{px:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="#999" stroke-dasharray="4 3"/>'
        )
        self.parts.append(f'<text x="{px + 4:.1f}" y="{top + 12:.1f}" fill="#555">{escape(words)}</text>')

    def svg(self, x_ticks: Sequence[float], y_ticks: Sequence[float]) -> str:
        out = [_head(self.title, HEIGHT)]
        for value in y_ticks:
            (x0, y), (x1, _) = self.at(self.x[0], value), self.at(self.x[1], value)
            out.append(f'<line x1="{x0:.1f}" x2="{x1:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e4e4"/>')
            out.append(f'<text x="{x0 - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
        for value in x_ticks:
            x, y = self.at(value, self.y[0])
            out.append(f'<text x="{x:.1f}" y="{y + 16:.1f}" text-anchor="middle">{value:g}</text>')
        out += self.parts
        out.append(
            f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(self.x_name)}</text>'
        )
        middle = HEIGHT / 2
        turned = f'transform="rotate(-90 14 {middle})"'
        out.append(f'<text x="14" y="{middle}" text-anchor="middle" {turned}>{escape(self.y_name)}</text>')
        return "\n".join([*out, "</svg>\n"])


def _head(title: str, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="11" fill="#222" role="img" aria-label="{escape(title)}">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n'
        f'<text x="{LEFT}" y="16" font-size="13" font-weight="bold">{escape(title)}</text>'
    )


def cpu(curves: dict[str, Any]) -> str | None:
    """Bars: what one call of two takes of a core."""
    if "cpu" not in curves:
        return None
    found = curves["cpu"]
    bars = [
        ("ours: forwarded, recorded, audio tapped", found["tapped"], 0),
        ("ours: forwarded, recorded", found["recorded"], 0),
        ("Janus VideoRoom: forwarded, recorded", found["janus"], 2),
        ("stock aiortc: relayed, recorded, tapped", found["stock"], 1),
    ]
    most = max(sum(v for v in parts.values() if v) for _, parts, _ in bars)
    height = 50 + 34 * len(bars)
    out = [_head("CPU of a call of two (2 x 640x480 VP8 at 500 kbit/s and Opus), % of a core", height)]
    for number, (name, parts, colour) in enumerate(bars):
        y, x = 34 + 34 * number, 290.0
        out.append(f'<text x="280" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        for shade, value in enumerate(v for v in parts.values() if v):
            wide, look = value / most * 360, f'fill="{COLOURS[colour]}" opacity="{1 - 0.4 * shade}"'
            out.append(f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="22" {look}/>')
            x += wide
        out.append(f'<text x="{x + 6:.1f}" y="{y + 15}">{sum(v for v in parts.values() if v):.1f}</text>')
    return "\n".join([*out, "</svg>\n"])


def delay(curves: dict[str, Any]) -> str | None:
    if "delay" not in curves:
        return None
    cdf = [(max(ms, 0.02), 100 * share) for share, ms in curves["delay"]["cdf"]]
    plot = Plot(
        f"Delay added by the server, {curves['delay']['calls']} calls on one core",
        "ms",
        "% of packets",
        (0.02, 100),
        (0, 100),
        log_x=True,
    )
    plot.line(cdf, "packets", 0)
    plot.upright(1, "p50 goal")
    plot.upright(10, "p99 goal")
    return plot.svg((0.02, 0.1, 1, 10, 100), range(0, 101, 20))


def adaptation(curves: dict[str, Any]) -> str | None:
    """Video that arrives at each side while the patient's line is throttled."""
    if "thin" not in curves or not curves["thin"]["curve"]:
        return None
    found, marks = curves["thin"]["curve"], curves["thin"]["marks"]
    most = max(one[who]["video_bps"] for one in found for who in ("doctor", "patient")) / 1000
    top = 100 * math.ceil(most / 100)
    plot = Plot(
        "A patient's line at 100, then 40 kbit/s: pictures that arrive",
        "seconds",
        "kbit/s",
        (0, found[-1]["at"]),
        (0, top),
    )
    for number, who in enumerate(("doctor", "patient")):
        plot.line(
            [(max(0, one["at"]), one[who]["video_bps"] / 1000) for one in found], f"at the {who}", number
        )
    for at, rate in marks:
        plot.upright(at, f"{rate // 1000} kbit/s" if rate else "no limit")
    return plot.svg(range(0, int(found[-1]["at"]) + 1, 20), range(0, top + 1, 100))


def memory(curves: dict[str, Any]) -> str | None:
    """The longest run there is."""
    runs = {
        float(name.removeprefix("memory-")): one for name, one in curves.items() if name.startswith("memory-")
    }
    if not runs:
        return None
    minutes = max(runs)
    curve = runs[minutes]["curve"]
    top = 50 * math.ceil(max(max(one[1:]) for one in curve) / 50)
    plot = Plot(
        f"Resident memory with {runs[minutes]['calls']} calls", "minutes", "MiB", (0, minutes), (0, top)
    )
    for number, name in enumerate(("serve", "record")):
        plot.line([(one[0] / 60, one[1 + number]) for one in curve], name, number)
    return plot.svg([minutes * n / 6 for n in range(7)], range(0, top + 1, 50))


def outages(curves: dict[str, Any]) -> str | None:
    """Every outage and join as a step of a distribution."""
    if "outage" not in curves or "join" not in curves:
        return None
    taken = {
        "outage: patient": curves["outage"]["patient"],
        "outage: doctor": curves["outage"]["doctor"],
        "join": curves["join"],
    }
    top = max(4, math.ceil(max(max(times) for times in taken.values())))
    plot = Plot(
        "Media back after 5 s outage with other addresses; join from click to picture",
        "seconds",
        "% of runs",
        (0, top),
        (0, 100),
    )
    for number, (name, times) in enumerate(taken.items()):
        steps: list[Point] = [(0, 0)]
        for place, value in enumerate(sorted(times), 1):
            steps += [(value, steps[-1][1]), (value, 100 * place / len(times))]
        plot.line(steps, name, number)
    return plot.svg(range(0, top + 1), range(0, 101, 25))


PLOTS: dict[str, Callable[[dict[str, Any]], str | None]] = {
    "media-cpu": cpu,
    "media-delay": delay,
    "media-adaptation": adaptation,
    "media-memory": memory,
    "media-outage-join": outages,
}


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as Markdown; rows that only explain others are indented."""
    out = [
        "| figure | ours | peer | ours/peer | unit | goal | met | measured (UTC) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in rows:
        name = one["figure"].strip() if one["met"] is not None else f"· {one['figure'].strip()}"
        numbers = ["" if one[key] is None else f"{one[key]:.4g}" for key in ("ours", "peer", "ratio")]
        met = {True: "yes", False: "**no**", None: ""}[one["met"]]
        out.append("| " + " | ".join([name, *numbers, one["unit"], one["goal"], met, one["measured"]]) + " |")
    return "\n".join(out)


def write_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    rows = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{after}", encoding="utf-8")


def draw() -> None:
    curves = json.loads(CURVES.read_text(encoding="utf-8"))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in PLOTS.items():
        if (svg := make(curves)) is not None:
            (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
            print(f"docs/plots/{name}.svg")


if __name__ == "__main__":
    draw()
    write_table()

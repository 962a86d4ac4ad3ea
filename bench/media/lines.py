"""Figures on bad lines, each with a pair of real Chromium: sound under loss, and calls over 100 and 40 kbit/s."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from bench.media import browsers, namespaces
from bench.media.browsers import Figures, change
from bench.media.results import Row, keep, row
from tools.impairer import Impairer, Profile, impaired

LOSS, DELAY_S = 0.10, 0.02
CONNECT_S = 8.0
SETTLE_S = 25.0  # REMB comes down, the ladder finds its rung


async def audio_loss(seconds: float, seed: int = 1) -> list[Row]:
    """The patient's line loses every tenth datagram in both directions; RTT 40 ms."""
    async with contextlib.AsyncExitStack() as stack:

        async def lead(who: str, answer: str) -> str:
            if who != "patient":
                return answer
            relay, changed = await impaired(answer, Profile(loss=LOSS, delay_s=DELAY_S), seed)
            await stack.enter_async_context(relay)
            return changed

        place = await stack.enter_async_context(
            browsers.site("127.0.0.1", "--listen", "127.0.0.0/8", lead=lead)
        )
        made = await stack.enter_async_context(browsers.playwright())
        own = await browsers.browser(made, place.url)
        doctor, patient = [await browsers.enter(own, place, who) for who in ("doctor", "patient")]
        await asyncio.sleep(CONNECT_S)
        found = await _measure({"doctor": doctor, "patient": patient}, seconds)
        await own.close()
    worst = min(found.values(), key=lambda one: one["in_time"])
    rows = [
        row("sound at 10 % random loss: frames played or concealed in time, worse listener",
            worst["in_time"], None, "%", ">= 99", worst["in_time"] >= 99),
    ]  # fmt: skip
    for who, one in found.items():
        rows.append(
            row(
                f"  {who}: concealed (loss {'up' if who == 'doctor' else 'down'})",
                one["concealed"],
                None,
                "%",
                "",
                None,
            )
        )
        rows.append(row(f"  {who}: jitter buffer", one["buffer_ms"], None, "ms", "", None))
        rows.append(row(f"  {who}: pictures at 10 % loss", one["fps"], None, "fps", "", None))
    keep(rows, {"audio_loss": found})
    return rows


async def _measure(pages: dict[str, Page], seconds: float) -> dict[str, Figures]:
    before = {who: await browsers.figures(page) for who, page in pages.items()}
    await asyncio.sleep(seconds)
    return {who: change(before[who], await browsers.figures(page)) for who, page in pages.items()}


class _Thin:
    """A line whose rate is set: the kernel's tbf in a namespace, or our impairer where that is not allowed."""

    def __init__(self, line: namespaces.Line | None) -> None:
        self._line = line
        self.relays: list[Impairer] = []

    @property
    def words(self) -> str:
        return "tbf" if self._line is not None else "impairer"

    def limit(self, bps: int | None) -> None:
        if self._line is not None:
            self._line.limit(bps)
        queue = int((bps or 0) / 8 * namespaces.QUEUE_MS / 1000)
        for relay in self.relays:
            relay.set(Profile(rate_bps=bps, queue_bytes=max(3000, queue)))


async def thin(seconds: float) -> list[Row]:
    """The patient's line carries 100, then 40 kbit/s in both directions, then all again."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-line-")))
        line = stack.enter_context(namespaces.line()) if namespaces.allowed() else None
        bottleneck = _Thin(line)

        async def lead(who: str, answer: str) -> str:
            if line is not None or who != "patient":
                return answer
            relay, changed = await impaired(answer, Profile(), 1)
            bottleneck.relays.append(await stack.enter_async_context(relay))
            return changed

        host = namespaces.HOST if line is not None else "127.0.0.1"
        listen = f"{host}/32" if line is not None else "127.0.0.0/8"
        place = await stack.enter_async_context(
            browsers.site(host, "--listen", listen, lead=None if line is not None else lead)
        )
        made = await stack.enter_async_context(browsers.playwright())
        near = await browsers.browser(made, place.url)
        far = await browsers.browser(made, place.url, line.wrapper(folder)) if line is not None else near
        pages = {
            "doctor": await browsers.enter(near, place, "doctor"),
            "patient": await browsers.enter(far, place, "patient"),
        }
        try:
            return await _thin_rows(place, pages, bottleneck, seconds)
        finally:
            bottleneck.limit(None)
            for own in {near, far}:
                await own.close()


async def _thin_rows(
    place: browsers.Site, pages: dict[str, Page], bottleneck: _Thin, seconds: float
) -> list[Row]:
    curve: list[dict[str, Any]] = []
    watch = asyncio.create_task(_watch(place, pages, curve))
    await asyncio.sleep(CONNECT_S)
    marks: list[tuple[float, int | None]] = []
    found: dict[int, dict[str, Figures]] = {}
    for rate in (100_000, 40_000):
        bottleneck.limit(rate)
        marks.append((asyncio.get_running_loop().time(), rate))
        await asyncio.sleep(SETTLE_S)
        found[rate] = await _measure(pages, seconds)
    bottleneck.limit(None)
    marks.append((asyncio.get_running_loop().time(), None))
    await asyncio.sleep(20)
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    began = curve[0]["at"] if curve else 0
    rows = _line_rows(found, bottleneck.words)
    kept = {
        "curve": [one | {"at": one["at"] - began} for one in curve],
        "marks": [[at - began, rate] for at, rate in marks],
        "found": {str(rate): both for rate, both in found.items()},
    }
    keep(rows, {"thin": kept})
    return rows


async def _watch(place: browsers.Site, pages: dict[str, Page], samples: list[dict[str, Any]]) -> None:
    """A sample a second of both sides, for the plot."""
    before = {who: await browsers.figures(page) for who, page in pages.items()}
    while True:
        await asyncio.sleep(1)
        after = {who: await browsers.figures(page) for who, page in pages.items()}
        sample: dict[str, Any] = {"at": asyncio.get_running_loop().time()}
        for who in pages:
            sample[who] = change(before[who], after[who])
            viewer = place.people[who]
            sample[who]["rungs"] = list((await place.server("rungs", participant=viewer)).values())
        samples.append(sample)
        before = after


def _line_rows(found: dict[int, dict[str, Figures]], words: str) -> list[Row]:
    rows = []
    for rate, both in found.items():
        rows += [_goal_row(rate, both, words), _sound_row(rate, both)]
        for who, one in both.items():
            rows += _side_rows(f"  {rate // 1000} kbit/s: {who} gets", one)
    return rows


def _goal_row(rate: int, both: dict[str, Figures], words: str) -> Row:
    """Eight pictures a second from 100 kbit/s on, any pictures or stills below; sound whole in both."""
    name = f"call of two with one side at {rate // 1000} kbit/s ({words})"
    whole = min(one["in_time"] for one in both.values()) >= 99
    if rate >= 100_000:
        fps = min(one["fps"] for one in both.values())
        name += ": pictures, worse side, sound intact"
        return row(name, fps, None, "fps", ">= 8, sound >= 99 %", whole and fps >= 8)
    seen = min(one["fps"] + one["stills"] / one["seconds"] for one in both.values())
    name += ": pictures or stills, worse side, sound intact"
    return row(name, seen, None, "per s", "> 0, sound >= 99 %", whole and seen > 0)


def _sound_row(rate: int, both: dict[str, Figures]) -> Row:
    sound = min(one["in_time"] for one in both.values())
    return row(f"  {rate // 1000} kbit/s: sound in time, worse side", sound, None, "%", ">= 99", sound >= 99)


def _side_rows(name: str, one: Figures) -> list[Row]:
    return [
        row(f"{name} pictures", one["fps"], None, "fps", "", None),
        row(f"{name} stills", one["stills"], None, f"in {one['seconds']:.0f} s", "", None),
        row(f"{name} sound concealed", one["concealed"], None, "%", "", None),
    ]

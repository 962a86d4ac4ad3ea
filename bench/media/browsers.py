"""Two real Chromium participants in a room of our server, and what they say of it (getStats)."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web
from playwright.async_api import Browser, Page, Playwright, async_playwright

from bench.media.control import Subject
from bench.media.namespaces import CHROMIUM
from bench.media.scenes import room_sections
from tools.impairer import without_candidates

PAGE = Path(__file__).with_name("page.html")
MOST_CAMERA_BPS = 600_000  # web/src/media/peer.ts
SWITCHES = [
    "--no-sandbox",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--force-webrtc-ip-handling-policy=default",
]
Figures = dict[str, Any]
Lead = Callable[[str, str], Awaitable[str]]


@dataclass
class Site:
    """Serves the page, takes offers, carries stills. `lead(who, answer)` may put an impairer before the answer."""

    server: Subject
    host: str
    lead: Lead | None = None
    visit: str = field(default_factory=lambda: str(uuid4()))
    people: dict[str, str] = field(default_factory=dict)
    sockets: dict[str, web.WebSocketResponse] = field(default_factory=dict)

    async def start(self) -> None:
        app = web.Application()
        app.add_routes(
            [web.get("/", self._page), web.post("/offer", self._offer), web.get("/stills", self._stills)]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, 0)
        await site.start()
        self.port: int = self._runner.addresses[0][1]
        self._carrying = asyncio.create_task(self._carry())

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    async def close(self) -> None:
        self._carrying.cancel()
        await asyncio.gather(self._carrying, return_exceptions=True)
        await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text(encoding="utf-8"), content_type="text/html")

    async def _offer(self, request: web.Request) -> web.Response:
        who = request.query["who"]
        self.people.setdefault(who, str(uuid4()))
        offer = await request.text()
        if self.lead is not None:
            offer = without_candidates(offer)
        answer = await self.server("connect", visit=self.visit, participant=self.people[who], offer=offer)
        return web.Response(text=answer if self.lead is None else await self.lead(who, answer))

    async def _stills(self, request: web.Request) -> web.WebSocketResponse:
        who = request.query["who"]
        socket = self.sockets[who] = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                number = json.loads(message.data)["number"]
                await self.server("still_shown", participant=self.people[who], number=number)
        return socket

    async def _carry(self) -> None:
        """What signaling does in the service: stills, and what a participant is asked to send."""
        told: dict[str, str] = {}
        while True:
            await asyncio.sleep(0.1)
            for part in await self.server("stills"):
                viewer = part.pop("viewer")
                await self._tell(viewer, part)
            for person in list(self.people.values()):
                word = await self.server("sending", participant=person)
                if word != told.get(person, "full") and await self._tell(person, {"sending": word}):
                    told[person] = word

    async def _tell(self, person: str, message: Figures) -> bool:
        for who, known in self.people.items():
            if known == person and who in self.sockets:
                with contextlib.suppress(ConnectionError):
                    await self.sockets[who].send_str(json.dumps(message))
                    return True
        return False


@contextlib.asynccontextmanager
async def site(host: str, *arguments: str, lead: Lead | None = None) -> AsyncIterator[Site]:
    async with Subject("bench.media.subject_room", "--seats", "1", *arguments) as server:
        made = Site(server, host, lead)
        await made.start()
        try:
            yield made
        finally:
            await made.close()


@contextlib.asynccontextmanager
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as made:
        yield made


async def browser(made: Playwright, url: str, executable: str | Path = CHROMIUM) -> Browser:
    switches = [*SWITCHES, f"--unsafely-treat-insecure-origin-as-secure={url}"]
    return await made.chromium.launch(executable_path=str(executable), args=switches, headless=True)


async def enter(own: Browser, place: Site, who: str) -> Page:
    page = await own.new_page()
    await page.goto(f"{place.url}/?who={who}")
    await page.evaluate(f"join({json.dumps(room_sections(1))}, {MOST_CAMERA_BPS})")
    return page


async def figures(page: Page) -> Figures:
    found: Figures = await page.evaluate("figures()")
    return found


def change(before: Figures, after: Figures) -> Figures:
    """What came between two readings: shares of 20 ms sound frames, pictures per second, bits per second."""
    seconds = after["at"] - before["at"]
    sound = {key: after["audio"][key] - before["audio"].get(key, 0) for key in after["audio"]}
    frames = after["video"].get("frames", 0) - before["video"].get("frames", 0)
    received = after["video"].get("bytes", 0) - before["video"].get("bytes", 0)
    due = 48_000 * seconds
    silent = sound["silent"] + max(0.0, due - sound["samples"])
    return {
        "seconds": seconds,
        "in_time": 100 * (1 - silent / due),
        "concealed": 100 * sound["concealed"] / due,
        "buffer_ms": 1000 * sound["buffer"] / max(1, sound["emitted"]),
        "audio_bps": 8 * sound["bytes"] / seconds,
        "fps": frames / seconds,
        "video_bps": 8 * received / seconds,
        "width": after["video"].get("width"),
        "stills": after["shown"] - before["shown"],
        "sending": after["sending"],
    }

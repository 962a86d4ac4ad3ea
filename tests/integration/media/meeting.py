"""What the media tests share: a room page and its small server, a sink that writes files, a plane on
loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import av
import numpy as np
from aiohttp import web

from core.clock import SystemClock
from core.errors import ServiceError
from media import MediaPlane, MediaSettings, RecorderLink
from media.model import ConnectionState
from media.ports import Samples
from media.recording import RecorderServer
from media.simulated import SimulatedParticipant

PAGE = (Path(__file__).parent / "room_page.html").read_text()
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
LOOPBACK = MediaSettings(allow_private=True, allow_loopback=True, listen=("127.0.0.1",))


@asynccontextmanager
async def meeting(
    settings: MediaSettings = LOOPBACK, recorder: RecorderLink | None = None
) -> AsyncIterator[tuple[MediaPlane, list[tuple[UUID, ConnectionState]]]]:
    """A media plane and the states it reported; closed at the end."""
    states: list[tuple[UUID, ConnectionState]] = []
    plane = MediaPlane(
        settings,
        recorder,
        SystemClock(),
        on_connection_state=lambda _, who, state: states.append((who, state)),
    )
    try:
        yield plane, states
    finally:
        await plane.close()


@asynccontextmanager
async def page_server(plane: MediaPlane, visit_id: UUID) -> AsyncIterator[str]:
    """Serve the room page on a loopback port; yields its address. `?who=<uuid>` names the participant."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def offer(request: web.Request) -> web.Response:
        who = UUID(request.query["who"])
        try:
            return web.Response(text=await plane.connect(visit_id, who, await request.text()))
        except ServiceError as error:
            return web.Response(status=error.status, text=f"{error.code}: {error.detail}")

    async def candidate(request: web.Request) -> web.Response:
        said = await request.json()
        await plane.add_candidate(visit_id, UUID(request.query["who"]), said["candidate"], said["mid"] or "0")
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", page), web.post("/offer", offer), web.post("/candidate", candidate)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def joined(
    plane: MediaPlane, visit_id: UUID, participant_id: UUID, hue: int = 1
) -> SimulatedParticipant:
    """A simulated participant in the room."""
    person = SimulatedParticipant(
        lambda offer: plane.connect(visit_id, participant_id, offer), hue=hue, listen=("127.0.0.1",)
    )
    await person.join(timeout_s=45)
    return person


class FileSegment:
    """A segment in a plain file."""

    def __init__(self, path: Path, participant_id: UUID, start: float, kind: str = "camera") -> None:
        self.path = path
        self.participant_id = participant_id
        self.start = start
        self.end: float | None = None
        self.cleanly: bool | None = None
        self.more: bool | None = None
        self.flushes = 0
        self.extended = start
        self.kind = kind
        self.gaps: list[tuple[float, float, str]] = []
        self._file = path.open("wb")

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def flush(self) -> None:
        self._file.flush()
        self.flushes += 1

    def gap(self, start: float, end: float, kind: str) -> None:
        self.gaps.append((start, end, kind))

    async def extend(self, end: float) -> None:
        self.extended = end

    async def close(self, end: float, cleanly: bool, more: bool) -> None:
        self._file.close()
        self.end, self.cleanly, self.more = end, cleanly, more


class FileSink:
    """Segments as files in a folder; sound in lists."""

    segment = FileSegment

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.segments: list[FileSegment] = []
        self.sound: dict[UUID, list[tuple[float, Samples]]] = {}
        self.ended: list[UUID] = []

    async def open_segment(
        self, visit_id: UUID, participant_id: UUID, start: float, kind: str
    ) -> FileSegment:
        number = len(list(self.folder.glob("*.webm")))
        path = self.folder / f"{number:03}-{start:.3f}-{participant_id}.webm"
        segment = self.segment(path, participant_id, start, kind)
        self.segments.append(segment)
        return segment

    async def on_audio(
        self, visit_id: UUID, participant_id: UUID, at_seconds: float, samples: Samples
    ) -> None:
        self.sound.setdefault(participant_id, []).append((at_seconds, samples))

    async def on_audio_end(self, visit_id: UUID, participant_id: UUID) -> None:
        self.ended.append(participant_id)

    def of(self, participant_id: UUID) -> list[FileSegment]:
        return [segment for segment in self.segments if segment.participant_id == participant_id]


@asynccontextmanager
async def recorder(folder: Path) -> AsyncIterator[tuple[RecorderLink, FileSink]]:
    """A recorder in this process and the link to it."""
    sink = FileSink(folder)
    server = RecorderServer(folder / "recorder.sock", sink)
    await server.start()
    link = RecorderLink(folder / "recorder.sock")
    link.start()
    try:
        yield link, sink
    finally:
        await link.close()
        await server.close()


async def until(condition: Any, timeout_s: float = 45.0) -> None:
    """Wait until `condition()` is true; TimeoutError."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.02)


def decoded(path: Path) -> tuple[list[Any], list[Any]]:
    """All video and audio frames that can be decoded of a file, even a cut one."""
    frames: tuple[list[Any], list[Any]] = ([], [])
    for kind, found in zip(("video", "audio"), frames, strict=True):
        with av.open(str(path)) as container, contextlib.suppress(av.FFmpegError):
            if getattr(container.streams, kind):
                found.extend(container.decode(**{kind: 0}))
    return frames


def tone(seconds: float, hertz: float = 440.0) -> "np.ndarray[Any, np.dtype[np.int16]]":
    """A sine at 48 kHz, half as loud as can be."""
    t = np.arange(int(seconds * 48_000)) / 48_000
    return (np.sin(2 * np.pi * hertz * t) * 16_000).astype(np.int16)

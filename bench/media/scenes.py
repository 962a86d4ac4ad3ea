"""Scenes that several figures share: servers started, calls of two connected, their load playing."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from bench.media.client import Client, Section
from bench.media.control import Subject
from bench.media.player import Player
from bench.media.recorded import Recording


def room_sections(seats: int) -> list[Section]:
    """The m-lines of a participant's offer to our room: microphone, camera, screen, then each seat's."""
    own = [("audio", "sendonly"), ("video", "sendonly"), ("video", "sendonly")]
    seat = [("audio", "recvonly"), ("video", "recvonly"), ("video", "recvonly")]
    return own + seat * seats


STOCK_SECTIONS: list[Section] = [
    ("audio", "sendonly"),
    ("video", "sendonly"),
    ("audio", "recvonly"),
    ("video", "recvonly"),
]


@dataclass(slots=True)
class Call:
    """Two participants who see each other."""

    visit: str
    clients: list[Client] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    async def close(self) -> None:
        await asyncio.gather(*(client.close() for client in self.clients))


@dataclass(slots=True)
class Scene:
    """A running server (with its recorder, when it has one) and the calls on it."""

    server: Subject
    recorder: Subject | None
    player: Player
    sections: list[Section]
    calls: list[Call] = field(default_factory=list)

    async def call(self, *, tapped: bool, play: bool = True) -> Call:
        """One more call of two, recorded and heard when `tapped`."""
        call = Call(str(uuid4()))
        for _ in range(2):
            client, name = Client(), str(uuid4())
            offer = await client.offer(self.sections)
            answer = await self.server("connect", visit=call.visit, participant=name, offer=offer)
            await client.accept(answer)
            call.clients.append(client)
            call.names.append(name)
        one, other = call.clients
        one.seen_from, other.seen_from = other.sent_at, one.sent_at
        for client, name in zip(call.clients, call.names, strict=True):
            if play:
                self.player.add(client)
            if tapped:
                await self.server("tap", visit=call.visit, participant=name, record=True, transcribe=True)
        self.calls.append(call)
        return call


@contextlib.asynccontextmanager
async def room(
    recording: Recording, *, recorded: bool = True, cores: set[int] | None = None
) -> AsyncIterator[Scene]:
    """Our server and, when `recorded`, our recorder."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-media-")))
        recorder, arguments = None, ["--seats", "1"]
        if recorded:
            socket, files = folder / "recorder.sock", folder / "segments"
            files.mkdir()
            recorder = await stack.enter_async_context(
                Subject("bench.media.subject_record", str(socket), str(files), cores=cores)
            )
            arguments += ["--recorder", str(socket)]
        server = await stack.enter_async_context(Subject("bench.media.subject_room", *arguments, cores=cores))
        scene = Scene(server, recorder, Player(recording), room_sections(1))
        try:
            yield scene
        finally:
            await _end(scene)


@contextlib.asynccontextmanager
async def stock(recording: Recording, ending: str = "mp4") -> AsyncIterator[Scene]:
    """Stock aiortc: everything in one process."""
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-media-"))
        server = await stack.enter_async_context(Subject("bench.media.subject_stock", folder, ending))
        scene = Scene(server, None, Player(recording), STOCK_SECTIONS)
        try:
            yield scene
        finally:
            await _end(scene)


async def _end(scene: Scene) -> None:
    await scene.player.close()
    await asyncio.gather(*(call.close() for call in scene.calls))

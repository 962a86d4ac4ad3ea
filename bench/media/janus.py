"""Debian's Janus as the C peer: a VideoRoom that forwards and records every publisher (.mjr), driven over HTTP.

Configuration in a temporary folder; only the VideoRoom plugin and the HTTP transport are loaded. A participant is two
peer connections there, one that publishes and one that views, as in every VideoRoom client.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from aioice.ice import get_host_addresses

from bench.media.client import Client
from bench.media.player import Player
from bench.media.recorded import Recording

BINARY = Path("/usr/bin/janus")
LIBRARY = Path("/usr/lib/x86_64-linux-gnu/janus")
WAIT_S = 15.0

_MAIN = """general: {{
  configs_folder = "{folder}"
  plugins_folder = "{folder}/plugins"
  transports_folder = "{folder}/transports"
  events_folder = "{folder}"
  loggers_folder = "{folder}"
  debug_level = 2
  interface = "{host}"
  protected_folders = []
}}
media: {{ }}
nat: {{ ice_enforce_list = "{host}" }}
"""
_HTTP = """general: {{ json = "compact" base_path = "/janus" http = true port = {port} ip = "127.0.0.1" https = false }}
admin: {{ admin_http = false }}
"""


def available() -> bool:
    return BINARY.exists() and (LIBRARY / "plugins").is_dir()


def own_address() -> str:
    """Janus never uses loopback: an address of this machine's network card, or 127.0.0.1 when there is none."""
    found = [
        host for host in get_host_addresses(use_ipv4=True, use_ipv6=False) if not host.startswith("127.")
    ]
    return found[0] if found else "127.0.0.1"


@dataclass(slots=True)
class JanusCall:
    """A room with two publishers who view each other."""

    publishers: list[Client] = field(default_factory=list)
    viewers: list[Client] = field(default_factory=list)

    async def close(self) -> None:
        await asyncio.gather(*(client.close() for client in self.publishers + self.viewers))


class Janus:
    """The running server and one session with it."""

    def __init__(self, pid: int, port: int, folder: Path, host: str) -> None:
        self.pid = pid
        self._host, self._folder = host, folder
        self._url = f"http://127.0.0.1:{port}/janus"
        self._http: aiohttp.ClientSession
        self._session = 0
        self._events: dict[int, asyncio.Queue[dict[str, Any]]] = {}
        self._poll: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._http = aiohttp.ClientSession()
        async with asyncio.timeout(WAIT_S):
            while not self._session:
                try:
                    created = await self._post(self._url, janus="create")
                    self._session = created["data"]["id"]
                except aiohttp.ClientError:
                    await asyncio.sleep(0.1)
        self._poll = asyncio.create_task(self._listen())

    async def close(self) -> None:
        if self._poll is not None:
            self._poll.cancel()
            await asyncio.gather(self._poll, return_exceptions=True)
        await self._http.close()

    async def _post(self, url: str, **body: Any) -> dict[str, Any]:
        async with self._http.post(url, json={"transaction": uuid4().hex, **body}) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
        if answer.get("janus") == "error":
            raise RuntimeError(str(answer["error"]))
        return answer

    async def _listen(self) -> None:
        while True:
            async with self._http.get(f"{self._url}/{self._session}?maxev=10") as response:
                events = await response.json(content_type=None)
            for event in events if isinstance(events, list) else [events]:
                queue = self._events.get(event.get("sender", 0))
                if queue is not None and event["janus"] == "event":
                    queue.put_nowait(event)

    async def _attach(self) -> int:
        answer = await self._post(
            f"{self._url}/{self._session}", janus="attach", plugin="janus.plugin.videoroom"
        )
        handle: int = answer["data"]["id"]
        self._events[handle] = asyncio.Queue()
        return handle

    async def _ask(
        self, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """A request to the plugin; its event."""
        extra = {"jsep": jsep} if jsep is not None else {}
        await self._post(f"{self._url}/{self._session}/{handle}", janus="message", body=body, **extra)
        event = await asyncio.wait_for(self._events[handle].get(), WAIT_S)
        data = event["plugindata"]["data"]
        if "error" in data:
            raise RuntimeError(data["error"])
        return event

    async def call(self, player: Player, room: int) -> JanusCall:
        """A recorded room of two."""
        call = JanusCall()
        handle = await self._attach()
        await self._post(
            f"{self._url}/{self._session}/{handle}",
            janus="message",
            body={
                "request": "create",
                "room": room,
                "publishers": 2,
                "bitrate": 2_000_000,
                "audiocodec": "opus",
                "videocodec": "vp8",
                "record": True,
                "rec_dir": str(self._folder / "recordings"),
                "audiolevel_ext": True,
            },
        )
        people = [await self._publish(call, room) for _ in range(2)]
        for feed in reversed(people):
            await self._view(call, room, feed)
        for client in call.publishers:
            player.add(client)
        for client in call.viewers:
            player.listen(client)
        return call

    async def _publish(self, call: JanusCall, room: int) -> int:
        handle = await self._attach()
        joined = await self._ask(handle, {"request": "join", "ptype": "publisher", "room": room})
        client = Client(self._host)
        call.publishers.append(client)
        offer = await client.offer([("audio", "sendonly"), ("video", "sendonly")])
        event = await self._ask(handle, {"request": "publish"}, {"type": "offer", "sdp": offer})
        await client.accept(event["jsep"]["sdp"])
        number: int = joined["plugindata"]["data"]["id"]
        return number

    async def _view(self, call: JanusCall, room: int, feed: int) -> None:
        handle = await self._attach()
        joining = {"request": "join", "ptype": "subscriber", "room": room, "streams": [{"feed": feed}]}
        event = await self._ask(handle, joining)
        client = Client(self._host)
        call.viewers.append(client)
        answer = await client.answer(event["jsep"]["sdp"])
        await self._ask(handle, {"request": "start"}, {"type": "answer", "sdp": answer})
        await client.wait()

    def written(self) -> int:
        return sum(file.stat().st_size for file in (self._folder / "recordings").iterdir())


@contextlib.asynccontextmanager
async def running(recording: Recording) -> AsyncIterator[tuple[Janus, Player]]:
    """Janus in a temporary folder, and a player for its participants."""
    with tempfile.TemporaryDirectory(prefix="bench-janus-") as name:
        folder, host, port = Path(name), own_address(), _free_port()
        _configure(folder, host, port)
        process = _started(folder)
        janus, player = Janus(process.pid, port, folder, host), Player(recording)
        try:
            await janus.open()
            yield janus, player
        finally:
            await player.close()
            await janus.close()
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _configure(folder: Path, host: str, port: int) -> None:
    for part, library in (("plugins", "libjanus_videoroom.so"), ("transports", "libjanus_http.so")):
        (folder / part).mkdir()
        (folder / part / library).symlink_to(LIBRARY / part / library)
    (folder / "recordings").mkdir()
    (folder / "janus.jcfg").write_text(_MAIN.format(folder=folder, host=host), encoding="ascii")
    (folder / "janus.transport.http.jcfg").write_text(_HTTP.format(port=port), encoding="ascii")
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n", encoding="ascii")


def _started(folder: Path) -> subprocess.Popen[bytes]:
    command = [str(BINARY), "-F", str(folder), "-C", f"{folder}/janus.jcfg"]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def version() -> str:
    out = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", "janus"], capture_output=True, text=True, check=False
    )
    return out.stdout or os.fspath(BINARY)

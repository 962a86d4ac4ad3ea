"""A client of the room's socket, written from docs/protocol.md frame by frame, so that it can also misbehave."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from types import TracebackType
from typing import Any
from uuid import UUID

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

ORIGIN = "https://consult.example"
PATIENCE = 5.0
Event = tuple[str, dict[str, Any]]


class ConnectionEnded(Exception):
    """The server ended the connection."""


class RoomClient:
    """`async with RoomClient(url) as client`: an open WebSocket in no room yet."""

    def __init__(self, url: str, *, origin: str | None = ORIGIN) -> None:
        self._url = url
        self._origin = origin
        self.events: list[Event] = []
        self.acks: dict[int, dict[str, Any]] = {}
        self.connected: dict[str, Any] | None = None
        self.refused: dict[str, Any] | None = None
        self.ended = False
        self._news = asyncio.Condition()
        self._next = 0

    async def __aenter__(self) -> "RoomClient":
        self._http = ClientSession()
        headers = {"Origin": self._origin} if self._origin else {}
        try:
            self._socket: ClientWebSocketResponse = await self._http.ws_connect(
                f"{self._url}/socket.io/?EIO=4&transport=websocket", headers=headers, max_msg_size=0
            )
        except BaseException:
            await self._http.close()
            raise
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self._socket.close()
        await self._http.close()

    def cut(self) -> None:
        """The network is gone: no close frame, no goodbye."""
        response = self._socket._response
        if response.connection is not None and response.connection.transport is not None:
            response.connection.transport.abort()

    def pause(self) -> None:
        """Stop reading from the network."""
        self._reader.cancel()
        response = self._socket._response
        if response.connection is not None and response.connection.transport is not None:
            response.connection.transport.pause_reading()

    async def raw(self, frame: str | bytes) -> None:
        with contextlib.suppress(ConnectionError):
            if isinstance(frame, bytes):
                await self._socket.send_bytes(frame)
            else:
                await self._socket.send_str(frame)

    async def join(self, ticket: str, visit_id: UUID | str) -> dict[str, Any]:
        """The first room.state. Raises AssertionError with the refusal when refused."""
        await self.raw("40/room," + json.dumps({"ticket": ticket, "visit_id": str(visit_id)}))
        await self._until(lambda: self.connected is not None or self.refused is not None)
        assert self.refused is None, self.refused
        return await self.event("room.state")

    async def refused_join(self, auth: object) -> dict[str, Any]:
        """The error of a refused join. `auth`: an object, or the JSON text as it goes over the wire."""
        self.refused = None
        await self.raw("40/room," + (auth if isinstance(auth, str) else json.dumps(auth)))
        await self._until(lambda: self.refused is not None)
        refusal: dict[str, Any] = self.refused or {}
        return dict(refusal["data"])

    async def say(self, event: str, payload: object = None) -> dict[str, Any]:
        """The acknowledgement of an event."""
        number = self._next = self._next + 1
        arguments = [event] if payload is None else [event, payload]
        await self.raw(f"42/room,{number}{json.dumps(arguments)}")
        await self._until(lambda: number in self.acks)
        return self.acks[number]

    async def must(self, event: str, payload: object = None) -> dict[str, Any]:
        """As `say`, for what is expected to succeed."""
        answer = await self.say(event, {} if payload is None else payload)
        assert answer["ok"] is True, answer
        return answer

    async def code(self, event: str, payload: object = None) -> str:
        """The error code of what is expected to be refused."""
        answer = await self.say(event, {} if payload is None else payload)
        assert answer["ok"] is False, answer
        return str(answer["error"]["code"])

    async def event(
        self, name: str, where: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> dict[str, Any]:
        """The next event of this name for which `where` holds; earlier ones are used up."""
        found: list[dict[str, Any]] = []

        def look() -> bool:
            while self.events and not found:
                kind, payload = self.events.pop(0)
                if kind == name and where(payload):
                    found.append(payload)
            return bool(found)

        await self._until(look)
        return found[0]

    async def until_ended(self) -> None:
        await self._until(lambda: self.ended)

    async def _until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            while not done():
                if self.ended:
                    raise ConnectionEnded
                await self._news.wait()

    async def _read(self) -> None:
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                await self._take(message.data)
        async with self._news:
            self.ended = True
            self._news.notify_all()

    async def _take(self, frame: str) -> None:
        if frame == "2":
            await self._socket.send_str("3")
        async with self._news:
            self._file(frame)
            self._news.notify_all()

    def _file(self, frame: str) -> None:
        kind, rest = frame[:2], frame[2:].removeprefix("/room").removeprefix(",")
        if kind == "40":
            self.connected = json.loads(rest)
        elif kind == "44":
            self.refused = json.loads(rest)
        elif kind == "41":
            self.ended = True
        elif kind == "42":
            name, payload = json.loads(rest)
            self.events.append((name, payload))
        elif kind == "43":
            number, _, body = rest.partition("[")
            self.acks[int(number)] = json.loads("[" + body)[0]

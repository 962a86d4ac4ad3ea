"""python-socketio with its defaults made safe (field notes B3): text only, bounded both ways, ordered, quiet.

Measured on 5.18.1 / engineio 4.15.1: handlers run concurrently, a client may announce 10^9 binary
attachments and have them held, outgoing queues have no bound, an event *named* "connect" reaches the
connect handler, deep JSON raises RecursionError, and one non-numeric frame leaves a zombie session. Private
names are used where there is no public one; tests/integration/signaling/test_transport.py fails when a new
version moves them.
"""

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import engineio
import socketio
from aiohttp import WSMsgType, web
from engineio.async_drivers.aiohttp import WebSocket
from socketio.packet import Packet

from core.clock import Clock
from signaling.bucket import Rate, TokenBucket
from signaling.frames import (
    CONSENT,
    MAX_FRAME_CHARACTERS,
    NAMESPACE,
    BadMessage,
    acceptable,
    decode,
    may_set_consent,
)

PATH = "socket.io"
PING_SECONDS = 10
SEND_SECONDS = 10.0
"""A peer whose TCP window stays closed this long is gone for a live call."""
MAX_PENDING = 128
"""Messages queued for one connection; a reader slower than this is disconnected and joins again."""
MAX_SOCKETS = 2_000
JOIN_SECONDS = 15
"""A connection that is in no room after this is closed."""
MAX_STRIKES = 5
READ_AHEAD = 128 * 1024
"""Characters read from a connection before their turn; beyond this the network waits."""
FRAME_OVERHEAD = 64
"""What a frame takes beside its characters: 100,000 empty ones shall not fit."""
FLOOD = Rate(capacity=200, per_second=50)
"""Of frames of any kind, before anything is parsed; events have their own, finer allowance."""


class TextOnlyPacket(Packet):  # type: ignore[misc]  # the wheel ships no types
    """Reads only what signaling.frames admits: one namespace, no binary packets, no attachments."""

    uses_binary_events = False

    def decode(self, encoded_packet: object) -> int:
        packet = decode(encoded_packet)
        self.packet_type, self.namespace = packet.kind, NAMESPACE
        self.id, self.data = packet.id, packet.data
        return 0  # attachments to wait for


class GuardedWebSocket(WebSocket):  # type: ignore[misc]
    """One WebSocket. OSError is how engineio is told that a connection is over."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._read: asyncio.Queue[str | None] = asyncio.Queue()
        self._unhandled = 0
        self._may_read = asyncio.Event()
        self._may_read.set()

    async def __call__(self, environ: Mapping[str, Any]) -> web.WebSocketResponse:
        # compress=False: no decompression for strangers, and secrets never share a compression window with
        # somebody else's text.
        self._sock = web.WebSocketResponse(max_msg_size=MAX_FRAME_CHARACTERS, compress=False)
        await self._sock.prepare(environ["aiohttp.request"])
        self.environ = environ
        session = self.handler.__self__
        reader = asyncio.create_task(self._read_ahead(session))
        try:
            await self.handler(self)
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            # engineio skips this when the handler is cancelled or raises: the room would show a ghost.
            await session.close(wait=False, abort=True, reason=session.server.reason.TRANSPORT_CLOSE)
        return self._sock

    async def wait(self) -> str:
        frame = await self._read.get()
        if frame is None:
            raise OSError
        self._unhandled -= len(frame) + FRAME_OVERHEAD
        self._may_read.set()
        return frame

    async def _read_ahead(self, session: Any) -> None:
        """Frames are handled one after the other, but seen when they arrive: consent can be withdrawn while
        something else of the same client takes its time.
        """
        try:
            while True:
                await self._may_read.wait()
                message = await self._sock.receive()  # an oversized frame arrives as ERROR, close code 1009
                if message.type is not WSMsgType.TEXT or not acceptable(message.data):
                    break
                session.server.arrived(session.sid, message.data)
                self._read.put_nowait(message.data)
                self._unhandled += len(message.data) + FRAME_OVERHEAD
                if self._unhandled >= READ_AHEAD:
                    self._may_read.clear()
        finally:
            self._read.put_nowait(None)

    async def send(self, message: str) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._sock.send_str(message)
        except TimeoutError:
            abort(self.environ)
            raise OSError from None


class BoundedEngine(engineio.AsyncServer):  # type: ignore[misc]
    """Engine.IO that counts what waits for each client and wants to know where it comes from."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._async: dict[str, Any] = {**self._async, "websocket": GuardedWebSocket}
        self.overflowed: Callable[[str], None] = lambda _: None
        self.arrived: Callable[[str, str], None] = lambda _sid, _frame: None
        self._pings: set[asyncio.Task[Any]] = set()

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        if "Origin" not in request.headers:  # every browser sends it; a wrong one is refused by engineio
            return web.Response(status=403, text="Origin required")
        if len(self.sockets) >= MAX_SOCKETS:
            return web.Response(status=503, headers={"Retry-After": "5"})
        response: web.StreamResponse = await super().handle_request(request)
        return response

    def start_background_task(self, target: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """As engineio's, which forgets the task: a sleeping ping would outlive the server."""
        task = asyncio.ensure_future(target(*args, **kwargs))
        self._pings.add(task)
        task.add_done_callback(self._pings.discard)
        return task

    async def end_background_tasks(self) -> None:
        await self.shutdown()
        pings = list(self._pings)
        for task in pings:
            task.cancel()
        await asyncio.gather(*pings, return_exceptions=True)

    async def send_packet(self, sid: str, pkt: Any) -> None:
        socket = self.sockets.get(sid)
        if socket is not None and socket.queue.qsize() >= MAX_PENDING:
            self.overflowed(sid)
        elif socket is not None and not socket.closed:
            await super().send_packet(sid, pkt)


class RoomTransport(socketio.AsyncServer):  # type: ignore[misc]
    """The Socket.IO server of the rooms. `origins`: the exact origins browsers come from, at least one."""

    def __init__(self, origins: Collection[str], clock: Clock) -> None:
        if not origins or "*" in origins:
            # engineio: [] turns the check off, None trusts X-Forwarded-Host.
            raise ValueError("name the allowed origins of the room socket")
        super().__init__(
            serializer=TextOnlyPacket,
            namespaces=[NAMESPACE],
            async_mode="aiohttp",
            async_handlers=False,
            transports=["websocket"],
            allow_upgrades=False,
            cors_allowed_origins=sorted(origins),
            max_http_buffer_size=MAX_FRAME_CHARACTERS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            logger=False,
            engineio_logger=False,
        )
        self.eio.overflowed = self.abort
        self.eio.arrived = self._arrived
        self.on_joined: Callable[[str], Any] | None = None
        self.on_consent: Callable[[str, object], None] = lambda _sid, _payload: None
        self._clock = clock
        self._guards: dict[str, _Guard] = {}

    def abort(self, eio_sid: str) -> None:
        """Cut one connection without waiting for its reader."""
        if (environ := self.environ.get(eio_sid)) is not None:
            abort(environ)

    async def send(self, sid: str, event: str, payload: Any) -> None:
        """To one connection; nothing happens where it is gone."""
        await self.emit(event, payload, to=sid, namespace=NAMESPACE)

    async def drop(self, sid: str) -> None:
        """End one connection after what was sent to it."""
        if self.manager.is_connected(sid, NAMESPACE):
            await self.disconnect(sid, namespace=NAMESPACE)

    def sweep(self) -> None:
        """Cut connections that are in no room and have had time to join one."""
        latest = self._clock.now() - timedelta(seconds=JOIN_SECONDS)
        for eio_sid, guard in list(self._guards.items()):
            in_room = self.manager.sid_from_eio_sid(eio_sid, NAMESPACE) is not None
            guard.idle_since = None if in_room else guard.idle_since or self._clock.now()
            if guard.idle_since is not None and guard.idle_since <= latest:
                self.abort(eio_sid)

    async def close(self) -> None:
        """Cut every connection and end the monitor."""
        for eio_sid in list(self.environ):
            self.abort(eio_sid)
        await self.eio.end_background_tasks()

    def _arrived(self, eio_sid: str, frame: str) -> None:
        """Ahead of the line: only the one message whose effect may not wait is looked into."""
        if not may_set_consent(frame):
            return
        sid = self.manager.sid_from_eio_sid(eio_sid, NAMESPACE)
        with contextlib.suppress(BadMessage):  # counted in its turn
            data = decode(frame[1:]).data
            if sid is not None and isinstance(data, list) and len(data) == 2 and data[0] == CONSENT:
                self.on_consent(sid, data[1])

    def _engineio_server_class(self) -> type[BoundedEngine]:
        return BoundedEngine

    async def _handle_eio_connect(self, eio_sid: str, environ: Any) -> None:
        self._guards[eio_sid] = _Guard(self._clock.now())
        await super()._handle_eio_connect(eio_sid, environ)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._guards.pop(eio_sid, None)
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def _handle_eio_message(self, eio_sid: str, data: object) -> None:
        guard = self._guards.get(eio_sid)
        if guard is None:
            return
        try:
            if not guard.bucket.take(1, self._clock.now()):
                raise BadMessage
            await super()._handle_eio_message(eio_sid, data)
        except BadMessage:
            guard.strikes += 1
            if guard.strikes >= MAX_STRIKES:
                self.abort(eio_sid)

    async def _handle_connect(self, eio_sid: str, namespace: str, data: object) -> None:
        """Tell `on_joined` after the client has been told that it is connected: no event may come before
        that.
        """
        await super()._handle_connect(eio_sid, namespace, data)
        sid = self.manager.sid_from_eio_sid(eio_sid, NAMESPACE)
        if sid is None or not self.manager.is_connected(sid, NAMESPACE):
            raise BadMessage  # a refused ticket counts like a bad message: five tries, then the line is cut
        if self.on_joined is not None:
            await self.on_joined(sid)


class _Guard:
    """What is counted for one connection."""

    def __init__(self, now: datetime) -> None:
        self.bucket = TokenBucket(FLOOD, now)
        self.strikes = 0
        self.idle_since: datetime | None = now


def abort(environ: Mapping[str, Any]) -> None:
    transport = environ["aiohttp.request"].transport
    if transport is not None:
        transport.abort()

"""The serving side of the low-bandwidth process: starts it, feeds it, and starts it again when it dies or hangs."""

import asyncio
import contextlib
import logging
import os
import socket
import sys
import time
from collections.abc import Sequence
from itertools import count

from core.telemetry import counter
from media.link_protocol import HEAD, MAX_FRAME, BrokenFrame, KeyFrameWanted, StreamPacket
from media.low_bandwidth.protocol import Frame, Still, decode, encode
from media.low_bandwidth.source import LowCopy
from media.sources import PacketSource

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "media.low_bandwidth")
PICTURES_WAITING, SOUND_WAITING = (
    512 * 1024,
    1024 * 1024,
)  # bytes in the socket above which packets are dropped
IDLE_S = 30.0  # nothing wanted for so long: the process ends
SILENT_S = 8.0  # it says every second that it lives
RETRY_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
HEALTHY_S = 30.0  # after so long alive the waits begin from the first again

DROPPED = counter(
    "media_low_bandwidth_dropped_total", "Packets the copying process could not be given", ("kind",)
)
STARTED = counter("media_low_bandwidth_started_total", "Starts of the copying process")


class LowBandwidth:
    """The copies of this node's sources. `tick` about twice a second; `close` at shutdown."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = tuple(command)
        self._numbers = count(1)
        self._copies: dict[int, LowCopy] = {}
        self._of: dict[int, int] = {}  # id of the source -> number of its copy
        self._task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._heard = 0.0
        self._idle_since: float | None = None
        self._failures = 0
        self._retry_at = 0.0

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def alive(self) -> bool:
        """Whether the process runs, starts or ends."""
        return self._task is not None and not self._task.done()

    @property
    def running(self) -> bool:
        return self._writer is not None

    def copy_of(self, source: PacketSource) -> LowCopy:
        """The copy of this source, made on first use. Nothing flows before `want`."""
        number = self._of.get(id(source))
        if number is None:
            number = next(self._numbers)
            self._of[id(source)] = number
            self._copies[number] = LowCopy(number, source, self._send)
        return self._copies[number]

    def has_copy_of(self, source: PacketSource) -> bool:
        return id(source) in self._of

    def forget(self, source: PacketSource) -> None:
        """The source is gone: a participant left or has a new connection."""
        number = self._of.pop(id(source), None)
        if number is not None:
            self._copies.pop(number).drop()

    def sources(self) -> list[PacketSource]:
        return [copy.source for copy in self._copies.values()]

    def tick(self, now: float) -> None:
        """Start what is wanted, end what idles, kill what hangs."""
        wanted = any(copy.wanted for copy in self._copies.values())
        self._idle_since = None if wanted else (self._idle_since or now)
        if self._task is None or self._task.done():
            if wanted and now >= self._retry_at:
                self._task = asyncio.create_task(self._live())
        elif self._idle_since is not None and now - self._idle_since >= IDLE_S:
            self._hang_up()
        elif self.running and now - self._heard >= SILENT_S:
            logger.warning("the low-bandwidth process is silent; it is killed")
            self._kill()

    async def close(self) -> None:
        """End the process; takes two seconds at most."""
        for copy in list(self._copies.values()):
            copy.drop()
        task, self._task = self._task, None
        self._hang_up()
        if task is not None:
            with contextlib.suppress(TimeoutError, asyncio.CancelledError):
                await asyncio.wait_for(task, 2)
        self._kill()

    def _send(self, frame: Frame) -> bool:
        """Hand one frame over if there is a process; pictures give way to sound, and nothing waits."""
        writer = self._writer
        if writer is None:
            return False
        if isinstance(frame, StreamPacket):
            picture = frame.kind == "video"
            waiting = writer.transport.get_write_buffer_size()
            if waiting > (PICTURES_WAITING if picture else SOUND_WAITING):
                DROPPED.labels(frame.kind).inc()
                return False
        writer.write(encode(frame))
        return True

    # --- one life of the process ---

    async def _live(self) -> None:
        begun = time.monotonic()
        try:
            reader = await self._start()
            await self._read(reader)
        except (OSError, asyncio.IncompleteReadError, BrokenFrame, ValueError) as error:
            if self._writer is not None:  # nobody here hung up
                logger.warning("the low-bandwidth process ended: %s", type(error).__name__)
        finally:
            await self._end(begun)

    async def _start(self) -> asyncio.StreamReader:
        STARTED.inc()
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._process = await self._spawn(theirs.fileno())
            reader, self._writer = await asyncio.open_connection(sock=ours)
        except BaseException:
            ours.close()
            raise
        self._heard = time.monotonic()
        for copy in self._copies.values():
            copy.greet()
        return reader

    async def _spawn(self, fd: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *self._command,
            str(fd),
            pass_fds=(fd,),
            stdin=asyncio.subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            length, kind = HEAD.unpack(await reader.readexactly(HEAD.size))
            if length > MAX_FRAME:
                raise BrokenFrame
            frame = decode(kind, await reader.readexactly(length))
            self._heard = time.monotonic()
            self._take(frame)

    def _take(self, frame: Frame) -> None:
        match frame:
            case StreamPacket(stream) if copy := self._copies.get(stream):
                copy.deliver(frame)
            case Still(stream, token, taken_at, jpeg) if copy := self._copies.get(stream):
                copy.delivered_still(token, taken_at, jpeg)
            case KeyFrameWanted(stream) if copy := self._copies.get(stream):
                copy.source.request_key_frame()

    async def _end(self, begun: float) -> None:
        self._hang_up()
        self._kill()
        process = self._process
        if process is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), 2)
        lived = time.monotonic() - begun
        self._failures = 0 if lived > HEALTHY_S else self._failures + 1
        self._retry_at = time.monotonic() + RETRY_S[min(max(0, self._failures - 1), len(RETRY_S) - 1)]
        for copy in self._copies.values():
            copy.lost()

    def _hang_up(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()

"""The serving side of the line to the recorder. Bounded, and never in the way of the call.

While the recorder is away (restarting after kill -9) sound is kept for it, within a limit, because the
transcript needs it; pictures are not, the recorder asks for a key frame when it is back.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from itertools import count
from pathlib import Path
from uuid import UUID

from core.telemetry import counter
from media.link_protocol import (
    CODECS,
    HEAD,
    MAX_FRAME,
    BrokenFrame,
    CloseStream,
    Frame,
    KeyFrameWanted,
    OpenStream,
    StreamReport,
    decode,
    encode,
    encode_packet,
)
from media.model import SOURCES, Codec, Source, Tap
from media.rtp import Packet

logger = logging.getLogger(__name__)

PICTURES_WAITING = 4 * 1024 * 1024  # bytes in the socket above which pictures are dropped: a stuck recorder
SOUND_WAITING = 8 * 1024 * 1024  # ... above which sound is dropped too
KEPT_SOUND = 2 * 1024 * 1024  # bytes of sound kept for an absent recorder: 4 voices for about 2 minutes
BATCH_S = 0.04
BATCH_BYTES = 64 * 1024
RETRY_S = (0.1, 0.2, 0.5, 1.0)

DROPPED = counter("media_recorder_dropped_total", "Packets the recorder could not be given", ("kind",))


class RecorderLink:
    """Sends taps and packets to the `record` process behind a unix socket, reconnecting for ever."""

    def __init__(self, socket_path: Path) -> None:
        self._path = socket_path
        self._streams: dict[int, TapStream] = {}
        self._numbers = count(1)
        self._writer: asyncio.StreamWriter | None = None
        self._batch: list[bytes] = []
        self._batched = 0
        self._kept: deque[bytes] = deque()
        self._kept_bytes = 0
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        return self._writer is not None

    def start(self) -> None:
        """Begin connecting; returns at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Let what was sent leave (2 s at most), then hang up."""
        writer = self._writer
        self.flush()
        if writer is not None:
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.drain(), 2)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def open(self, visit_id: UUID, participant_id: UUID, ask_key_frame: Callable[[], None]) -> "TapStream":
        """A new stream for one participant. Nothing flows before `change`."""
        stream = TapStream(self, next(self._numbers), visit_id, participant_id, ask_key_frame)
        self._streams[stream.number] = stream
        return stream

    def forget(self, number: int) -> None:
        self._streams.pop(number, None)

    def send(self, frame: Frame) -> None:
        """Hand over what is no packet; never waits."""
        writer = self._writer
        if writer is None:
            self._keep(encode(frame))
        else:
            self._put(encode(frame), writer)

    def send_packet(self, data: bytes, picture: bool) -> None:
        """As `send`, for a packet encoded already: dropped when the recorder is away or stuck."""
        writer = self._writer
        if writer is None:
            if picture:
                DROPPED.labels("video").inc()
            else:
                self._keep(data)
            return
        waiting = self._batched + writer.transport.get_write_buffer_size()
        if waiting > (PICTURES_WAITING if picture else SOUND_WAITING):
            DROPPED.labels("video" if picture else "audio").inc()
            return
        self._put(data, writer)

    def _put(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """One write for some packets: a system call and a waking of the recorder each would cost more than the
        packet's way through the room."""
        if not self._batch:
            asyncio.get_running_loop().call_later(BATCH_S, self.flush)
        self._batch.append(data)
        self._batched += len(data)
        if self._batched > BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Let what was gathered leave."""
        batch, self._batch, self._batched = self._batch, [], 0
        if self._writer is not None:
            self._writer.writelines(batch)
        else:  # it hung up meanwhile
            for data in batch:
                self._keep(data)

    def _keep_wishes(self) -> None:
        """A participant may leave while the recorder is away: what was said until then must still find its stream."""
        for stream in self._streams.values():
            if (frame := stream.opening()) is not None:
                self._keep(encode(frame))

    def _keep(self, data: bytes) -> None:
        self._kept.append(data)
        self._kept_bytes += len(data)
        while self._kept_bytes > KEPT_SOUND:
            self._kept_bytes -= len(self._kept.popleft())
            DROPPED.labels("audio").inc()

    async def _run(self) -> None:
        attempt = 0
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self._path))
            except OSError:
                await asyncio.sleep(RETRY_S[min(attempt, len(RETRY_S) - 1)])
                attempt += 1
                continue
            attempt = 0
            try:
                self._greet(writer)
                await self._read(reader)
            except (OSError, asyncio.IncompleteReadError, BrokenFrame):
                logger.warning("the recorder hung up; connecting again")
            finally:
                self._writer = None
                writer.close()
                self._keep_wishes()

    def _greet(self, writer: asyncio.StreamWriter) -> None:
        """Tell a recorder that may know nothing the present wishes, then the sound it missed."""
        for stream in self._streams.values():
            if (frame := stream.opening()) is not None:
                writer.write(encode(frame))
        for data in self._kept:
            writer.write(data)
        self._kept.clear()
        self._kept_bytes = 0
        self._writer = writer
        for stream in self._streams.values():
            stream.ask_key_frame()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            length, kind = HEAD.unpack(await reader.readexactly(HEAD.size))
            if length > MAX_FRAME:
                raise BrokenFrame
            frame = decode(kind, await reader.readexactly(length))
            if isinstance(frame, KeyFrameWanted) and frame.stream in self._streams:
                self._streams[frame.stream].ask_key_frame()


class TapStream:
    """One participant's packets on their way to the recorder."""

    def __init__(
        self, link: RecorderLink, number: int, visit_id: UUID, participant_id: UUID, ask: Callable[[], None]
    ) -> None:
        self.number = number
        self.ask_key_frame = ask
        self._link = link
        self._visit_id = visit_id
        self._participant_id = participant_id
        self._tap = Tap()
        self._since = 0.0
        self._connection = 0

    def opening(self) -> OpenStream | None:
        """The frame that tells the present wish; None before there is one."""
        if not self._tap.on:
            return None
        ids = (self.number, self._visit_id, self._participant_id)
        return OpenStream(*ids, self._tap.record, self._tap.transcribe, self._since)

    def change(self, tap: Tap, at: float) -> None:
        self._tap, self._since = tap, at
        if (frame := self.opening()) is not None:
            self._link.send(frame)

    def restart(self) -> None:
        """The participant has a new connection: numbers and clocks begin anew."""
        self._connection = (self._connection + 1) & 0xFF

    def packet(self, source: Source, codec: Codec, packet: Packet, at: float) -> None:
        picture = source != "microphone"
        if not packet.payload or not (self._tap.record or (self._tap.transcribe and not picture)):
            return
        of = (SOURCES.index(source), CODECS.index(codec), self._connection)
        self._link.send_packet(encode_packet(self.number, *of, packet, at), picture)

    def report(self, source: Source, ntp: int, timestamp: int, at: float) -> None:
        if self._tap.record:
            self._link.send(StreamReport(self.number, source, self._connection, ntp, timestamp, at))

    def close(self, at: float) -> None:
        self._tap = Tap()
        self._link.send(CloseStream(self.number, at))
        self._link.forget(self.number)

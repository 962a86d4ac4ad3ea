"""The recorder's socket: one participant, one task, one bounded queue; a slow or failing one disturbs no
other."""

import asyncio
import contextlib
import logging
import time
from pathlib import Path

from core.telemetry import counter
from media.link_protocol import (
    HEAD,
    MAX_FRAME,
    BrokenFrame,
    CloseStream,
    KeyFrameWanted,
    OpenStream,
    StreamPacket,
    StreamReport,
    decode,
    encode,
)
from media.model import Tap
from media.ports import RecordingSink
from media.recording.hearing import Hearing
from media.recording.segment import ParticipantRecording

logger = logging.getLogger(__name__)

WAITING_FRAMES = 4096  # per participant: 20 s of sound and picture
TICK_S = 0.4
FINISH_S = 60.0  # for what is queued when a stream ends: up to two minutes of kept sound may still be unheard
CLOSE_S = 5.0  # for all streams together when the recorder stops
DROPPED = counter("recorder_dropped_total", "Frames the recorder had no room for", ("part",))

_Work = StreamPacket | StreamReport | Tap
_END = "end"


class RecorderServer:
    """Listens on a unix socket (mode 0600) for `RecorderLink`. The sink decides where bytes and sound go."""

    def __init__(self, socket_path: Path, sink: RecordingSink) -> None:
        self._path = socket_path
        self._sink = sink
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._finishing: set[asyncio.Task[None]] = set()  # closed streams, writing their last

    async def start(self) -> None:
        """Begin listening; a stale socket file of a killed recorder is replaced."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._accept, str(self._path), limit=4 * MAX_FRAME)
        self._path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening and close every segment cleanly, also those whose participants have just left. Takes
        `CLOSE_S` at most; when it returns the sink is not called again."""
        if self._server is not None:
            self._server.close()
        for line in list(self._lines):
            line.cancel()
        ending = {*self._lines, *self._finishing}
        if ending:
            _, late = await asyncio.wait(ending, timeout=CLOSE_S)
            for task in late | self._finishing:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        streams: dict[int, _Stream] = {}
        try:
            await self._read(reader, writer, streams)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the other side ended, or we do
        except BrokenFrame:
            logger.exception("a frame on the recorder's socket cannot be read")
        finally:
            writer.close()  # at once: after a broken frame the other side may begin anew
            ending = [self._finish(stream) for stream in streams.values()]
            await asyncio.gather(*ending, return_exceptions=True)
            self._lines.discard(task)

    def _finish(self, stream: "_Stream") -> asyncio.Task[None]:
        """End a stream in the background; `close` waits for it."""
        task = asyncio.create_task(stream.end())
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        return task

    async def _read(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, streams: dict[int, "_Stream"]
    ) -> None:
        while True:
            length, kind = HEAD.unpack(await reader.readexactly(HEAD.size))
            if length > MAX_FRAME:
                raise BrokenFrame
            frame = decode(kind, await reader.readexactly(length))
            if isinstance(frame, OpenStream):
                if frame.stream not in streams:
                    streams[frame.stream] = _Stream(frame, self._sink, writer)
                streams[frame.stream].put(Tap(frame.record, frame.transcribe))
            elif isinstance(frame, CloseStream):
                if (stream := streams.pop(frame.stream, None)) is not None:
                    self._finish(stream)
            elif not isinstance(frame, KeyFrameWanted) and frame.stream in streams:
                streams[frame.stream].put(frame)


class _Stream:
    """One participant's line of work: recording in one task, hearing in another."""

    def __init__(self, opened: OpenStream, sink: RecordingSink, writer: asyncio.StreamWriter) -> None:
        ids = (opened.visit_id, opened.participant_id)
        wanted = encode(KeyFrameWanted(opened.stream))
        recording = ParticipantRecording(*ids, sink, lambda: _tell(writer, wanted))
        self._recorder = _Worker("record", _RecordingPart(recording))
        self._listener = _Worker("hear", _HearingPart(opened, sink))
        self._tap = Tap()

    def put(self, work: _Work) -> None:
        if isinstance(work, Tap):
            self._tap = work
            self._recorder.put(work)
            self._listener.put(work)
            return
        if self._tap.record:
            self._recorder.put(work)
        if self._tap.transcribe and isinstance(work, StreamPacket) and work.kind == "audio":
            self._listener.put(work)

    async def end(self) -> None:
        """Finish what is queued (`FINISH_S` at most), then close."""
        self.put(Tap())
        self._recorder.last()
        self._listener.last()
        await asyncio.gather(self._recorder.done(), self._listener.done())


def _tell(writer: asyncio.StreamWriter, data: bytes) -> None:
    if not writer.is_closing():
        writer.write(data)


class _Part:
    """What a worker does with a participant's frames."""

    async def switch(self, tap: Tap) -> None:
        raise NotImplementedError

    async def take(self, work: StreamPacket | StreamReport) -> None:
        raise NotImplementedError

    async def tick(self, at: float) -> None:
        raise NotImplementedError

    async def fail(self) -> None:
        raise NotImplementedError


class _RecordingPart(_Part):
    def __init__(self, recording: ParticipantRecording) -> None:
        self._recording = recording

    async def switch(self, tap: Tap) -> None:
        if not tap.record:
            await self._recording.stop()

    async def take(self, work: StreamPacket | StreamReport) -> None:
        await self._recording.take(work)

    async def tick(self, at: float) -> None:
        await self._recording.tick(at)

    async def fail(self) -> None:
        await self._recording.abandon()


class _HearingPart(_Part):
    def __init__(self, opened: OpenStream, sink: RecordingSink) -> None:
        self._ids = (opened.visit_id, opened.participant_id)
        self._sink = sink
        self._hearing: Hearing | None = None

    async def switch(self, tap: Tap) -> None:
        if tap.transcribe and self._hearing is None:
            self._hearing = Hearing()
        elif not tap.transcribe and self._hearing is not None:
            hearing, self._hearing = self._hearing, None
            for at, samples in hearing.finish():
                await self._sink.on_audio(*self._ids, at, samples)
            await self._sink.on_audio_end(*self._ids)

    async def take(self, work: StreamPacket | StreamReport) -> None:
        if self._hearing is not None and isinstance(work, StreamPacket):
            for at, samples in self._hearing.push(work):
                await self._sink.on_audio(*self._ids, at, samples)

    async def tick(self, at: float) -> None:
        if self._hearing is not None:
            for begins, samples in self._hearing.due(at):
                await self._sink.on_audio(*self._ids, begins, samples)

    async def fail(self) -> None:
        """The next packet goes on; what failed is heard as a gap."""


class _Worker:
    """Runs one part behind a bounded queue, with a tick of the visit's own clock."""

    def __init__(self, name: str, part: _Part) -> None:
        self._name = name
        self._part = part
        self._queue: asyncio.Queue[_Work | str] = asyncio.Queue()  # bounded in put: wishes always fit
        self._ahead: float | None = None  # media time minus this process's monotonic time
        self._task = asyncio.create_task(self._run())

    def put(self, work: _Work) -> None:
        if not isinstance(work, Tap):
            if self._queue.qsize() >= WAITING_FRAMES:
                DROPPED.labels(self._name).inc()
                return
            if isinstance(work, StreamPacket):
                self._ahead = work.at - time.monotonic()
        self._queue.put_nowait(work)

    def last(self) -> None:
        self._queue.put_nowait(_END)

    async def done(self) -> None:
        try:
            await asyncio.wait([self._task], timeout=FINISH_S)
        finally:
            self._task.cancel()  # nothing to a worker that is done
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        due = 0.0
        while (work := await self._next(due)) is not _END:
            if isinstance(work, (StreamPacket, StreamReport, Tap)):
                await self._do(work)
            if time.monotonic() >= due:
                due = time.monotonic() + TICK_S
                await self._do(None)

    async def _next(self, due: float) -> _Work | str | None:
        """The next work; None when the tick is due before any."""
        if not self._queue.empty():
            return self._queue.get_nowait()
        try:
            return await asyncio.wait_for(self._queue.get(), max(0.001, due - time.monotonic()))
        except TimeoutError:
            return None

    async def _do(self, work: _Work | None) -> None:
        try:
            if isinstance(work, Tap):
                await self._part.switch(work)
            elif work is not None:
                await self._part.take(work)
            elif self._ahead is not None:
                await self._part.tick(time.monotonic() + self._ahead)
        except Exception:
            logger.exception("the recorder's part failed: %s", self._name)
            with contextlib.suppress(Exception):
                await self._part.fail()

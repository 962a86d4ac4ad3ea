"""One participant's recording: ordered, placed in time, muxed, stored in segments."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from media.link_protocol import StreamPacket, StreamReport
from media.model import CLOCK_RATE
from media.ports import RecordingSink, SegmentWriter
from media.recording.frames import FrameAssembler, VideoFrame, opus_seconds
from media.recording.reorder import Ordered, ReorderBuffer
from media.recording.track_clock import LipSync, TrackClock
from media.recording.webm import WebmStream

logger = logging.getLogger(__name__)

WAIT_FOR_PICTURE_S = (
    2.0  # a segment's header tells the picture size, so sound waits so long for a first key frame
)
REORDER_S = {"audio": 0.2, "video": 0.5}
KEY_FRAME_EVERY_S = 4.0  # clips start at key frames
IDLE_S = 10.0  # nothing for so long: the segment ends, the participant is away
RETRY_S = 5.0  # after storage failed
EXTEND_TIMEOUT_S = 2.0
FRAME_S = 1 / 15  # what the last frame of a segment is worth


class _Segment:
    """An open file at the sink."""

    def __init__(self, stream: WebmStream, writer: SegmentWriter, start: float) -> None:
        self.stream = stream
        self.writer = writer
        self.start = start
        self.end = start
        self.unsaved = False
        self.told_at = start

    def store(self, data: bytes) -> None:
        if data:
            self.writer.write(data)
            self.unsaved = True


class ParticipantRecording:
    """Writes one participant's packets; times in seconds since the visit's media epoch. One caller at a
    time."""

    def __init__(
        self,
        visit_id: UUID,
        participant_id: UUID,
        sink: RecordingSink,
        ask_key_frame: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ids = (visit_id, participant_id)
        self._sink = sink
        self._ask = ask_key_frame
        self._now = monotonic
        self._order = {kind: ReorderBuffer(window) for kind, window in REORDER_S.items()}
        self._clocks = {kind: TrackClock(rate) for kind, rate in CLOCK_RATE.items()}
        self._lips = LipSync(self._clocks["audio"], self._clocks["video"])
        self._assembler = FrameAssembler()
        self._segment: _Segment | None = None
        self._early: list[tuple[float, bytes]] = []  # sound before the segment is open
        self._last_at: float | None = None
        self._picture_at: float | None = None
        self._early_since = 0.0
        self._key_at = -1e9
        self._asked_at = -1e9
        self._failed_at = -1e9

    async def take(self, frame: StreamPacket | StreamReport) -> None:
        """One packet or sender report. The screen is not recorded yet."""
        if frame.source == "screen":
            return
        if isinstance(frame, StreamReport):
            self._clocks[frame.kind].report(frame.connection, frame.ntp, frame.timestamp)
            return
        self._last_at = frame.at
        if frame.kind == "video":
            self._picture_at = frame.at
        for item in self._order[frame.kind].push(frame):
            await self._place(item)

    async def _place(self, item: Ordered) -> None:
        packet = item.packet
        if packet.kind == "audio":
            seconds = self._clocks["audio"].place(packet.connection, packet.timestamp, packet.at)
            await self._sound(seconds, packet.payload)
            return
        picture = self._assembler.add(item)
        if picture is not None:
            seconds = self._clocks["video"].place(picture.connection, picture.timestamp, picture.at)
            await self._picture(self._lips.place(seconds), picture)

    async def _sound(self, seconds: float, payload: bytes) -> None:
        if self._segment is None:
            self._early.append((seconds, payload))
            if len(self._early) == 1:
                self._early_since = self._now()
            # By this process's clock: after a restart several seconds of kept sound come at once, before any picture.
            if self._now() - self._early_since >= WAIT_FOR_PICTURE_S:
                await self._open(None, seconds)
            return
        self._write_sound(self._segment, seconds, payload)

    def _write_sound(self, segment: _Segment, seconds: float, payload: bytes) -> None:
        segment.stream.add_audio(seconds - segment.start, payload)
        segment.end = max(segment.end, seconds + opus_seconds(payload))
        segment.store(segment.stream.take())

    async def _picture(self, seconds: float, frame: VideoFrame) -> None:
        if frame.size is not None:
            self._key_at = frame.at
            if self._segment is not None and not self._segment.stream.has_video:
                await self._go_on_with_picture(frame.size, seconds)
            elif self._segment is None:
                await self._open(frame.size, seconds)
        segment = self._segment
        if segment is None or not segment.stream.has_video:
            return
        segment.stream.add_video(seconds - segment.start, frame.data, key=frame.size is not None)
        segment.end = max(segment.end, seconds + FRAME_S)
        segment.store(segment.stream.take())

    async def _go_on_with_picture(self, size: tuple[int, int], seconds: float) -> None:
        """The camera came on: a file's header cannot be changed, so a new segment begins and the old one ends."""
        sound_only, self._segment = self._segment, None
        try:
            await self._open(size, seconds)
        finally:
            await self._finish(sound_only, cleanly=True, more=self._segment is not None)

    async def _open(self, size: tuple[int, int] | None, seconds: float) -> None:
        now = self._last_at or 0.0
        early, self._early = self._early, []
        if now - self._failed_at < RETRY_S:
            return
        start = max(0.0, min([seconds, *(at for at, _ in early)]))
        try:
            writer = await self._sink.open_segment(*self._ids, start)
        except Exception:
            self._failed_at = now
            logger.exception("a recording segment could not be opened; trying again")
            return
        self._segment = _Segment(WebmStream(size), writer, start)
        for at, payload in early:
            self._write_sound(self._segment, at, payload)

    async def tick(self, at: float) -> None:
        """Time passes: late packets are given up, what is written is saved, key frames are asked for."""
        for kind in ("audio", "video"):
            for item in self._order[kind].due(at):
                await self._place(item)
        if self._last_at is not None and at - self._last_at > IDLE_S:
            await self.stop()
            return
        self._ask_for_key_frame(at)
        segment = self._segment
        if segment is not None and segment.unsaved:
            segment.writer.flush()
            segment.unsaved = False
        if segment is not None and at - segment.told_at >= 1.0:
            segment.told_at = at
            with suppress(TimeoutError):  # a slow database must not hold the packets up; it is told again
                await asyncio.wait_for(segment.writer.extend(segment.end), EXTEND_TIMEOUT_S)

    def _ask_for_key_frame(self, at: float) -> None:
        if self._picture_at is None or at - self._picture_at > 2.0:
            return
        due = self._assembler.wants_key_frame or at - self._key_at > KEY_FRAME_EVERY_S
        if due and at - self._asked_at > 0.5:
            self._asked_at = at
            self._ask()

    async def stop(self) -> None:
        """Write what is still waiting and close the segment cleanly. More packets begin a new one."""
        for kind in ("audio", "video"):
            for item in self._order[kind].flush():
                await self._place(item)
        if self._segment is None and self._early:
            await self._open(None, self._early[0][0])
        await self._close(cleanly=True)
        self._assembler = FrameAssembler()
        self._last_at = self._picture_at = None

    async def abandon(self) -> None:
        """Storage failed: end the segment as it is, and begin a new one a little later."""
        self._failed_at = self._last_at or 0.0
        self._early.clear()
        await self._close(cleanly=False)

    async def _close(self, *, cleanly: bool) -> None:
        segment, self._segment = self._segment, None
        await self._finish(segment, cleanly=cleanly, more=False)

    async def _finish(self, segment: _Segment | None, *, cleanly: bool, more: bool) -> None:
        if segment is None:
            return
        try:
            segment.store(segment.stream.finish())
            segment.writer.flush()
        except Exception:
            cleanly = False
            logger.exception("the end of a recording segment could not be written")
        await segment.writer.close(segment.end, cleanly, more)

"""One growing file of one participant: the camera with the microphone, or the screen. Times in seconds since the
visit's media epoch."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from media.ports import SegmentWriter
from media.recording.frames import VideoFrame, opus_seconds
from media.recording.webm import WebmStream

logger = logging.getLogger(__name__)

WAIT_FOR_PICTURE_S = 2.0  # a file's head tells the picture size, so sound waits so long for a first key frame
RETRY_S = 5.0  # after storage failed
EXTEND_TIMEOUT_S = 2.0
FRAME_S = 1 / 15  # what the last frame of a segment is worth
LOST_SOUND_S = 0.06  # three Opus frames: less is heard as nothing
LOST_PICTURE_S = 0.5
MOST_GAPS = 2000  # of one segment; beyond them the line was so bad that the marks say nothing more

OpenSegment = Callable[[float], Awaitable[SegmentWriter]]


class _Segment:
    """An open file at the sink."""

    def __init__(self, stream: WebmStream, form: object, writer: SegmentWriter, start: float) -> None:
        self.stream = stream
        self.form = form
        self.writer = writer
        self.start = start
        self.end = start
        self.unsaved = False
        self.told_at = start
        self.heard_to: float | None = None
        self.seen_to: float | None = None
        self._gaps = 0

    def store(self, data: bytes) -> None:
        if data:
            self.writer.write(data)
            self.unsaved = True

    def lost(self, since: float | None, until: float, kind: str, least: float) -> None:
        """Mark a gap, where it is long enough to be noticed."""
        if since is not None and until - since >= least and self._gaps < MOST_GAPS:
            self._gaps += 1
            self.writer.gap(since, until, kind)


class Lane:
    """Opens, fills and closes segments. With `sound`, that of the microphone goes beside the picture."""

    def __init__(
        self, open_segment: OpenSegment, *, sound: bool, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._open_segment = open_segment
        self._with_sound = sound
        self._now = monotonic
        self._segment: _Segment | None = None
        self._early: list[tuple[float, bytes]] = []  # sound before the segment is open
        self._early_since = 0.0
        self._failed_at = -1e9

    @property
    def is_open(self) -> bool:
        return self._segment is not None

    async def sound(self, seconds: float, payload: bytes, *, after_loss: bool) -> None:
        if self._segment is None:
            self._early.append((seconds, payload))
            if len(self._early) == 1:
                self._early_since = self._now()
            # By this process's clock: after a restart several seconds of kept sound come at once, before any picture.
            if self._now() - self._early_since >= WAIT_FOR_PICTURE_S:
                await self._open(None, seconds)
            return
        if after_loss:
            self._segment.lost(self._segment.heard_to, seconds, "sound", LOST_SOUND_S)
        self._write_sound(self._segment, seconds, payload)

    def _write_sound(self, segment: _Segment, seconds: float, payload: bytes) -> None:
        segment.stream.add_audio(seconds - segment.start, payload)
        segment.heard_to = seconds + opus_seconds(payload)
        segment.end = max(segment.end, segment.heard_to)
        segment.store(segment.stream.take())

    async def picture(self, seconds: float, frame: VideoFrame) -> None:
        """A frame. A new file begins where the head of this one cannot tell what comes: the camera came on, the
        codec is another, or the size of H.264, whose sizes are in the head."""
        if frame.size is not None:
            if self._segment is None:
                await self._open(frame, seconds)
            elif self._segment.form != _form(frame):
                await self._go_on(frame, seconds)
        segment = self._segment
        if segment is None or not segment.stream.has_video:
            return
        if frame.after_loss:
            segment.lost(segment.seen_to, seconds, "picture", LOST_PICTURE_S)
        segment.stream.add_video(seconds - segment.start, frame.data, key=frame.size is not None)
        segment.seen_to = seconds
        segment.end = max(segment.end, seconds + FRAME_S)
        segment.store(segment.stream.take())

    async def _go_on(self, frame: VideoFrame, seconds: float) -> None:
        former, self._segment = self._segment, None
        assert former is not None
        following = None
        try:
            following = await self._open(frame, seconds)
            if following is not None:
                following.heard_to = former.heard_to
        finally:
            await self._finish(former, cleanly=True, more=following is not None)

    async def _open(self, frame: VideoFrame | None, seconds: float) -> _Segment | None:
        now = self._now()
        early, self._early = self._early, []
        if now - self._failed_at < RETRY_S:
            return None
        start = max(0.0, min([seconds, *(at for at, _ in early)]))
        try:
            writer = await self._open_segment(start)
        except Exception:
            self._failed_at = now
            logger.exception("a recording segment could not be opened; trying again")
            return None
        stream = WebmStream(None) if frame is None else self._stream_for(frame)
        segment = self._segment = _Segment(stream, _form(frame), writer, start)
        for at, payload in early:
            self._write_sound(segment, at, payload)
        return segment

    def _stream_for(self, frame: VideoFrame) -> WebmStream:
        return WebmStream(frame.size, frame.codec, frame.private, sound=self._with_sound)

    async def save(self, at: float) -> None:
        """What is written survives kill -9 from here on; about once a second the sink learns how far it reaches."""
        segment = self._segment
        if segment is None:
            return
        segment.stream.flush()
        segment.store(segment.stream.take())
        if segment.unsaved:
            segment.writer.flush()
            segment.unsaved = False
        if at - segment.told_at >= 1.0:
            segment.told_at = at
            with suppress(TimeoutError):  # a slow database must not hold the packets up; it is told again
                await asyncio.wait_for(segment.writer.extend(segment.end), EXTEND_TIMEOUT_S)

    async def close(self) -> None:
        """End the segment; more begins a new one."""
        if self._segment is None and self._early:
            await self._open(None, self._early[0][0])
        segment, self._segment = self._segment, None
        await self._finish(segment, cleanly=True, more=False)

    async def abandon(self) -> None:
        """Storage failed: end the segment as it is, and begin a new one a little later."""
        self._failed_at = self._now()
        self._early.clear()
        segment, self._segment = self._segment, None
        await self._finish(segment, cleanly=False, more=False)

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


def _form(frame: VideoFrame | None) -> object:
    """What the head of a file says of its picture and cannot be changed later."""
    if frame is None:
        return None
    return frame.codec, (frame.size, frame.private) if frame.codec == "h264" else None

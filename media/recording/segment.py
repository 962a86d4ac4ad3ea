"""One participant's recording: ordered, placed in time, and handed to the files it belongs in."""

import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from media.link_protocol import StreamPacket, StreamReport
from media.model import CLOCK_RATE, KIND_OF, SOURCES, Source
from media.ports import RecordingSink
from media.recording.frames import FrameAssembler
from media.recording.lane import Lane
from media.recording.reorder import Ordered, ReorderBuffer
from media.recording.track_clock import LipSync, TrackClock

REORDER_S = {"audio": 0.2, "video": 0.5}
KEY_FRAME_EVERY_S = 4.0  # clips and seeking start at key frames
IDLE_S = 10.0  # nothing for so long: the segment ends, the participant is away
SCREEN_IDLE_S = 4.0  # a shared screen repeats itself about once a second: no longer shared
ASK_EVERY_S = 0.5
STILL_SENDS_S = 2.0


class _Pictures:
    """One video track on its way: frames joined, key frames asked for."""

    def __init__(self, lips: LipSync) -> None:
        self.assembler = FrameAssembler()
        self.lips = lips
        self.seen_at: float | None = None
        self._key_at = -1e9
        self._asked_at = -1e9

    def had_key_frame(self, at: float) -> None:
        self._key_at = at

    def wants_key_frame(self, at: float) -> bool:
        """True at most every `ASK_EVERY_S`: nothing can be decoded, or the last key frame is long ago."""
        if self.seen_at is None or at - self.seen_at > STILL_SENDS_S:
            return False
        due = self.assembler.wants_key_frame or at - self._key_at > KEY_FRAME_EVERY_S
        if not due or at - self._asked_at <= ASK_EVERY_S:
            return False
        self._asked_at = at
        return True

    def begin_anew(self) -> None:
        self.assembler, self.seen_at = FrameAssembler(), None


class ParticipantRecording:
    """Writes one participant's packets: camera and microphone in one file, the screen in another. Times in seconds
    since the visit's media epoch. One caller at a time."""

    def __init__(
        self,
        visit_id: UUID,
        participant_id: UUID,
        sink: RecordingSink,
        ask_key_frame: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask = ask_key_frame
        self._order = {source: ReorderBuffer(REORDER_S[KIND_OF[source]]) for source in SOURCES}
        self._clocks = {source: TrackClock(CLOCK_RATE[KIND_OF[source]]) for source in SOURCES}
        self._pictures: dict[Source, _Pictures] = {
            source: _Pictures(LipSync(self._clocks["microphone"], self._clocks[source]))
            for source in ("camera", "screen")
        }
        opening = partial(sink.open_segment, visit_id, participant_id)
        self._camera = Lane(lambda start: opening(start, "camera"), sound=True, monotonic=monotonic)
        self._screen = Lane(lambda start: opening(start, "screen"), sound=False, monotonic=monotonic)
        self._heard: int | None = None  # connection of the last sound
        self._last_at: float | None = None

    async def take(self, frame: StreamPacket | StreamReport) -> None:
        """One packet or sender report."""
        if isinstance(frame, StreamReport):
            self._clocks[frame.source].report(frame.connection, frame.ntp, frame.timestamp)
            return
        self._last_at = frame.at
        if frame.source != "microphone":
            self._pictures[frame.source].seen_at = frame.at
        for item in self._order[frame.source].push(frame):
            await self._place(item)

    async def _place(self, item: Ordered) -> None:
        packet = item.packet
        if packet.source == "microphone":
            lost = item.gap or packet.connection != self._heard
            self._heard = packet.connection
            seconds = self._clocks["microphone"].place(packet.connection, packet.timestamp, packet.at)
            await self._camera.sound(seconds, packet.payload, after_loss=lost)
            return
        await self._place_picture(packet.source, item)

    async def _place_picture(self, source: Source, item: Ordered) -> None:
        pictures = self._pictures[source]
        frame = pictures.assembler.add(item)
        if frame is None:
            return
        if frame.size is not None:
            pictures.had_key_frame(frame.at)
        placed = self._clocks[source].place(frame.connection, frame.timestamp, frame.at)
        lane = self._camera if source == "camera" else self._screen
        await lane.picture(pictures.lips.place(placed), frame)

    async def tick(self, at: float) -> None:
        """Time passes: late packets are given up, what is written is saved, key frames are asked for."""
        for source in SOURCES:
            for item in self._order[source].due(at):
                await self._place(item)
        if self._last_at is not None and at - self._last_at > IDLE_S:
            await self.stop()
            return
        await self._end_screen(at)
        wanted = [
            pictures.wants_key_frame(at) for pictures in self._pictures.values()
        ]  # each remembers the asking
        if any(wanted):
            self._ask()
        await self._camera.save(at)
        await self._screen.save(at)

    async def _end_screen(self, at: float) -> None:
        seen_at = self._pictures["screen"].seen_at
        if self._screen.is_open and seen_at is not None and at - seen_at > SCREEN_IDLE_S:
            await self._screen.close()
            self._pictures["screen"].begin_anew()

    async def stop(self) -> None:
        """Write what is still waiting and close the files cleanly. More packets begin new ones."""
        for source in SOURCES:
            for item in self._order[source].flush():
                await self._place(item)
        await self._camera.close()
        await self._screen.close()
        for pictures in self._pictures.values():
            pictures.begin_anew()
        self._last_at = self._heard = None

    async def abandon(self) -> None:
        """Storage failed: end the files as they are, and begin new ones a little later."""
        await self._camera.abandon()
        await self._screen.abandon()

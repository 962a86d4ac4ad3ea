"""What becomes of recorded media and heard sound, in the `record` process: sealed chunks, and closed utterances."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import cast
from uuid import UUID

from app.airing import Airing
from app.flows import segment_closed, segment_left, utterance_closed
from clinical_store import ClinicalStore, Gap, GapKind, Segment
from core.crypto import ChunkWriter
from core.database import Database
from core.errors import ServiceError
from core.ids import new_id
from core.storage import Storage
from core.telemetry import counter, get_logger
from media.model import SegmentKind
from media.ports import Samples
from transcription import SAMPLE_RATE, EchoGate, NewFinder, Utterance, UtteranceFinder

log = get_logger()
LOST = counter("record_writes_lost_total", "Writes given up after the database was away too long", ("what",))

MOST_WAITING = 512  # writes; an utterance is at most 28 s of PCM, so 0.9 MB each in the worst case
RETRY_SECONDS = 1.0
CLOSE_SECONDS = 8.0  # below the supervisor's patience with a child that stops

Write = Callable[[], Awaitable[None]]


class Outgoing:
    """Writes to the database in order, one at a time, each until it succeeds: a database that is away costs delay.

    Bounded: over `MOST_WAITING` the oldest is given up, which is logged and counted (promise 4 of the design).
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, Write]] = deque()
        self._more = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task = asyncio.create_task(self._run(), name="record-outgoing")

    def put(self, what: str, write: Write) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._give_up(self._waiting.popleft()[0])
        self._waiting.append((what, write))
        self._idle.clear()
        self._more.set()

    async def close(self) -> None:
        """Wait for what is queued, some seconds at most."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), CLOSE_SECONDS)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        for what, _ in self._waiting:
            self._give_up(what)

    async def _run(self) -> None:
        while True:
            await self._more.wait()
            while self._waiting:
                if await _done(self._waiting[0][1]):
                    self._waiting.popleft()
                else:
                    await asyncio.sleep(RETRY_SECONDS)
            self._more.clear()
            self._idle.set()

    def _give_up(self, what: str) -> None:
        LOST.labels(what).inc()
        log.error("record.write_lost", kind=what)


async def _done(write: Write) -> bool:
    try:
        await write()
    except ServiceError as error:
        log.warning("record.write_waits", code=error.code)
        return not error.status >= 500  # a 5xx passes; anything else will be the same next time
    return True


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """media's `SegmentWriter`: encrypted as it is written, its length known to the database every second."""

    database: Database
    store: ClinicalStore
    outgoing: Outgoing
    segment: Segment
    chunks: ChunkWriter
    on_closed: Callable[[UUID], None]
    gaps: list[Gap] = field(default_factory=list)

    def write(self, data: bytes) -> None:
        self.chunks.write(data)

    def flush(self) -> None:
        self.chunks.flush()

    def gap(self, start: float, end: float, kind: str) -> None:
        self.gaps.append(Gap(start=start, end=end, kind=cast("GapKind", kind)))

    async def extend(self, end: float) -> None:
        with suppress(ServiceError):  # the next second says it again
            async with self.database.transaction() as session:
                await self.store.extend_segment(session, self.segment.id, end=end, gaps=tuple(self.gaps))

    async def close(self, end: float, cleanly: bool, more: bool = False) -> None:
        await asyncio.to_thread(self.chunks.close if cleanly else self.chunks.abandon)
        closing = partial(
            segment_closed,
            self.database,
            self.store,
            self.segment,
            end=end,
            cleanly=cleanly,
            gaps=tuple(self.gaps),
        )
        self.outgoing.put("segment", closing)
        self.on_closed(self.segment.id)


@dataclass(slots=True)
class RecordingDesk:
    """media's `RecordingSink` of one node. One utterance finder per participant who agreed to transcription."""

    database: Database
    store: ClinicalStore
    storage: Storage
    new_finder: NewFinder
    node: str
    airing: Airing | None = None
    outgoing: Outgoing = field(default_factory=Outgoing)
    _finders: dict[tuple[UUID, UUID], UtteranceFinder] = field(default_factory=dict)
    _gates: dict[UUID, EchoGate] = field(default_factory=dict)
    _open: set[UUID] = field(default_factory=set)

    async def tidy(self) -> int:
        """Close what a killed recorder of this node left open and have its transcript completed. Returns how many."""
        async with self.database.transaction() as session:
            unclosed = await self.store.open_segments(session)
        left = [s for s in unclosed if s.storage_name.startswith(self._prefix) and s.id not in self._open]
        for segment in left:
            self.outgoing.put("segment", partial(segment_left, self.database, self.store, segment))
        return len(left)

    async def open_segment(
        self, visit_id: UUID, participant_id: UUID, start: float, kind: SegmentKind = "camera"
    ) -> SealedSegment:
        name = f"{self._prefix}{visit_id}/{new_id()}.crf"
        async with self.database.transaction() as session:
            key = await self.store.media_key_of_visit(session, visit_id)
            segment = await self.store.open_segment(
                session,
                visit_id=visit_id,
                participant_id=participant_id,
                storage_name=name,
                start=start,
                kind=kind,
            )
        self._open.add(segment.id)
        chunks = ChunkWriter(await asyncio.to_thread(self.storage.append, name), key, name.encode())
        return SealedSegment(self.database, self.store, self.outgoing, segment, chunks, self._open.discard)

    async def on_audio(
        self, visit_id: UUID, participant_id: UUID, at_seconds: float, samples: Samples
    ) -> None:
        who = (visit_id, participant_id)
        if who not in self._finders:
            gate = self._gates.setdefault(visit_id, EchoGate())
            self._finders[who] = self.new_finder(echo=gate.ear(participant_id))
        finder = self._finders[who]
        closed = await asyncio.to_thread(finder.push, samples, at_seconds)
        self._keep(visit_id, participant_id, closed)
        if self.airing is not None and self._finders.get(who) is finder:  # else it has ended meanwhile
            now = at_seconds + len(samples) / SAMPLE_RATE
            self.airing.listen(visit_id, participant_id, finder, now)

    async def on_audio_end(self, visit_id: UUID, participant_id: UUID) -> None:
        finder = self._finders.pop((visit_id, participant_id), None)
        if self.airing is not None:
            self.airing.end(participant_id)
        if finder:
            self._keep(visit_id, participant_id, await asyncio.to_thread(finder.flush))
            self._leave_gate(visit_id, participant_id)

    def _leave_gate(self, visit_id: UUID, participant_id: UUID) -> None:
        """Of who has left, or agreed no more, nothing is kept to compare the others with."""
        if (visit_id, participant_id) in self._finders:  # back already, while the last words were looked at
            return
        if any(visit == visit_id for visit, _ in self._finders):
            self._gates[visit_id].leave(participant_id)
        else:
            self._gates.pop(visit_id, None)

    async def close(self) -> None:
        if self.airing is not None:
            await self.airing.close()
        await self.outgoing.close()

    def _keep(self, visit_id: UUID, participant_id: UUID, closed: list[Utterance]) -> None:
        if closed and self.airing is not None:
            self.airing.closed(participant_id)
        for utterance in closed:
            keep = partial(utterance_closed, self.database, self.store, visit_id, participant_id, utterance)
            self.outgoing.put("utterance", keep)

    @property
    def _prefix(self) -> str:
        """Ids only: the name is visible to whoever sees the folder. A node tidies up after itself alone."""
        return f"recordings/{self.node}/"

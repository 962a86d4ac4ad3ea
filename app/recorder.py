"""What becomes of recorded media and heard sound, in the `record` process: sealed chunks, and closed utterances."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from app.flows import segment_closed, utterance_closed
from clinical_store import ClinicalStore, Segment
from core.crypto import ChunkWriter
from core.database import Database
from core.errors import ServiceError
from core.ids import new_id
from core.storage import Storage
from core.telemetry import get_logger
from media.ports import Samples
from transcription import Utterance, UtteranceFinder

log = get_logger()

STORE_ATTEMPTS = (
    5  # an utterance is tried again this often when the database is away; then the recording keeps it
)
STORE_DELAY = 1.0  # seconds, doubled each time


def storage_name(visit_id: UUID) -> str:
    """Ids only: the name is visible to whoever sees the folder."""
    return f"recordings/{visit_id}/{new_id()}.crf"


@dataclass(frozen=True, slots=True)
class SealedSegment:
    """media's `SegmentWriter`: encrypted as it is written, its length known to the database every second."""

    database: Database
    store: ClinicalStore
    segment: Segment
    chunks: ChunkWriter

    def write(self, data: bytes) -> None:
        self.chunks.write(data)

    def flush(self) -> None:
        self.chunks.flush()

    async def extend(self, end: float) -> None:
        with suppress(ServiceError):  # the next second says it again
            async with self.database.transaction() as session:
                await self.store.extend_segment(session, self.segment.id, end=end)

    async def close(self, end: float, cleanly: bool) -> None:
        await asyncio.to_thread(self.chunks.close if cleanly else self.chunks.abandon)
        await segment_closed(self.database, self.store, self.segment, end=end, cleanly=cleanly)


class RecordingDesk:
    """media's `RecordingSink`. One utterance finder per participant who agreed to transcription."""

    def __init__(
        self,
        database: Database,
        store: ClinicalStore,
        storage: Storage,
        new_finder: Callable[[], UtteranceFinder],
    ) -> None:
        self._database = database
        self._store = store
        self._storage = storage
        self._new_finder = new_finder
        self._finders: dict[tuple[UUID, UUID], UtteranceFinder] = {}

    async def tidy(self) -> int:
        """Close what a killed recorder left open and have its transcript completed. Returns how many."""
        async with self._database.transaction() as session:
            left = await self._store.open_segments(session)
        for segment in left:
            await segment_closed(self._database, self._store, segment, end=None, cleanly=False)
        return len(left)

    async def open_segment(self, visit_id: UUID, participant_id: UUID, start: float) -> SealedSegment:
        name = storage_name(visit_id)
        async with self._database.transaction() as session:
            key = await self._store.media_key_of_visit(session, visit_id)
            segment = await self._store.open_segment(
                session, visit_id=visit_id, participant_id=participant_id, storage_name=name, start=start
            )
        appender = await asyncio.to_thread(self._storage.append, name)
        return SealedSegment(self._database, self._store, segment, ChunkWriter(appender, key, name.encode()))

    async def on_audio(
        self, visit_id: UUID, participant_id: UUID, at_seconds: float, samples: Samples
    ) -> None:
        who = (visit_id, participant_id)
        if who not in self._finders:
            self._finders[who] = self._new_finder()
        closed = await asyncio.to_thread(self._finders[who].push, samples, at_seconds)
        await self._keep(visit_id, participant_id, closed)

    async def on_audio_end(self, visit_id: UUID, participant_id: UUID) -> None:
        finder = self._finders.pop((visit_id, participant_id), None)
        if finder:
            await self._keep(visit_id, participant_id, await asyncio.to_thread(finder.flush))

    async def _keep(self, visit_id: UUID, participant_id: UUID, closed: list[Utterance]) -> None:
        for utterance in closed:
            await _again(
                partial(utterance_closed, self._database, self._store, visit_id, participant_id, utterance)
            )


async def _again(store: Callable[[], Awaitable[None]]) -> None:
    """A database that is away for some seconds costs delay, not words; after that the recording has them."""
    delay = STORE_DELAY
    for attempt in range(STORE_ATTEMPTS):
        try:
            await store()
        except ServiceError:
            log.warning("utterance.store_failed", attempts=attempt + 1)
            await asyncio.sleep(delay)
            delay *= 2
        else:
            return

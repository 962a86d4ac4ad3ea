"""Recorded pieces, opened: for people through `media`'s HTTP routes, and for the transcript's completion."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from uuid import UUID

from access import Actor
from clinical_store import ClinicalStore, Segment
from core.crypto import ChunkReader
from core.database import Database
from core.errors import Forbidden
from core.http import Principal
from core.storage import Storage
from media.ports import SeekableBytes, StoredRecording
from media.sound import hear
from transcription import Utterance, UtteranceFinder


@dataclass(frozen=True, slots=True)
class RecordingShelf:
    """media's `RecordingSource`, and `flows.Archive`."""

    database: Database
    store: ClinicalStore
    storage: Storage
    new_finder: Callable[[], UtteranceFinder]

    async def open(self, reader: Principal, segment_id: UUID) -> StoredRecording:
        """Checks the reader's right and leaves the audit row (in the store)."""
        if not isinstance(reader, Actor):
            raise Forbidden
        async with self.database.transaction() as session:
            segment, key = await self.store.recording_for(session, reader, segment_id)
        # Opening walks the headers of every chunk: a thread's work, not the forwarding loop's.
        content = await asyncio.to_thread(self._content, segment, key)
        return StoredRecording(segment.start, content)

    async def composition(self, reader: Principal, visit_id: UUID) -> SeekableBytes:
        """The finished file of the whole visit; right and audit row as in `open`."""
        if not isinstance(reader, Actor):
            raise Forbidden
        async with self.database.transaction() as session:
            made, key = await self.store.composition_file(session, reader, visit_id)
        assert made.storage_name is not None  # a ready one has its file
        name = made.storage_name
        return await asyncio.to_thread(ChunkReader, self.storage, name, key, name.encode())

    async def utterances(self, segment: Segment) -> AsyncIterator[Utterance]:
        """What the finder finds in the piece; times from the visit's media epoch."""
        async with self.database.transaction() as session:
            key = await self.store.media_key_of_visit(session, segment.visit_id)
        for utterance in await asyncio.to_thread(self._listen, segment, key):
            yield utterance

    def _listen(self, segment: Segment, key: bytes) -> list[Utterance]:
        finder = self.new_finder()
        found = [
            u
            for at, samples in hear(self._content(segment, key))
            for u in finder.push(samples, segment.start + at)
        ]
        return [*found, *finder.flush()]

    def _content(self, segment: Segment, key: bytes) -> ChunkReader:
        return ChunkReader(self.storage, segment.storage_name, key, segment.storage_name.encode())

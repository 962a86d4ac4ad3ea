"""Recorded pieces, opened: for people through `media`'s HTTP routes, and for the transcript's completion."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from access import Actor
from app.excerpts import Excerpt, Samples, Span, excerpts
from clinical_store import ClinicalStore, Segment
from core.crypto import ChunkReader, DamagedFile
from core.database import Database
from core.errors import Forbidden
from core.http import Principal
from core.storage import Storage
from core.telemetry import get_logger
from media.errors import RecordingNotFound
from media.ports import SeekableBytes, StoredRecording
from media.sound import hear
from transcription import SAMPLE_RATE, EchoGate, NewFinder, Overheard, Utterance

log = get_logger()

CLOSE_ENOUGH = 1.0  # seconds: the database knows the length of a killed recorder's piece to the second
AHEAD = 0.5  # seconds: nobody's sound is judged before the others' of its time is known
OPENED = 32  # finished objects kept open: half a megabyte of opened chunks each


class SharedReader:
    """A chunk reader that several threads may read."""

    def __init__(self, reader: ChunkReader) -> None:
        self._reader = reader
        self._lock = Lock()
        self.size = reader.size

    def read(self, offset: int, n: int) -> bytes:
        with self._lock:
            return self._reader.read(offset, n)


@dataclass(frozen=True, slots=True)
class RecordingShelf:
    """media's `RecordingSource`, and `flows.Archive`."""

    database: Database
    store: ClinicalStore
    storage: Storage
    new_finder: NewFinder
    _opened: OrderedDict[str, SharedReader] = field(default_factory=OrderedDict)

    async def open(self, reader: Principal, segment_id: UUID) -> StoredRecording:
        """Checks the reader's right and leaves the audit row (in the store)."""
        if not isinstance(reader, Actor):
            raise Forbidden
        async with self.database.transaction() as session:
            segment, key = await self.store.recording_for(session, reader, segment_id)
        if segment.closed_cleanly is None:  # it grows: as long as it is now
            return StoredRecording(segment.start, await asyncio.to_thread(self._content, segment, key))
        return StoredRecording(segment.start, await self._shared(segment.storage_name, key))

    async def composition(self, reader: Principal, visit_id: UUID) -> SeekableBytes:
        """The finished file of the whole visit; right and audit row as in `open`."""
        if not isinstance(reader, Actor):
            raise Forbidden
        async with self.database.transaction() as session:
            made, key = await self.store.composition_file(session, reader, visit_id)
        assert made.storage_name is not None  # a ready one has its file
        return await self._shared(made.storage_name, key)

    async def _shared(self, name: str, key: bytes) -> SharedReader:
        """A finished object, opened once for the many ranges a browser asks for: opening walks the head of every chunk,
        a thread's work. Each asking was allowed, and audited, before it comes here."""
        if (reader := self._opened.get(name)) is None:
            reader = SharedReader(
                await asyncio.to_thread(ChunkReader, self.storage, name, key, name.encode())
            )
            self._opened[name] = reader
            while len(self._opened) > OPENED:
                self._opened.popitem(last=False)
        self._opened.move_to_end(name)
        return reader

    async def utterances(self, segment: Segment) -> AsyncIterator[Utterance]:
        """What the finder finds in the piece; times from the visit's media epoch."""
        async with self.database.transaction() as session:
            key = await self.store.media_key_of_visit(session, segment.visit_id)
            pieces = await self.store.segments(session, segment.visit_id)
        for utterance in await asyncio.to_thread(self._listen, segment, _beside(segment, pieces), key):
            yield utterance

    async def excerpts(self, segments: Sequence[Segment], spans: Sequence[Span]) -> AsyncIterator[Excerpt]:
        """Spans (seconds from the media epoch, by start) of one participant's closed pieces, as they go by. A piece
        that cannot be read is as one that was not recorded.
        """
        wanted, key = [s for s in segments if any(_meet(s, span) for span in spans)], b""
        if wanted:
            async with self.database.transaction() as session:
                key = await self.store.media_key_of_visit(session, wanted[0].visit_id)
        cuts = excerpts(self._sound(wanted, key), spans)
        while (cut := await asyncio.to_thread(next, cuts, None)) is not None:
            yield cut

    def _sound(self, segments: Sequence[Segment], key: bytes) -> Iterator[tuple[float, Samples]]:
        for segment in segments:
            try:
                for at, samples in hear(self._content(segment, key)):
                    yield segment.start + at, samples
            except (RecordingNotFound, DamagedFile, FileNotFoundError):
                log.warning("recording.unreadable", segment_id=str(segment.id))

    def _listen(
        self, segment: Segment, beside: Mapping[UUID, Sequence[Segment]], key: bytes
    ) -> list[Utterance]:
        """The others of that time are listened to as well: what came back from a loudspeaker is nobody's words."""
        gate = EchoGate()
        finder = self.new_finder(echo=gate.ear(segment.participant_id))
        others = [Overheard(gate.ear(who), self._sound(theirs, key)) for who, theirs in beside.items()]
        found: list[Utterance] = []
        for at, samples in hear(self._content(segment, key)):
            for other in others:
                other.until(segment.start + at + len(samples) / SAMPLE_RATE + AHEAD)
            found += finder.push(samples, segment.start + at)
        return [*found, *finder.flush()]

    def _content(self, segment: Segment, key: bytes) -> ChunkReader:
        return ChunkReader(self.storage, segment.storage_name, key, segment.storage_name.encode())


def _beside(segment: Segment, pieces: Sequence[Segment]) -> dict[UUID, list[Segment]]:
    """The other participants' pieces with sound that lie beside this one."""
    span = (segment.start, math.inf if segment.end is None else segment.end)
    found: dict[UUID, list[Segment]] = {}
    for piece in pieces:
        other = piece.participant_id != segment.participant_id
        if other and piece.kind == "camera" and piece.closed_cleanly is not None and _meet(piece, span):
            found.setdefault(piece.participant_id, []).append(piece)
    return found


def _meet(segment: Segment, span: Span) -> bool:
    start, end = span
    return segment.start < end and start < (math.inf if segment.end is None else segment.end + CLOSE_ENOUGH)

"""The job that makes one video file of a recorded visit, and the one that deletes such files (in `work`)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from clinical_store import ClinicalStore, Composition, Segment
from core.clock import Clock
from core.database import Database
from core.errors import ServiceError
from core.ids import new_id
from core.jobs import Task, enqueue
from core.storage import Storage
from core.telemetry import get_logger
from media.composing import ComposingFailed, ComposingProcess, ComposingWork, StoredPiece
from media.composing.work import SCRATCH

log = get_logger()

COMPOSE, CLEAR, COMPOSING_QUEUE = "compose_visit", "clear_compositions", "composing"


async def compose_later(session: AsyncSession, composition_id: UUID) -> None:
    """clinical_store's `Begin`. The job knows an id and nothing else."""
    await enqueue(session, COMPOSE, queue=COMPOSING_QUEUE, composition_id=str(composition_id))


async def clear_later(session: AsyncSession) -> None:
    """clinical_store's `Clear`."""
    await enqueue(session, CLEAR, queue=COMPOSING_QUEUE, queueing_lock=CLEAR)


@dataclass(frozen=True, slots=True)
class Composing:
    """Both jobs may run twice: every attempt writes a file of its own, one of them becomes the visit's."""

    database: Database
    store: ClinicalStore
    storage: Storage
    root: Path
    clock: Clock
    keep: timedelta

    def tasks(self) -> list[Task]:
        return [
            Task(COMPOSE, self.compose_visit, COMPOSING_QUEUE),
            Task(CLEAR, self.clear_compositions, COMPOSING_QUEUE),
        ]

    async def compose_visit(self, composition_id: str) -> None:
        name = f"compositions/{new_id()}.crf"
        async with self.database.transaction() as session:
            begun = await self.store.begin_composition(session, UUID(composition_id), name)
        if begun is None:
            return
        composition, former = begun
        if former is not None:
            await self._delete(former)
        try:
            await self._make(composition, name)
        except ComposingFailed as error:
            log.error("composition.failed", error_type=str(error))
            async with self.database.transaction() as session:
                await self.store.fail_composition(session, composition.id)

    async def _make(self, composition: Composition, name: str) -> None:
        async with self.database.transaction() as session:
            segments = await self.store.segments(session, composition.visit_id)
            key = await self.store.media_key_of_visit(session, composition.visit_id)
        work = ComposingWork(self.root, key, stored_pieces(segments), name)
        made = await ComposingProcess().run(work, lambda percent: self._wanted(composition.id, percent))
        kept = False
        if made is not None:
            async with self.database.transaction() as session:
                kept = await self.store.finish_composition(
                    session, composition.id, size=made[0], seconds=made[1]
                )
        if not kept:
            await self._delete(name)

    async def _wanted(self, composition_id: UUID, percent: int) -> bool:
        try:
            async with self.database.transaction() as session:
                return await self.store.tell_composition(session, composition_id, percent)
        except ServiceError:
            return True  # a database that is away for a moment costs no minutes of work

    async def clear_compositions(self) -> None:
        """Delete what nobody wants any more, and what was kept long enough."""
        async with self.database.transaction() as session:
            await self.store.expire_compositions(session, self.clock.now() - self.keep)
            left = await self.store.left_files(session)
        for composition_id, name in left:
            await self._delete(name)
            async with self.database.transaction() as session:
                await self.store.file_removed(session, composition_id)

    async def _delete(self, name: str) -> None:
        for stored in (name, name + SCRATCH):
            await asyncio.to_thread(self.storage.delete, stored)


def stored_pieces(segments: Sequence[Segment]) -> tuple[StoredPiece, ...]:
    """What of them can be shown: people are numbered by who came first."""
    shown = [(s, s.end) for s in segments if s.end is not None and s.end > s.start]
    people = list(dict.fromkeys(segment.participant_id for segment, _ in shown))
    return tuple(
        StoredPiece(s.storage_name, people.index(s.participant_id), s.kind, s.start, end) for s, end in shown
    )

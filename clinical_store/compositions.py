"""One video file of a whole recorded visit: asked for by its doctor, made by a job, kept for some days."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Chart, Part
from clinical_store.composition_rows import CompositionRow
from clinical_store.errors import (
    CompositionNotFound,
    NothingRecorded,
    NotYourVisit,
    RecordingUnfinished,
    VisitRunning,
)
from clinical_store.model import VisitStatus, milliseconds
from clinical_store.note import Frozen
from clinical_store.rows import SegmentRow
from core.ids import new_id

MOST_ATTEMPTS = 4
"""A worker that was killed at it so often will be killed again."""


class CompositionState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"
    REMOVED = "removed"


_CURRENT = (CompositionState.WAITING, CompositionState.WORKING, CompositionState.READY)
_UNFINISHED = (CompositionState.WAITING, CompositionState.WORKING)


class Composition(Frozen):
    """How far the file is. `progress`: percent; `seconds` and `bytes` once it is ready."""

    id: UUID
    visit_id: UUID
    state: CompositionState
    progress: int
    requested_at: datetime
    finished_at: datetime | None
    storage_name: str | None
    bytes: int | None
    seconds: float | None


class Compositions(Part):
    """People ask, look and remove; the job begins, tells how far it is, and finishes."""

    async def request_composition(
        self, session: AsyncSession, actor: Actor, visit_id: UUID
    ) -> tuple[Composition, bool]:
        """The file that is there or being made, or a new one (True): who asks again gets the same.

        Raises VisitNotFound, Forbidden, NotYourVisit, VisitRunning, NothingRecorded, RecordingUnfinished.
        """
        chart = await self._export(session, actor, visit_id)
        await _check_recording(session, chart)
        wanted = insert(CompositionRow).values(
            id=new_id(),
            visit_id=visit_id,
            requested_by=actor.account_id,
            requested_at=self._clock.now(),
            state=CompositionState.WAITING.value,
            progress=0,
            attempts=0,
        )
        added = await session.scalar(wanted.on_conflict_do_nothing().returning(CompositionRow.id))
        return composition_of(await _newest(session, visit_id)), added is not None

    async def composition_for(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> Composition:
        """The newest. Raises VisitNotFound, Forbidden, NotYourVisit, CompositionNotFound."""
        await self._export(session, actor, visit_id)
        return composition_of(await _newest(session, visit_id))

    async def remove_composition(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> None:
        """Stop making it, or give the finished file up; the bytes go when a worker comes by (`left_files`).

        Raises VisitNotFound, Forbidden, NotYourVisit. Nothing to remove is no error.
        """
        await self._export(session, actor, visit_id)
        current = update(CompositionRow).where(
            CompositionRow.visit_id == visit_id, CompositionRow.state.in_(_CURRENT)
        )
        await session.execute(current.values(state=CompositionState.REMOVED, finished_at=self._clock.now()))

    async def composition_file(
        self, session: AsyncSession, actor: Actor, visit_id: UUID
    ) -> tuple[Composition, bytes]:
        """The finished file with the key its bytes are sealed with. Raises as `composition_for`."""
        chart = await self._export(session, actor, visit_id)
        found = composition_of(await _newest(session, visit_id))
        if found.state is not CompositionState.READY:
            raise CompositionNotFound
        return found, chart.key.media_key()

    async def _export(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> Chart:
        """Colleagues who treat the patient may watch; a copy that leaves the clinic is the visit's own doctor's."""
        chart = await self._charts.open(session, actor, Permission.RECORDING_EXPORT, visit_id)
        if chart.visit.doctor_account_id != actor.account_id:
            patient_id = chart.visit.patient_id
            await self._charts.care.note_refusal(
                actor, Permission.RECORDING_EXPORT, patient_id, "not_your_visit"
            )
            raise NotYourVisit
        return chart

    async def begin_composition(
        self, session: AsyncSession, composition_id: UUID, storage_name: str
    ) -> tuple[Composition, str | None] | None:
        """System use (the job): an attempt that writes `storage_name` begins. With the name a killed attempt wrote.

        None when nobody wants it any more, or when too many attempts were killed at it.
        """
        row = await _locked(session, composition_id)
        if row is None or row.state not in _UNFINISHED:
            return None
        if row.attempts >= MOST_ATTEMPTS:
            row.state, row.finished_at = CompositionState.FAILED.value, self._clock.now()
            return None
        former, row.storage_name = row.storage_name, storage_name
        row.state, row.progress, row.attempts = CompositionState.WORKING.value, 0, row.attempts + 1
        return composition_of(row), former

    async def tell_composition(self, session: AsyncSession, composition_id: UUID, progress: int) -> bool:
        """System use (the job): percent done. False: it is not wanted any more."""
        row = await _locked(session, composition_id)
        if row is None or row.state != CompositionState.WORKING:
            return False
        row.progress = max(row.progress, min(progress, 100))
        return True

    async def finish_composition(
        self, session: AsyncSession, composition_id: UUID, *, size: int, seconds: float
    ) -> bool:
        """System use (the job): the file is whole. False: it is not wanted any more."""
        row = await _locked(session, composition_id)
        if row is None or row.state != CompositionState.WORKING:
            return False
        row.state, row.progress, row.finished_at = CompositionState.READY.value, 100, self._clock.now()
        row.bytes, row.duration_ms = size, milliseconds(seconds)
        return True

    async def fail_composition(self, session: AsyncSession, composition_id: UUID) -> None:
        """System use (the job): it cannot be made."""
        row = await _locked(session, composition_id)
        if row is not None and row.state in _UNFINISHED:
            row.state, row.finished_at = CompositionState.FAILED.value, self._clock.now()

    async def expire_compositions(self, session: AsyncSession, before: datetime) -> None:
        """System use (housekeeping): give up files that were finished before then."""
        old = update(CompositionRow).where(
            CompositionRow.state == CompositionState.READY, CompositionRow.finished_at < before
        )
        await session.execute(old.values(state=CompositionState.REMOVED))

    async def left_files(self, session: AsyncSession) -> list[tuple[UUID, str]]:
        """System use: files that nobody wants any more and that still lie there."""
        left = select(CompositionRow.id, CompositionRow.storage_name).where(
            CompositionRow.state.in_((CompositionState.REMOVED, CompositionState.FAILED)),
            CompositionRow.storage_name.is_not(None),
        )
        return [(row_id, name) for row_id, name in await session.execute(left) if name is not None]

    async def file_removed(self, session: AsyncSession, composition_id: UUID) -> None:
        """System use: its bytes are gone."""
        row = await _locked(session, composition_id)
        if row is not None:
            row.storage_name = None


async def _check_recording(session: AsyncSession, chart: Chart) -> None:
    if chart.visit.status != VisitStatus.ENDED:
        raise VisitRunning
    ends = select(SegmentRow.closed_cleanly).where(SegmentRow.visit_id == chart.visit.id)
    closed = (await session.scalars(ends)).all()
    if not closed:
        raise NothingRecorded
    if any(cleanly is None for cleanly in closed):
        raise RecordingUnfinished


def composition_of(row: CompositionRow) -> Composition:
    return Composition(
        id=row.id,
        visit_id=row.visit_id,
        state=CompositionState(row.state),
        progress=row.progress,
        requested_at=row.requested_at,
        finished_at=row.finished_at,
        storage_name=row.storage_name,
        bytes=row.bytes,
        seconds=None if row.duration_ms is None else row.duration_ms / 1000,
    )


async def _newest(session: AsyncSession, visit_id: UUID) -> CompositionRow:
    row = (await session.scalars(_of_visit(visit_id).limit(1))).one_or_none()
    if row is None or row.state == CompositionState.REMOVED:
        raise CompositionNotFound
    return row


def _of_visit(visit_id: UUID) -> Select[CompositionRow]:
    newest = select(CompositionRow).where(CompositionRow.visit_id == visit_id)
    return newest.order_by(CompositionRow.id.desc()).execution_options(populate_existing=True)


async def _locked(session: AsyncSession, composition_id: UUID) -> CompositionRow | None:
    return await session.get(CompositionRow, composition_id, with_for_update=True, populate_existing=True)

"""Visits: making them, and what state each is in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Part
from clinical_store.errors import VisitNotFound, VisitStatusRefused
from clinical_store.model import Visit, VisitStatus
from clinical_store.rows import VisitRow
from core.ids import new_id
from core.outbox import emit

_TABLE = "visit"


class Visits(Part):
    """One visit at a time; lists are in `visit_list`."""

    async def create_visit(
        self,
        session: AsyncSession,
        *,
        patient_id: UUID,
        doctor_account_id: UUID,
        starts_at: datetime,
        ends_at: datetime,
        reason: str | None = None,
        visit_id: UUID | None = None,
    ) -> Visit:
        """System use (booking flow): granting care is the caller's part. Raises PatientNotFound."""
        key = await self._charts.key_of(session, patient_id)
        row_id = visit_id or new_id()
        row = VisitRow(
            id=row_id,
            patient_id=patient_id,
            doctor_account_id=doctor_account_id,
            starts_at=starts_at,
            ends_at=ends_at,
            status=VisitStatus.SCHEDULED.value,
            reason=key.seal_text(reason, _TABLE, "reason", row_id) if reason else None,
        )
        session.add(row)
        await session.flush()
        await emit(session, "visit.changed", visit_id=str(row_id))
        return visit_of(row)

    async def visit_for(
        self,
        session: AsyncSession,
        actor: Actor,
        visit_id: UUID,
        permission: Permission = Permission.ROOM_JOIN,
    ) -> Visit:
        """Times and state of a visit, for what `permission` names. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, permission, visit_id)
        return visit_of(chart.visit)

    async def visit(self, session: AsyncSession, visit_id: UUID) -> Visit:
        """System use (room server, jobs). Raises VisitNotFound."""
        return visit_of((await self._charts.open_for_work(session, visit_id)).visit)

    async def set_visit_status(self, session: AsyncSession, visit_id: UUID, status: VisitStatus) -> Visit:
        """System use (room server). The same status again changes nothing.

        Raises VisitNotFound, VisitStatusRefused (an ended visit stays ended).
        """
        visit = (await self._charts.open_for_work(session, visit_id, lock=True)).visit
        following = VisitStatus(status)
        if not VisitStatus(visit.status).may_become(following):
            raise VisitStatusRefused
        if visit.status != following:
            visit.status = following.value
            now = self._clock.now()
            visit.waiting_since = now if following is VisitStatus.WAITING else None
            visit.ended_at = now if following is VisitStatus.ENDED else None
            await emit(session, "visit.changed", visit_id=str(visit_id))
        return visit_of(visit)

    async def start_media(self, session: AsyncSession, visit_id: UUID, at: datetime) -> datetime:
        """System use (room server): set the zero of the visit's media times, once; returns it."""
        once = (
            update(VisitRow)
            .where(VisitRow.id == visit_id)
            .values(media_epoch=func.coalesce(VisitRow.media_epoch, at))
            .returning(VisitRow.media_epoch)
        )
        epoch = await session.scalar(once.execution_options(synchronize_session=False))
        if epoch is None:
            raise VisitNotFound
        return epoch


def visit_of(row: VisitRow) -> Visit:
    return Visit(
        id=row.id,
        patient_id=row.patient_id,
        doctor_account_id=row.doctor_account_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=VisitStatus(row.status),
        media_epoch=row.media_epoch,
        waiting_since=row.waiting_since,
        ended_at=row.ended_at,
        phone_since=row.phone_since,
        phone_reference=row.phone_reference,
    )

"""A visit that goes on by telephone: marked, with a reference that can be said over a bad line."""

from datetime import datetime, timedelta
from secrets import choice
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Part
from clinical_store.errors import VisitEnded
from clinical_store.model import VisitStatus
from clinical_store.note import Frozen
from clinical_store.rows import VisitRow
from core.outbox import emit

DIGITS = "234678"
"""Heard apart on a bad line: left out are 0 (also "oh"), 1 (written like 7), and 5 and 9 ("five", "nine": ICAO
Annex 10 has them said "fife" and "niner" for that reason)."""
LENGTH = 6
KEPT_APART = timedelta(days=30)  # a reference is given again when nobody looks for the old visit any more


class PhoneHandover(Frozen):
    """`since`: None when the visit is (again) held here; the reference stays the same."""

    since: datetime | None
    reference: str


class Phones(Part):
    """Handing a visit to the phone and taking it back."""

    async def hand_to_phone(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> PhoneHandover:
        """From now on by phone. Asked again it changes nothing. Raises VisitNotFound, Forbidden, VisitEnded."""
        chart = await self._charts.open(session, actor, Permission.PHONE_BEGIN, visit_id, lock=True)
        visit = chart.visit
        if visit.status == VisitStatus.ENDED:
            raise VisitEnded
        reference = visit.phone_reference or await _free_reference(session, self._clock.now() - KEPT_APART)
        if visit.phone_since is None:
            visit.phone_reference, visit.phone_since = reference, self._clock.now()
            await emit(session, "visit.changed", visit_id=str(visit_id))
        return PhoneHandover(since=visit.phone_since, reference=reference)

    async def take_from_phone(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> None:
        """It was a mistake, or everybody is back. Raises VisitNotFound, Forbidden, VisitEnded."""
        chart = await self._charts.open(session, actor, Permission.PHONE_END, visit_id, lock=True)
        if chart.visit.status == VisitStatus.ENDED:
            raise VisitEnded
        if chart.visit.phone_since is not None:
            chart.visit.phone_since = None
            await emit(session, "visit.changed", visit_id=str(visit_id))


async def _free_reference(session: AsyncSession, since: datetime) -> str:
    """One that no recent visit has. Of two made at the same moment the index refuses the second, which is asked for
    again by whoever asked (one in 46,656)."""
    while True:
        reference = "".join(choice(DIGITS) for _ in range(LENGTH))
        recent = VisitRow.ended_at.is_(None) | (VisitRow.ended_at > since)
        taken = select(exists().where(VisitRow.phone_reference == reference, recent))
        if not await session.scalar(taken):
            return reference

"""The people in a visit: who joined under which account, and whether they are let in."""

from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Chart, Part
from clinical_store.errors import NotAdmitted, ParticipantNotFound, VisitEnded
from clinical_store.keys import PatientKey
from clinical_store.model import Participant, ParticipantState, VisitStatus
from clinical_store.rows import ParticipantRow
from core.ids import new_id
from core.outbox import emit

_TABLE = "visit_participant"


class Participants(Part):
    """Joining, admission, leaving."""

    async def join_visit(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> Participant:
        """The actor's place in the visit, made once per account.

        The visit's doctor is admitted at once, everybody else is invited; who had left begins anew.
        Raises VisitNotFound, Forbidden, VisitEnded.
        """
        chart = await self._charts.open(session, actor, Permission.ROOM_JOIN, visit_id)
        if chart.visit.status == VisitStatus.ENDED:
            raise VisitEnded
        await self._take_place(session, actor, chart)
        row = await _place_of(session, visit_id, actor.account_id)
        if row is None:
            raise ParticipantNotFound
        if row.state == ParticipantState.LEFT:
            row.state = _first_state(actor, chart)
            await emit(session, "visit.changed", visit_id=str(visit_id))
        return participant_of(row, chart.key)

    async def participants(self, session: AsyncSession, visit_id: UUID) -> list[Participant]:
        """System use (room server): everybody who ever joined, in the order of joining."""
        chart = await self._charts.open_for_work(session, visit_id)
        rows = await session.scalars(_rows_of(visit_id))
        return [participant_of(row, chart.key) for row in rows]

    async def set_participant_state(
        self, session: AsyncSession, participant_id: UUID, state: ParticipantState
    ) -> None:
        """System use (room server). Raises ParticipantNotFound."""
        changed = (
            update(ParticipantRow)
            .where(ParticipantRow.id == participant_id)
            .values(state=ParticipantState(state).value)
            .returning(ParticipantRow.visit_id)
        )
        visit_id = await session.scalar(changed)
        if visit_id is None:
            raise ParticipantNotFound
        await emit(session, "visit.changed", visit_id=str(visit_id))

    async def close_door_to(self, session: AsyncSession, visit_id: UUID, account_id: UUID) -> UUID | None:
        """System use (guests): whatever this account was let in to is over; it must be let in anew.

        Returns the participant, None when the account never came.
        """
        row = await _place_of(session, visit_id, account_id)
        if row is None:
            return None
        if row.state != ParticipantState.LEFT:
            await self.set_participant_state(session, row.id, ParticipantState.LEFT)
        return row.id

    async def _take_place(self, session: AsyncSession, actor: Actor, chart: Chart) -> None:
        participant_id = new_id()
        name = chart.key.seal_text(actor.display_name, _TABLE, "display_name", participant_id)
        place = insert(ParticipantRow).values(
            id=participant_id,
            visit_id=chart.visit.id,
            account_id=actor.account_id,
            role=actor.room_role,
            display_name=name,
            state=_first_state(actor, chart).value,
        )
        placed = place.on_conflict_do_nothing(index_elements=["visit_id", "account_id"])
        if await session.scalar(placed.returning(ParticipantRow.id)) is not None:
            await emit(session, "visit.changed", visit_id=str(chart.visit.id))


def _first_state(actor: Actor, chart: Chart) -> ParticipantState:
    is_doctor = actor.account_id == chart.visit.doctor_account_id
    return ParticipantState.ADMITTED if is_doctor else ParticipantState.INVITED


async def _place_of(session: AsyncSession, visit_id: UUID, account_id: UUID) -> ParticipantRow | None:
    mine = select(ParticipantRow).where(
        ParticipantRow.visit_id == visit_id, ParticipantRow.account_id == account_id
    )
    return (await session.scalars(mine.execution_options(populate_existing=True))).one_or_none()


async def admitted_place(session: AsyncSession, actor: Actor, visit_id: UUID) -> ParticipantRow:
    """The actor's place in the room. Raises ParticipantNotFound, NotAdmitted."""
    row = await _place_of(session, visit_id, actor.account_id)
    if row is None:
        raise ParticipantNotFound
    if row.state != ParticipantState.ADMITTED:
        raise NotAdmitted
    return row


async def participants_by_id(
    session: AsyncSession, visit_id: UUID, key: PatientKey
) -> dict[UUID, Participant]:
    rows = await session.scalars(_rows_of(visit_id))
    return {row.id: participant_of(row, key) for row in rows}


def participant_of(row: ParticipantRow, key: PatientKey) -> Participant:
    return Participant(
        id=row.id,
        visit_id=row.visit_id,
        account_id=row.account_id,
        role=row.role,
        display_name=key.open_text(row.display_name, _TABLE, "display_name", row.id),
        state=ParticipantState(row.state),
    )


def _rows_of(visit_id: UUID) -> Select[ParticipantRow]:
    return (
        select(ParticipantRow)
        .where(ParticipantRow.visit_id == visit_id)
        .order_by(ParticipantRow.id)
        .execution_options(populate_existing=True)
    )

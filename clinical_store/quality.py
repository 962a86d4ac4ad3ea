"""How the lines of a visit were: the check before the call and the scores in it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Part
from clinical_store.errors import VisitEnded
from clinical_store.model import VisitStatus, milliseconds
from clinical_store.participants import participants_by_id
from clinical_store.quality_model import (
    INTERVAL_S,
    LineCheck,
    LineView,
    ParticipantQuality,
    QualityPoint,
    QualitySample,
    VisitQuality,
    line_view,
    stretch_of,
    thinned,
)
from clinical_store.quality_rows import CallQualityRow, LineCheckRow
from clinical_store.rows import ParticipantRow

_ROWS_AT_ONCE = 500


class Qualities(Part):
    """Figures about connections; the room server writes them, the clinic reads them."""

    async def add_quality(self, session: AsyncSession, samples: Sequence[QualitySample]) -> None:
        """System use (room server). A sample that is there already is kept as it is."""
        for begin in range(0, len(samples), _ROWS_AT_ONCE):
            rows = [_row_of(sample) for sample in samples[begin : begin + _ROWS_AT_ONCE]]
            await session.execute(insert(CallQualityRow).values(rows).on_conflict_do_nothing())

    async def quality_for(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> VisitQuality:
        """The visit's history, during the call and ever after. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.QUALITY_READ, visit_id)
        people = await participants_by_id(session, visit_id, chart.key)
        points = await _points(session, visit_id)
        lines = await self.line_checks(session, visit_id)
        stretch = stretch_of(max((len(one) for one in points.values()), default=0))
        histories = (
            ParticipantQuality(
                participant_id=person.id,
                role=person.role,
                display_name=person.display_name,
                line=lines.get(person.id),
                points=thinned(points[person.id], stretch),
            )
            for person in people.values()
        )
        return VisitQuality(visit_id=visit_id, interval=INTERVAL_S * stretch, participants=tuple(histories))

    async def check_line_of(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> None:
        """Whether the actor may try the way to this visit's room now, without taking a place in it.

        Raises VisitNotFound, Forbidden, VisitEnded.
        """
        chart = await self._charts.open(session, actor, Permission.LINE_CHECK, visit_id)
        if chart.visit.status == VisitStatus.ENDED:
            raise VisitEnded

    async def keep_line_check(
        self, session: AsyncSession, participant_id: UUID, check: LineCheck, at: datetime
    ) -> LineView:
        """System use (room server): the participant's newest check replaces an earlier one."""
        found = {**check.model_dump(), "checked_at": at}
        kept = insert(LineCheckRow).values(participant_id=participant_id, **found)
        await session.execute(kept.on_conflict_do_update(index_elements=["participant_id"], set_=found))
        return line_view(check, at)

    async def line_checks(self, session: AsyncSession, visit_id: UUID) -> dict[UUID, LineView]:
        """System use (room server): what is known of each participant."""
        found = await _checks(session, ParticipantRow.visit_id == visit_id)
        return {person.id: line for person, line in found}


async def patients_lines(session: AsyncSession, visit_ids: Collection[UUID]) -> dict[UUID, LineView]:
    """The patient's line check of each of these visits that has one."""
    of_patients = ParticipantRow.visit_id.in_(visit_ids) & (ParticipantRow.role == "patient")
    return {person.visit_id: line for person, line in await _checks(session, of_patients)}


async def _checks(session: AsyncSession, whose: ColumnElement[bool]) -> list[tuple[ParticipantRow, LineView]]:
    query = select(ParticipantRow, LineCheckRow).join(LineCheckRow).where(whose)
    rows = await session.execute(query.execution_options(populate_existing=True))
    return [(person, line_view(_check_of(row), row.checked_at)) for person, row in rows]


async def _points(session: AsyncSession, visit_id: UUID) -> dict[UUID, list[QualityPoint]]:
    query = select(CallQualityRow).where(CallQualityRow.visit_id == visit_id).order_by(CallQualityRow.at_ms)
    points: dict[UUID, list[QualityPoint]] = defaultdict(list)
    for row in await session.scalars(query):
        points[row.participant_id].append(
            QualityPoint(
                at=row.at_ms / 1000,
                up=row.up,
                down=row.down,
                up_cause=row.up_cause,
                down_cause=row.down_cause,
            )
        )
    return points


def _row_of(sample: QualitySample) -> dict[str, Any]:
    return {**sample.model_dump(exclude={"at"}), "at_ms": milliseconds(sample.at)}


def _check_of(row: LineCheckRow) -> LineCheck:
    return LineCheck.model_validate({name: getattr(row, name) for name in LineCheck.model_fields})

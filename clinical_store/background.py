"""What is known of the patient before a visit: why they come, and what earlier signed notes say."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from clinical_store.chart import Chart, Part
from clinical_store.errors import SummaryNotReady
from clinical_store.note import Frozen, Statement
from clinical_store.note_sheet import signed_sheet
from clinical_store.rows import SignatureRow, VisitRow

_MOST_NOTES = 10


class Background(Frozen):
    """`reason`: the visit's own, "" when none was given. `statements`: of the newest signed notes, newest first."""

    reason: str
    statements: tuple[Statement, ...]


class Backgrounds(Part):
    """For the speech worker, which listens for names that this patient's record already holds."""

    async def background(self, session: AsyncSession, visit_id: UUID) -> Background:
        """System use (speech worker). Raises VisitNotFound, RecordUnreadable."""
        chart = await self._charts.open_for_work(session, visit_id)
        reason = chart.key.open_text(chart.visit.reason, "visit", "reason", visit_id)
        signed = (
            select(VisitRow)
            .join(SignatureRow, SignatureRow.visit_id == VisitRow.id)
            .where(VisitRow.patient_id == chart.patient.id)
            .order_by(SignatureRow.signed_at.desc(), VisitRow.id)
            .limit(_MOST_NOTES)
        )
        lines: list[Statement] = []
        for visit in (await session.scalars(signed)).all():
            lines += await _signed_lines(session, Chart(visit, chart.patient, chart.key))
        return Background(reason=reason or "", statements=tuple(lines))


async def _signed_lines(session: AsyncSession, chart: Chart) -> tuple[Statement, ...]:
    try:
        _, version, _ = await signed_sheet(session, chart)
    except SummaryNotReady:  # the signature has gone since the list was made
        return ()
    return version.statements

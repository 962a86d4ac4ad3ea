"""How far signed notes are from their drafts: numbers by note, and together by week. No word of a note is here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from clinical_store.chart import Chart
from clinical_store.note import Signature
from clinical_store.note_quality import NoteDistance, monday
from clinical_store.rows import VisitRow
from core.database import Base


class NoteQualityRow(Base):
    """Append-only. `measured` is a `NoteDistance`: numbers, section names and reason codes."""

    __tablename__ = "note_quality"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("signature.visit_id"), primary_key=True)
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    measured: Mapped[dict[str, object]] = mapped_column(JSONB)


@dataclass(frozen=True, slots=True)
class MeasuredNote:
    """One signed note in numbers."""

    patient_id: UUID
    signed_at: datetime
    distance: NoteDistance

    @property
    def week(self) -> date:
        """The Monday before it, UTC."""
        return monday(self.signed_at.astimezone(UTC).date())


async def add_row_of_quality(
    session: AsyncSession, chart: Chart, distance: NoteDistance | None, signature: Signature
) -> None:
    """None: there was no draft to compare with."""
    if distance is None:
        return
    await session.flush()  # the signature it belongs to
    row = NoteQualityRow(
        visit_id=chart.visit.id, signed_at=signature.signed_at, measured=distance.model_dump(mode="json")
    )
    session.add(row)


async def measured_since(session: AsyncSession, since: datetime) -> Sequence[MeasuredNote]:
    """Every note signed since then that had a draft."""
    rows = await session.execute(
        select(VisitRow.patient_id, NoteQualityRow.signed_at, NoteQualityRow.measured)
        .join(VisitRow, VisitRow.id == NoteQualityRow.visit_id)
        .where(NoteQualityRow.signed_at >= since)
    )
    return [MeasuredNote(patient, at, NoteDistance.model_validate(numbers)) for patient, at, numbers in rows]

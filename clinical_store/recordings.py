"""Where the pieces of each participant's recording lie, and how much of each is known to be on disk."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission
from clinical_store.chart import Part
from clinical_store.errors import SegmentNotFound
from clinical_store.model import Gap, GapKind, Segment, SegmentKind, milliseconds
from clinical_store.participants import participants_by_id
from clinical_store.rows import SegmentRow
from clinical_store.views import RecordingView, recording_view
from core.ids import new_id


class Recordings(Part):
    """Segments are opened, extended and closed by the recorder; people read them under permission."""

    async def open_segment(
        self,
        session: AsyncSession,
        *,
        visit_id: UUID,
        participant_id: UUID,
        storage_name: str,
        start: float,
        kind: SegmentKind = "camera",
    ) -> Segment:
        """System use (recorder). `start`: seconds from the media epoch."""
        row = SegmentRow(
            id=new_id(),
            visit_id=visit_id,
            participant_id=participant_id,
            kind=kind,
            storage_name=storage_name,
            start_ms=milliseconds(start),
            gaps=[],
        )
        session.add(row)
        await session.flush()
        return segment_of(row)

    async def extend_segment(
        self, session: AsyncSession, segment_id: UUID, *, end: float, gaps: Sequence[Gap] | None = None
    ) -> None:
        """System use (recorder): what lies before `end` is on disk. A closed segment stays as it is.

        `gaps`: all that are known by now; None: as they were.
        """
        row = await _locked(session, segment_id)
        if row.closed_cleanly is None:
            row.end_ms = max(row.end_ms or row.start_ms, milliseconds(end))
            _keep(row, gaps)

    async def close_segment(
        self,
        session: AsyncSession,
        segment_id: UUID,
        *,
        end: float | None,
        cleanly: bool,
        gaps: Sequence[Gap] | None = None,
    ) -> None:
        """System use (recorder, or who tidies after a kill). `end` None keeps what is known. Idempotent."""
        row = await _locked(session, segment_id)
        if row.closed_cleanly is None:
            known = row.end_ms or row.start_ms
            row.end_ms = known if end is None else max(row.start_ms, milliseconds(end))
            row.closed_cleanly = cleanly
            _keep(row, gaps)

    async def segments(self, session: AsyncSession, visit_id: UUID) -> list[Segment]:
        """System use: every segment of the visit, by start."""
        return [segment_of(row) for row in await session.scalars(_of_visit(visit_id))]

    async def open_segments(self, session: AsyncSession) -> list[Segment]:
        """System use: segments nobody closed; after a start, those of a recorder that was killed."""
        unclosed = select(SegmentRow).where(SegmentRow.closed_cleanly.is_(None)).order_by(SegmentRow.id)
        return [segment_of(row) for row in await session.scalars(unclosed)]

    async def recordings_for(
        self, session: AsyncSession, actor: Actor, visit_id: UUID
    ) -> list[RecordingView]:
        """The visit's recordings as a person sees them. Raises VisitNotFound, Forbidden."""
        chart = await self._charts.open(session, actor, Permission.RECORDING_READ, visit_id)
        people = await participants_by_id(session, visit_id, chart.key)
        rows = await session.scalars(_of_visit(visit_id))
        return [recording_view(segment_of(row), people[row.participant_id]) for row in rows]

    async def recording_for(
        self, session: AsyncSession, actor: Actor, segment_id: UUID
    ) -> tuple[Segment, bytes]:
        """One segment with the key its bytes are sealed with. Raises SegmentNotFound, Forbidden."""
        row = await session.get(SegmentRow, segment_id)
        if row is None:
            raise SegmentNotFound
        chart = await self._charts.open(session, actor, Permission.RECORDING_READ, row.visit_id)
        return segment_of(row), chart.key.media_key()

    async def media_key_of_visit(self, session: AsyncSession, visit_id: UUID) -> bytes:
        """System use (recorder): the key for a visit's recordings. Raises VisitNotFound."""
        return (await self._charts.open_for_work(session, visit_id)).key.media_key()

    async def live_key_of_visit(self, session: AsyncSession, visit_id: UUID) -> bytes:
        """System use (open utterances): the key of what is said in a visit and kept nowhere. Raises VisitNotFound."""
        return (await self._charts.open_for_work(session, visit_id)).key.live_key()


def segment_of(row: SegmentRow) -> Segment:
    return Segment(
        id=row.id,
        visit_id=row.visit_id,
        participant_id=row.participant_id,
        kind=cast("SegmentKind", row.kind),
        storage_name=row.storage_name,
        start=row.start_ms / 1000,
        end=None if row.end_ms is None else row.end_ms / 1000,
        closed_cleanly=row.closed_cleanly,
        gaps=tuple(
            Gap(start=int(start) / 1000, end=int(end) / 1000, kind=cast("GapKind", kind))
            for start, end, kind in row.gaps
        ),
    )


def _keep(row: SegmentRow, gaps: Sequence[Gap] | None) -> None:
    if gaps is not None:
        row.gaps = [[milliseconds(gap.start), milliseconds(gap.end), gap.kind] for gap in gaps]


async def _locked(session: AsyncSession, segment_id: UUID) -> SegmentRow:
    row = await session.get(SegmentRow, segment_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise SegmentNotFound
    return row


def _of_visit(visit_id: UUID) -> Select[SegmentRow]:
    newest = select(SegmentRow).where(SegmentRow.visit_id == visit_id)
    return newest.order_by(SegmentRow.start_ms, SegmentRow.id).execution_options(populate_existing=True)

"""The second hearing of a visit's recording, and utterances that nobody could write down: where both stand."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from access import Actor, Permission
from clinical_store.agreement import may_be_written
from clinical_store.chart import Part
from clinical_store.consent import admitted_to, decisions_of
from clinical_store.final_pass_rows import FinalHearingRow, FinalPassRow
from clinical_store.model import milliseconds
from clinical_store.rows import UtteranceRow, VisitRow
from clinical_store.transcript_model import FinalPassView, Utterance, UtteranceState
from clinical_store.utterance_rows import spoken_in, tell, utterance_of
from core.outbox import emit

Outcome = Literal["heard", "skipped", "failed"]
"""What became of an utterance in the final pass: `skipped` where there is no recording of it."""
_TIMES = load_only(
    UtteranceRow.visit_id,
    UtteranceRow.participant_id,
    UtteranceRow.start_ms,
    UtteranceRow.end_ms,
    UtteranceRow.state,
)
_AT_ONCE = 200
"""Utterances that are told at once that they are held up."""


class FinalPasses(Part):
    """The jobs ask and tell, a doctor has what failed tried again."""

    async def begin_final_pass(self, session: AsyncSession, visit_id: UUID, model: str) -> None:
        """System use: `model` is to hear the visit's recording. Asking again changes nothing."""
        wanted = insert(FinalPassRow).values(visit_id=visit_id, model=model, began_at=self._clock.now())
        again = {"model": wanted.excluded.model}
        await session.execute(wanted.on_conflict_do_update(index_elements=["visit_id"], set_=again))

    async def final_pass_wanted(self, session: AsyncSession, visit_id: UUID) -> bool:
        """System use: whether one was begun for this visit."""
        return await session.get(FinalPassRow, visit_id) is not None

    async def to_hear_again(self, session: AsyncSession, visit_id: UUID, model: str) -> list[Utterance]:
        """System use (final pass): written utterances that `model` has not heard as they are now, by start.

        Without those that a withdrawal left empty. Raises VisitNotFound.
        """
        visit = (await self._charts.open_for_work(session, visit_id)).visit
        _, left = await _standing(session, visit, model)
        return left

    async def heard_again(
        self, session: AsyncSession, utterance: Utterance, model: str, outcome: Outcome
    ) -> None:
        """System use (final pass): this utterance need not be heard by `model` any more. Saying it again is fine."""
        done = insert(FinalHearingRow).values(
            utterance_id=utterance.id, model=model, end_ms=milliseconds(utterance.end), outcome=outcome
        )
        newest = {"end_ms": done.excluded.end_ms, "outcome": done.excluded.outcome}
        once = done.on_conflict_do_update(index_elements=["utterance_id", "model"], set_=newest)
        await session.execute(once)

    async def set_final_pass_problem(self, session: AsyncSession, visit_id: UUID, code: str | None) -> None:
        """System use (jobs): the error code that holds the final pass up; None: nothing does. Tells the screens."""
        changed = update(FinalPassRow).where(
            FinalPassRow.visit_id == visit_id, FinalPassRow.problem.is_distinct_from(code)
        )
        if await session.scalar(changed.values(problem=code).returning(FinalPassRow.visit_id)):
            await emit(session, "visit.changed", visit_id=str(visit_id))

    async def hold_utterances(self, session: AsyncSession, code: str, waited: timedelta) -> int:
        """System use (speech worker): who has waited that long is told why. Returns how many were told now."""
        late = select(UtteranceRow).where(
            UtteranceRow.state == UtteranceState.PENDING,
            UtteranceRow.added_at < self._clock.now() - waited,
            UtteranceRow.problem.is_distinct_from(code),
        )
        some = late.order_by(UtteranceRow.added_at).limit(_AT_ONCE).with_for_update(skip_locked=True)
        rows = (await session.scalars(some)).all()
        for row in rows:
            row.problem = code
            await tell(session, row)
        return len(rows)

    async def try_transcript_again(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> list[UUID]:
        """What waits to be written down, its problems cleared: the caller has it tried again.

        Raises VisitNotFound, Forbidden, NotYourVisit.
        """
        await self._open_own(session, actor, Permission.TRANSCRIPT_CORRECT, visit_id)
        rows = await session.scalars(
            spoken_in(visit_id).where(UtteranceRow.state == UtteranceState.PENDING).with_for_update()
        )
        waiting = rows.all()
        for row in waiting:
            if row.problem is not None:
                row.problem = None
                await tell(session, row)
        await self.set_final_pass_problem(session, visit_id, None)
        return [row.id for row in waiting]


async def final_pass_of(session: AsyncSession, visit: VisitRow) -> FinalPassView | None:
    """How far the visit's final pass is; None when there is none."""
    row = await session.get(FinalPassRow, visit.id, populate_existing=True)
    if row is None:
        return None
    done, left = await _standing(session, visit, row.model)
    return FinalPassView(done=done, total=done + len(left), problem=row.problem if left else None)


async def _standing(session: AsyncSession, visit: VisitRow, model: str) -> tuple[int, list[Utterance]]:
    """How many written utterances the model is done with, and those it is not."""
    same = (FinalHearingRow.utterance_id == UtteranceRow.id) & (FinalHearingRow.model == model)
    written = spoken_in(visit.id).where(UtteranceRow.state != UtteranceState.PENDING).options(_TIMES)
    rows = (
        await session.execute(written.add_columns(FinalHearingRow.end_ms).outerjoin(FinalHearingRow, same))
    ).all()
    decisions, present = (
        await decisions_of(session, visit.id, "transcribe"),
        await admitted_to(session, visit.id),
    )
    left = [row for row, heard_until in rows if heard_until != row.end_ms]
    allowed = [row for row in left if may_be_written(_began(visit, row), decisions, present)]
    return len(rows) - len(left), [utterance_of(row) for row in allowed]


def _began(visit: VisitRow, row: UtteranceRow) -> datetime:
    return (visit.media_epoch or visit.starts_at) + timedelta(milliseconds=row.start_ms)

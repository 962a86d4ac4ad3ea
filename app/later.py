"""Steps of a visit's way that are asked for from several places: each one waits under the visit's name once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.jobs import enqueue

DRAFT, LANGUAGE_QUEUE = "draft_note", "language"
FINAL_PASS, FINAL_QUEUE = "final_pass", "final_pass"


async def draft_later(session: AsyncSession, visit_id: UUID) -> None:
    """The note is drafted from the words as they are when this transaction commits."""
    lock = f"draft:{visit_id}"
    await enqueue(session, DRAFT, queue=LANGUAGE_QUEUE, queueing_lock=lock, lock=lock, visit_id=str(visit_id))


async def final_pass_later(session: AsyncSession, visit_id: UUID, at: datetime | None = None) -> None:
    """The visit's recording is heard again, as far as it was not. `at`: not before."""
    lock = f"final:{visit_id}"
    await enqueue(
        session,
        FINAL_PASS,
        queue=FINAL_QUEUE,
        queueing_lock=lock,
        lock=lock,
        at=at,
        visit_id=str(visit_id),
    )

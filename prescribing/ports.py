"""What prescribing needs from others."""

from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor
from prescribing.model import PrescriptionDraft


class OfferedPrescriptions(Protocol):
    """Medicines that a visit's note offers; those the doctor dismissed are left out."""

    async def prescriptions(
        self, session: AsyncSession, actor: Actor, visit_id: UUID
    ) -> tuple[PrescriptionDraft, ...]:
        """Raises VisitNotFound, Forbidden."""
        ...

"""What the laboratory needs from others."""

from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor
from laboratory.model import LabOrderDraft


class OfferedLabOrders(Protocol):
    """Tests that a visit's note offers; those the doctor dismissed are left out."""

    async def lab_orders(
        self, session: AsyncSession, actor: Actor, visit_id: UUID
    ) -> tuple[LabOrderDraft, ...]:
        """Raises VisitNotFound, Forbidden."""
        ...

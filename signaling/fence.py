"""Which node holds a room, by the record: a number that only grows, raised with every node that opens the room.

Valkey says where to look; when it was wiped, or a node is cut off from it, two nodes may each believe that a room is
theirs. The number decides: whoever opened the room with a lower one than the record has now holds it no more.
"""

from uuid import UUID

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class RoomPlaceRow(Base):
    """The node that opened a visit's room last, and how often one did (`epoch`)."""

    __tablename__ = "room_place"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    epoch: Mapped[int]


async def open_here(session: AsyncSession, visit_id: UUID, node: str) -> int:
    """This node opens the room in this transaction; returns the number that says so. Another node that does the
    same waits for the end of this transaction, and gets a higher one."""
    row = insert(RoomPlaceRow).values(visit_id=visit_id, node=node, epoch=1)
    raised = row.on_conflict_do_update(
        index_elements=[RoomPlaceRow.visit_id],
        set_={"node": node, "epoch": RoomPlaceRow.epoch + 1},
    ).returning(RoomPlaceRow.epoch)
    return int((await session.execute(raised)).scalar_one())


async def held_by(session: AsyncSession, visit_id: UUID) -> tuple[str, int] | None:
    """(node, number) of the node that opened the room last; None: no node ever did."""
    found = select(RoomPlaceRow.node, RoomPlaceRow.epoch).where(RoomPlaceRow.visit_id == visit_id)
    row = (await session.execute(found)).one_or_none()
    return (row.node, row.epoch) if row is not None else None

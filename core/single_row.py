"""Settings of which there is one set: a table of one row, replaced by its next version or not at all."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import SmallInteger, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

ONLY = 1
"""The one id that the table's check constraint allows."""


class SingleRow:
    """What such a row has beside its settings."""

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    version: Mapped[int]


async def replaced(
    session: AsyncSession, row: type[SingleRow], version: int, values: Mapping[str, Any]
) -> bool:
    """Whether the row was the version before `version` (or none, and that is 1), and is now this one."""
    fresh = {"version": version, **values}
    if version == 1:
        first = insert(row).values(id=ONLY, **fresh).on_conflict_do_nothing()
        return await session.scalar(first.returning(row.id)) is not None
    changed = update(row).where(row.version == version - 1).values(fresh).returning(row.id)
    return await session.scalar(changed.execution_options(synchronize_session=False)) is not None

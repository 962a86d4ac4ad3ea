"""One file of a whole recorded visit: how far its making is, and where it lies. No word is in here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base

_CURRENT = "state IN ('waiting', 'working', 'ready')"


class CompositionRow(Base):
    """`storage_name`: what the present attempt writes, once it is ready what it wrote. One current row per visit."""

    __tablename__ = "composition"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'working', 'ready', 'failed', 'removed')", name="state"),
        CheckConstraint("0 <= progress AND progress <= 100", name="progress"),
        CheckConstraint(
            "state <> 'ready' OR (storage_name IS NOT NULL AND bytes IS NOT NULL AND duration_ms IS NOT NULL)",
            name="file",
        ),
        Index("ix_composition_visit_id", "visit_id", unique=True, postgresql_where=text(_CURRENT)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"))
    requested_by: Mapped[UUID]
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(Text)
    progress: Mapped[int] = mapped_column(SmallInteger)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    storage_name: Mapped[str | None] = mapped_column(Text, unique=True)
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    duration_ms: Mapped[int | None] = mapped_column(BigInteger)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

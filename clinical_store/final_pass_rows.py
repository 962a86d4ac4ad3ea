"""How far the second hearing of a visit's recording is. No word is in here."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class FinalPassRow(Base):
    """`problem`: the error code that holds it up, null while nothing does."""

    __tablename__ = "final_pass"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    model: Mapped[str] = mapped_column(Text)
    began_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    problem: Mapped[str | None] = mapped_column(Text)


class FinalHearingRow(Base):
    """One utterance, heard again by one model (or passed over, or failed at). `end_ms`: the utterance's end then:
    an utterance that has grown since is heard once more."""

    __tablename__ = "final_hearing"
    __table_args__ = (CheckConstraint("outcome IN ('heard', 'skipped', 'failed')", name="outcome"),)

    utterance_id: Mapped[UUID] = mapped_column(ForeignKey("utterance.id"), primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    end_ms: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(Text)

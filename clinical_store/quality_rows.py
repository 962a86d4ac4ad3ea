"""Tables of the lines: figures and short codes about a connection, nothing that anybody said."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class CallQualityRow(Base):
    """One participant, five seconds. `at_ms`: their end, from the visit's media epoch. Scores are 0 to 100."""

    __tablename__ = "call_quality"
    __table_args__ = (
        ForeignKeyConstraint(
            ["participant_id", "visit_id"], ["visit_participant.id", "visit_participant.visit_id"]
        ),
        CheckConstraint("0 <= at_ms", name="at_ms"),
        CheckConstraint("0 <= up AND up <= 100", name="up"),
        CheckConstraint("0 <= down AND down <= 100", name="down"),
        CheckConstraint("up_cause ~ '^[a-z_]{1,32}$'", name="up_cause"),
        CheckConstraint("down_cause ~ '^[a-z_]{1,32}$'", name="down_cause"),
        Index(None, "visit_id", "at_ms"),
    )

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    visit_id: Mapped[UUID]
    up: Mapped[int] = mapped_column(SmallInteger)
    down: Mapped[int] = mapped_column(SmallInteger)
    up_cause: Mapped[str | None] = mapped_column(Text)
    down_cause: Mapped[str | None] = mapped_column(Text)


class LineCheckRow(Base):
    """What a participant's newest device check measured, before they were let in."""

    __tablename__ = "line_check"
    __table_args__ = (
        CheckConstraint("path IN ('relay', 'direct', 'blocked', 'untested')", name="path"),
        CheckConstraint("0 <= loss AND loss <= 1", name="loss"),
        CheckConstraint("microphone IN ('good', 'quiet', 'noisy', 'silent', 'none')", name="microphone"),
        CheckConstraint("camera IN ('good', 'dark', 'none')", name="camera"),
        CheckConstraint("speaker IN ('heard', 'not_heard', 'untried')", name="speaker"),
    )

    participant_id: Mapped[UUID] = mapped_column(ForeignKey("visit_participant.id"), primary_key=True)
    checked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    path: Mapped[str] = mapped_column(Text)
    up_kbps: Mapped[int | None] = mapped_column(Integer)
    down_kbps: Mapped[int | None] = mapped_column(Integer)
    loss: Mapped[float | None] = mapped_column(Double)
    rtt_ms: Mapped[int | None] = mapped_column(Integer)
    microphone: Mapped[str] = mapped_column(Text)
    camera: Mapped[str] = mapped_column(Text)
    speaker: Mapped[str] = mapped_column(Text)

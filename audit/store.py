"""Rows of the audit trail: events inserted here, seals by the sealer; a trigger refuses everything else."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    Text,
    func,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audit.model import AuditEvent, Seal, SignedHead, StoredEvent
from core.database import Base, Database


class AuditEventRow(Base):
    """Who saw or did what. The database's own clock dates it: every process writes into one time."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())
    actor_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[UUID]
    patient_id: Mapped[UUID | None]
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("outcome IN ('allowed', 'denied')", name="outcome"),
        Index(None, "patient_id", "at"),
        Index(None, "actor_id", "at"),
        Index(None, "subject_id", "action"),
    )


class AuditSealRow(Base):
    """The chain, beside the events so that those stay untouched. No foreign key: a gap must show."""

    __tablename__ = "audit_seal"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )


class AuditHeadRow(Base):
    """A signed head of the chain, one for every batch that was sealed."""

    __tablename__ = "audit_head"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class AuditPendingRow(Base):
    """Events that wait for their seal; a trigger on audit_event fills it, so no insert can leave it out.

    A queue keeps a pass of the sealer as cheap after ten years as on the first day. Taking a row out of it
    hides nothing: `verify` counts the events without a seal in the events themselves.
    """

    __tablename__ = "audit_pending"

    event_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


async def record(session: AsyncSession, event: AuditEvent) -> None:
    """Write `event` in the caller's transaction: it stays exactly when the act itself stays."""
    await session.execute(
        insert(AuditEventRow).values(
            actor_id=event.actor_id,
            action=event.action,
            subject_kind=event.subject_kind,
            subject_id=event.subject_id,
            patient_id=event.patient_id,
            outcome=event.outcome,
            reason=event.reason,
        )
    )


async def record_denied(database: Database, event: AuditEvent) -> None:
    """Write a refusal in a transaction of its own: the refused request rolls back, the row stays.

    The caller may hold a connection of the request path's pool while this waits for another: give it a
    Database of its own, or a burst of refusals could starve that pool. Raises Unavailable.
    """
    async with database.transaction() as session:
        await record(session, event)


async def history_of(session: AsyncSession, patient_id: UUID, limit: int = 200) -> Sequence[StoredEvent]:
    """The newest `limit` rows about one patient's record, newest first."""
    rows = await session.scalars(
        select(AuditEventRow)
        .where(AuditEventRow.patient_id == patient_id)
        .order_by(AuditEventRow.id.desc())
        .limit(limit)
    )
    return [stored(row) for row in rows]


async def times_allowed(session: AsyncSession, subject_id: UUID, actions: Collection[str]) -> dict[str, int]:
    """How often each of these acts was done to the subject; those never done are left out."""
    rows = await session.execute(
        select(AuditEventRow.action, func.count())
        .where(
            AuditEventRow.subject_id == subject_id,
            AuditEventRow.action.in_(actions),
            AuditEventRow.outcome == "allowed",
        )
        .group_by(AuditEventRow.action)
    )
    return {action: count for action, count in rows}  # noqa: C416 - rows are no pairs to mypy


def stored(row: AuditEventRow) -> StoredEvent:
    """The row as a value."""
    return StoredEvent(
        row.id,
        row.at,
        row.actor_id,
        row.action,
        row.subject_kind,
        row.subject_id,
        row.patient_id,
        row.outcome,
        row.reason,
    )


def seal_of(row: AuditSealRow) -> Seal:
    """The row as a value."""
    return Seal(row.position, row.event_id, row.previous_hash, row.hash)


async def last_seal(session: AsyncSession) -> Seal | None:
    """The newest place of the chain, None before the first."""
    row = await session.scalar(select(AuditSealRow).order_by(AuditSealRow.position.desc()).limit(1))
    return None if row is None else seal_of(row)


async def holds(session: AsyncSession, head: SignedHead) -> bool:
    """Whether the chain still has this head at its place."""
    return (
        await session.scalar(select(AuditSealRow.hash).where(AuditSealRow.position == head.position))
        == head.hash
    )

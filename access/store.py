"""The rows of access. Nothing personal in the clear: e-mail and name are sealed, found by blind index."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class AccountRow(Base):
    """A person who can sign in. Raising `epoch` ends every session that was made before. `supervisor_id`: who
    supervises this doctor."""

    __tablename__ = "account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(Text, index=True)
    email: Mapped[bytes] = mapped_column(LargeBinary)
    email_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    display_name: Mapped[bytes] = mapped_column(LargeBinary)
    password_hash: Mapped[str] = mapped_column(Text)
    epoch: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint(
            "supervisor_id <> id AND (supervisor_id IS NULL OR role = 'doctor')", name="supervisor"
        ),
    )


class SessionRow(Base):
    """Somebody signed in on one browser. The cookie's token is kept as its SHA-256; to end is to delete."""

    __tablename__ = "session"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    epoch: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    last_seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class LoginWindowRow(Base):
    """Attempts to sign in, counted per account and per address. `subject` is an HMAC: it names nobody."""

    __tablename__ = "login_window"

    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    attempts: Mapped[int] = mapped_column(Integer)


class CareRelationshipRow(Base):
    """Why an account may open a patient's record: it is the own one, or there is a visit together."""

    __tablename__ = "care_relationship"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    patient_id: Mapped[UUID] = mapped_column(index=True)
    visit_id: Mapped[UUID | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        UniqueConstraint("account_id", "patient_id", "visit_id", "kind", postgresql_nulls_not_distinct=True),
        CheckConstraint("kind IN ('self', 'treating')", name="kind"),
        # One account, one own record.
        Index("uq_care_relationship_self", "account_id", unique=True, postgresql_where="kind = 'self'"),
    )


class UsedTicketRow(Base):
    """A room ticket that let somebody in; kept until it would have expired anyway."""

    __tablename__ = "used_ticket"

    jti: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class InvitationRow(Base):
    """A link for one guest into one visit. `token_hash` is the SHA-256 of what the link holds.

    `account_id`: the guest's own account, made when the link is first used. `display_name` is null where the
    inviter left it to the guest.
    """

    __tablename__ = "invitation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID] = mapped_column(index=True)
    patient_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(Text)
    display_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)

    __table_args__ = (
        CheckConstraint("role IN ('interpreter', 'family')", name="role"),
        CheckConstraint("created_at < expires_at", name="period"),
        CheckConstraint("(opened_at IS NULL) = (account_id IS NULL)", name="opened"),
    )

"""Invitations and guests as the API shows them. The token of a link is in one answer only: that of its making."""

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from access import GuestRole, Invitation, InvitationState
from clinical_store import VisitStatus

_TOKEN = Field(min_length=20, max_length=64, description="What follows the # in the link.")


class InviteBody(BaseModel):
    """Whom to invite. Without a name the guest is asked for it."""

    model_config = ConfigDict(extra="forbid")

    role: GuestRole
    display_name: str | None = Field(None, min_length=1, max_length=80)
    hours_after_end: int = Field(
        1, ge=1, le=24, description="How long after the planned end the link still works."
    )

    @property
    def after_end(self) -> timedelta:
        return timedelta(hours=self.hours_after_end)


class LinkToken(BaseModel):
    """The secret of a link, in the body: an address would be logged."""

    model_config = ConfigDict(extra="forbid")

    token: SecretStr = _TOKEN


class EnterBody(LinkToken):
    """`display_name` counts only where the inviter gave none and the link is opened for the first time."""

    display_name: str = Field("", max_length=80)


class InvitationView(BaseModel):
    """A link in the list of a visit."""

    id: UUID
    role: GuestRole
    display_name: str | None
    state: InvitationState
    mine: bool
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation, viewer_id: UUID, now: datetime) -> "InvitationView":
        return cls(
            id=invitation.id,
            role=invitation.role,
            display_name=invitation.display_name,
            state=invitation.state(now),
            mine=invitation.invited_by == viewer_id,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
        )


class NewInvitationView(BaseModel):
    """`path` with its fragment is the link, once: only the fragment's hash is kept."""

    invitation: InvitationView
    path: str


class InvitedView(BaseModel):
    """What a link is for, before it is used."""

    role: GuestRole
    display_name: str | None
    doctor_name: str
    starts_at: datetime
    ends_at: datetime


class GuestView(BaseModel):
    """A guest and their one visit."""

    visit_id: UUID
    role: GuestRole
    display_name: str
    doctor_name: str
    starts_at: datetime
    ends_at: datetime
    status: VisitStatus

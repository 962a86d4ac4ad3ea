"""Guests as pure values: an interpreter or a family member, let into one visit by a link.

The link holds 256 random bits in its fragment, which browsers send to nobody; the page posts them once for a
session. A guest's session opens the one room and nothing of the record.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from access.errors import GuestNameMissing, InvitationExpired, InvitationRevoked

GuestRole = Literal["interpreter", "family"]
GUEST_ROLES: tuple[GuestRole, ...] = get_args(GuestRole)
InvitationState = Literal["unopened", "opened", "revoked", "expired"]

MARGIN = timedelta(hours=1)
"""Visits begin late and run over: by default a link is good this long after the planned end."""
LONGEST = timedelta(hours=24)
"""The longest a link can be good after the planned end."""
MOST_OPEN = 6
"""Links of one visit that are good at a time."""
MAX_GUEST_NAME = 80


@dataclass(frozen=True, slots=True)
class GuestPass:
    """What a guest's session is good for: one visit, as what, until when."""

    invitation_id: UUID
    visit_id: UUID
    role: GuestRole
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link as its inviter sees it afterwards. `display_name` None: the guest says it."""

    id: UUID
    visit_id: UUID
    patient_id: UUID
    role: GuestRole
    display_name: str | None = field(repr=False)
    invited_by: UUID
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    opened_at: datetime | None = None

    def state(self, now: datetime) -> InvitationState:
        """Revoked counts before expired: it says who decided."""
        if self.revoked_at is not None:
            return "revoked"
        if now >= self.expires_at:
            return "expired"
        return "unopened" if self.opened_at is None else "opened"

    def check_good(self, now: datetime) -> None:
        """Raises InvitationRevoked, InvitationExpired."""
        refusals: dict[InvitationState, Callable[[], Exception]] = {
            "revoked": InvitationRevoked,
            "expired": InvitationExpired,
        }
        refusal = refusals.get(self.state(now))
        if refusal is not None:
            raise refusal()


def expiry(now: datetime, ends_at: datetime, after_end: timedelta = MARGIN) -> datetime:
    """When a link made now for a visit planned until `ends_at` stops working.

    A visit that runs late is still met: the time counts from now where the planned end is over.
    """
    return max(now, ends_at) + min(max(after_end, timedelta(minutes=5)), LONGEST)


def guest_name(text: str) -> str:
    """A name as it is shown: no control characters, no runs of space, at most 80 characters.

    Raises GuestNameMissing where nothing is left.
    """
    plain = unicodedata.normalize("NFC", text)
    kept = "".join(letter if letter.isprintable() else " " for letter in plain)
    name = " ".join(kept.split())[:MAX_GUEST_NAME].strip()
    if not name:
        raise GuestNameMissing
    return name


def guest_role(text: str) -> GuestRole:
    """The role as it is stored. Anything else is the lesser of the two: family."""
    return "interpreter" if text == "interpreter" else "family"

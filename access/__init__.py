"""Who you are and whose record you may open: accounts, sign-in, sessions, roles, care relationship, tickets.

Two questions are answered here and nowhere else. `Actor.must(permission)`: may this role do this at all?
`CareRelationships.require(...)`: with this patient? Both are denied unless something says otherwise.
"""

from access.care import CareRelationships, Relationship
from access.errors import (
    EmailTaken,
    EmailUnfit,
    GuestNameMissing,
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    LoginFailed,
    PasswordUnfit,
    SupervisorUnfit,
    TicketExpired,
    TicketInvalid,
    TicketUsed,
    TooManyAttempts,
    TooManyInvitations,
)
from access.guest import GuestPass, GuestRole, Invitation, InvitationState, expiry
from access.invitations import GUEST_PUT_OUT, Invitations
from access.model import Account, Actor, Lifetimes, LoginLimits, actor_of
from access.passwords import PasswordHashing
from access.permissions import ROLE_PERMISSIONS, Permission, Role
from access.service import COOKIE, Access
from access.sessions import SESSION_ENDED
from access.tickets import RoomTickets, ticket_key

__all__ = [
    "COOKIE",
    "GUEST_PUT_OUT",
    "ROLE_PERMISSIONS",
    "SESSION_ENDED",
    "Access",
    "Account",
    "Actor",
    "CareRelationships",
    "EmailTaken",
    "EmailUnfit",
    "GuestNameMissing",
    "GuestPass",
    "GuestRole",
    "Invitation",
    "InvitationExpired",
    "InvitationRevoked",
    "InvitationState",
    "InvitationUnknown",
    "InvitationUsed",
    "Invitations",
    "Lifetimes",
    "LoginFailed",
    "LoginLimits",
    "PasswordHashing",
    "PasswordUnfit",
    "Permission",
    "Relationship",
    "Role",
    "RoomTickets",
    "SupervisorUnfit",
    "TicketExpired",
    "TicketInvalid",
    "TicketUsed",
    "TooManyAttempts",
    "TooManyInvitations",
    "actor_of",
    "expiry",
    "ticket_key",
]

"""Accounts, sessions and sign-in limits as pure values."""

import hashlib
import ipaddress
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from access.errors import EmailUnfit, PasswordUnfit
from access.guest import GuestPass
from access.permissions import NOT_UNDER_SUPERVISION, ROLE_PERMISSIONS, Permission, Role
from core.errors import Forbidden, Unauthenticated
from core.http import Principal

MIN_PASSWORD = 12
MAX_PASSWORD = 256
MAX_EMAIL = 254  # RFC 5321 section 4.5.3.1.3, less the angle brackets
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")


@dataclass(frozen=True, slots=True)
class Account:
    """A person who can sign in. `display_name` is personal: it stays out of logs and exceptions.

    `supervisor_id`: the doctor who supervises this one, a trainee; None: nobody does.
    """

    id: UUID
    role: Role
    display_name: str = field(repr=False)
    supervisor_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody signed in, with what their role may do (implements core.http.Principal).

    `guest`: the one visit an invited person is here for; None for accounts, and with the role guest it opens
    nothing.
    """

    account_id: UUID
    session_id: UUID
    role: Role
    permissions: frozenset[Permission]
    display_name: str = field(repr=False)
    guest: GuestPass | None = None
    supervisor_id: UUID | None = None

    @classmethod
    def of(cls, account: Account, session_id: UUID, guest: GuestPass | None = None) -> "Actor":
        """The actor that `account` is in this session."""
        may = ROLE_PERMISSIONS[account.role] - (
            NOT_UNDER_SUPERVISION if account.supervisor_id else frozenset()
        )
        name = account.display_name
        return cls(account.id, session_id, account.role, may, name, guest, account.supervisor_id)

    @property
    def room_role(self) -> str:
        """What the others in a room see them as: a guest is an interpreter or family."""
        return self.guest.role if self.guest else self.role.value

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission."""
        return permission in self.permissions

    def must(self, permission: Permission) -> None:
        """Raises Forbidden when the role does not hold the permission."""
        if not self.may(permission):
            raise Forbidden


class Asked(Protocol):
    """A request that knows who asks: core.http.Call."""

    @property
    def principal(self) -> Principal | None:
        """Who asks, None when nobody is signed in."""
        ...


def actor_of(call: Asked) -> Actor:
    """Who asks, as access knows them. Raises Unauthenticated when nobody is signed in."""
    if not isinstance(call.principal, Actor):
        raise Unauthenticated
    return call.principal


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """When a session ends by itself (HIPAA 164.312(a)(2)(iii)). An active call touches its session."""

    absolute: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(minutes=15)
    idle_of: Mapping[Role, timedelta] = field(
        default_factory=lambda: {
            Role.PATIENT: timedelta(minutes=30),
            Role.ADMINISTRATOR: timedelta(minutes=10),
            # While a guest is connected the room keeps the session alive; gone, the link opens elsewhere soon.
            Role.GUEST: timedelta(minutes=10),
        }
    )
    # A request writes last_seen_at at most this often: reading must not cost a write each time.
    touch_every: timedelta = timedelta(seconds=30)

    def alive(self, role: Role, created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
        """Whether a session made and last used then is still good now."""
        return now < created_at + self.absolute and now < last_seen_at + self.idle_of.get(role, self.idle)

    def needs_touch(self, last_seen_at: datetime, now: datetime) -> bool:
        """Whether the use now must be written down."""
        return now >= last_seen_at + self.touch_every


@dataclass(frozen=True, slots=True)
class LoginLimits:
    """Attempts in one window, per account and per address (PyPI's figures)."""

    per_account: int = 10
    per_address: int = 10
    window: timedelta = timedelta(minutes=5)


def new_token() -> str:
    """An opaque session id of 256 bits, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of it. SHA-256 without salt is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).digest()


def plain_email(email: str) -> str:
    """The form in which two spellings of one address are equal. Raises EmailUnfit."""
    plain = unicodedata.normalize("NFKC", email).strip().casefold()
    if len(plain) > MAX_EMAIL or not _EMAIL.fullmatch(plain):
        raise EmailUnfit
    return plain


def check_password(password: str, email: str) -> None:
    """Raises PasswordUnfit. Length is what counts; there are no composition rules (ASVS 5.0, 6.2.5)."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or password.casefold() == email:
        raise PasswordUnfit


def address_group(address: str) -> str:
    """What one attacker holds: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)

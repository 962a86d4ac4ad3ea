"""Room tickets: a signed pass from the HTTP session to one socket of one visit, good once, for a minute.

A socket cannot be trusted with the cookie alone (a foreign page may open it), and a token in an address ends
in logs. The ticket is asked for by an authenticated POST and travels in the connect message (ASVS 5.0, 4.4.4
and 14.2.1).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access.errors import TicketExpired, TicketInvalid, TicketUsed
from access.model import Actor
from access.permissions import Permission
from access.service import Access
from access.store import UsedTicketRow
from core.clock import Clock
from core.ids import new_id

KEY_FILE = "room-ticket.pem"
LIFETIME = timedelta(seconds=60)
LEEWAY = timedelta(seconds=5)
_ISSUER = "consultroom"
_TYPE = "room-ticket+jwt"  # RFC 8725 section 3.11: a token for one purpose is none for another
_ALGORITHM = "ES256"
_CLAIMS = ["iss", "sub", "sid", "aud", "jti", "iat", "exp"]


@dataclass(frozen=True, slots=True)
class _Claims:
    account_id: UUID
    session_id: UUID
    jti: UUID
    issued_at: datetime
    expires_at: datetime


class RoomTickets:
    """Issues and redeems tickets. `key` is a P-256 key; every process of the clinic holds the same one."""

    def __init__(self, access: Access, key: EllipticCurvePrivateKey, clock: Clock) -> None:
        self._access = access
        self._key = key
        self._clock = clock

    def issue(self, actor: Actor, visit_id: UUID) -> tuple[str, datetime]:
        """A ticket for `actor` into the room of a visit that the caller has authorised, and when it expires.

        Raises Forbidden for a role that never sits in a room.
        """
        actor.must(Permission.TICKET_ISSUE)
        now = self._clock.now().replace(microsecond=0)
        expires_at = now + LIFETIME
        claims = {
            "iss": _ISSUER,
            "sub": str(actor.account_id),
            "sid": str(actor.session_id),
            "aud": _audience(visit_id),
            "jti": str(new_id()),
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM, headers={"typ": _TYPE}), expires_at

    async def redeem(self, session: AsyncSession, token: str, visit_id: UUID) -> Actor:
        """Who comes in. The ticket is spent in the caller's transaction; of two at once one is refused.

        Raises TicketInvalid (also when the session behind it has ended), TicketExpired, TicketUsed.
        """
        claims = self._read(token, visit_id)
        await self._spend(session, claims)
        actor = await self._access.actor_in(session, claims.session_id)
        if actor is None or actor.account_id != claims.account_id or not actor.may(Permission.ROOM_JOIN):
            raise TicketInvalid
        return actor

    def _read(self, token: str, visit_id: UUID) -> _Claims:
        claims = _claims(self._decode(token, visit_id))
        now = self._clock.now()
        too_early = claims.issued_at > now + LEEWAY
        if too_early or claims.expires_at - claims.issued_at > LIFETIME:
            raise TicketInvalid
        if now >= claims.expires_at + LEEWAY:
            raise TicketExpired
        return claims

    def _decode(self, token: str, visit_id: UUID) -> dict[str, Any]:
        """Signature, type and audience; the times are checked against our own clock, not the library's."""
        try:
            complete = jwt.decode_complete(
                token,
                self._key.public_key(),
                algorithms=[_ALGORITHM],
                audience=_audience(visit_id),
                issuer=_ISSUER,
                options={"require": _CLAIMS, "verify_exp": False, "verify_iat": False, "strict_aud": True},
            )
        except jwt.InvalidTokenError:
            raise TicketInvalid from None
        if complete["header"].get("typ") != _TYPE:
            raise TicketInvalid
        payload: dict[str, Any] = complete["payload"]
        return payload

    async def _spend(self, session: AsyncSession, claims: _Claims) -> None:
        over = UsedTicketRow.expires_at < self._clock.now() - 2 * LEEWAY
        await session.execute(delete(UsedTicketRow).where(over))
        spent = (
            insert(UsedTicketRow)
            .values(jti=claims.jti, expires_at=claims.expires_at)
            .on_conflict_do_nothing()
            .returning(UsedTicketRow.jti)
        )
        if await session.scalar(spent) is None:
            raise TicketUsed


def ticket_key(folder: Path) -> EllipticCurvePrivateKey:
    """The clinic's ticket key, beside its keyring (mode 0600), made when missing.

    Raises PermissionError when others may read the file, ValueError when it holds no P-256 key.
    """
    key = load_pem_private_key(audit.private_key_file(folder / KEY_FILE, _new_pem), password=None)
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError(f"{KEY_FILE} holds no P-256 key")
    return key


def _new_pem() -> bytes:
    key = generate_private_key(SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _audience(visit_id: UUID) -> str:
    return f"room:{visit_id}"


def _claims(payload: dict[str, Any]) -> _Claims:
    try:
        return _Claims(
            UUID(payload["sub"]),
            UUID(payload["sid"]),
            UUID(payload["jti"]),
            datetime.fromtimestamp(payload["iat"], UTC),
            datetime.fromtimestamp(payload["exp"], UTC),
        )
    except (TypeError, ValueError, AttributeError, OverflowError, OSError):
        raise TicketInvalid from None

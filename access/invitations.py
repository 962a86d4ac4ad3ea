"""Invitations: made, listed, withdrawn, opened. What a link holds is kept as its hash only."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access.errors import InvitationUnknown, InvitationUsed, TooManyAttempts, TooManyInvitations
from access.guest import MOST_OPEN, GuestRole, Invitation, guest_name, guest_role
from access.login_limits import LoginWindows
from access.model import Actor, LoginLimits, address_group, new_token, token_hash
from access.permissions import Permission
from access.service import NOBODY, Access
from access.store import InvitationRow
from core.clock import Clock
from core.crypto import Keyring
from core.database import Database
from core.ids import new_id
from core.outbox import emit

GUEST_PUT_OUT = "guest.put_out"
"""On the bus, with visit_id and account_id: this guest has no place in the room any more."""
OPEN_GUEST = "room:guest:enter"
_LIMITS = LoginLimits(per_account=30, per_address=30)
_FIRST_MOMENT = InvitationRow.created_at + timedelta(milliseconds=1)  # a link lives at least this long


class Invitations:
    """The links of one clinic. Who may make and withdraw one is the caller's question (care relationship).

    `database` counts attempts: a refused one must stay counted when the request rolls back.
    """

    def __init__(
        self,
        access: Access,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        limits: LoginLimits = _LIMITS,
    ) -> None:
        self._access = access
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._limits = limits
        self._windows = LoginWindows(keyring, limits)

    async def make(
        self,
        session: AsyncSession,
        actor: Actor,
        *,
        visit_id: UUID,
        patient_id: UUID,
        role: GuestRole,
        display_name: str | None,
        expires_at: datetime,
    ) -> tuple[Invitation, str]:
        """A link and the token it holds, which is never shown again.

        Raises TooManyInvitations, GuestNameMissing (a given name without a letter).
        """
        now = self._clock.now()
        await self._refuse_many(session, visit_id, now)
        invitation_id, token = new_id(), new_token()
        name = None if display_name is None else guest_name(display_name)
        row = InvitationRow(
            id=invitation_id,
            visit_id=visit_id,
            patient_id=patient_id,
            role=role,
            display_name=None
            if name is None
            else self._keyring.seal(name.encode(), aad=_place(invitation_id)),
            token_hash=token_hash(token),
            invited_by=actor.account_id,
            created_at=now,
            expires_at=expires_at,
        )
        session.add(row)
        await session.flush()
        await audit.record(session, _about(actor.account_id, Permission.GUEST_INVITE, row))
        return self._opened(row), token

    async def of_visit(self, session: AsyncSession, visit_id: UUID) -> list[Invitation]:
        """Every invitation of the visit, newest first."""
        rows = select(InvitationRow).where(InvitationRow.visit_id == visit_id)
        found = await session.scalars(rows.order_by(InvitationRow.id.desc()))
        return [self._opened(row) for row in found]

    async def one(self, session: AsyncSession, visit_id: UUID, invitation_id: UUID) -> Invitation:
        """An invitation of this visit. Raises InvitationUnknown."""
        return self._opened(await self._row(session, visit_id, invitation_id))

    async def withdraw(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, invitation_id: UUID
    ) -> UUID | None:
        """The link opens nothing any more, and whoever came by it goes. Withdrawn before: nothing happens.

        Returns the guest's account, None when nobody came yet. Raises InvitationUnknown.
        """
        row = await self._row(session, visit_id, invitation_id, lock=True)
        if row.revoked_at is None:
            row.revoked_at = self._clock.now()
            await audit.record(session, _about(actor.account_id, "room:guest:revoke", row))
            await self._put_out(session, row)
        return row.account_id

    async def end_of_visit(self, session: AsyncSession, visit_id: UUID) -> None:
        """The visit is over or will not take place: its links expire now and its guests' sessions end."""
        now = self._clock.now()
        ends = InvitationRow.visit_id == visit_id, InvitationRow.expires_at > now
        over = update(InvitationRow).where(*ends).values(expires_at=func.greatest(now, _FIRST_MOMENT))
        rows = await session.scalars(over.returning(InvitationRow))
        for account_id in [row.account_id for row in rows.all() if row.account_id is not None]:
            await self._access.end_sessions(session, account_id)

    async def check_address(self, address: str) -> None:
        """Count one opened link against the address. Raises TooManyAttempts.

        The token cannot be guessed (256 bits); this bounds what trying costs us.
        """
        async with self._database.transaction() as session:
            reservation = await self._windows.reserve(session, self._subject(address), self._clock.now())
        if reservation.wait:
            raise TooManyAttempts(retry_after=reservation.wait)

    async def look(self, session: AsyncSession, token: str, address: str) -> Invitation:
        """What a link is for. Raises InvitationUnknown, InvitationExpired, InvitationRevoked."""
        invitation = self._opened(await self._row_of(session, token))
        invitation.check_good(self._clock.now())
        await self._windows.give_back(session, self._subject(address))
        return invitation

    async def enter(
        self, session: AsyncSession, token: str, display_name: str, address: str, here: Actor | None
    ) -> tuple[Actor, str | None]:
        """Who the guest is now, and the token for the cookie (None: this browser has it).

        `here`: who this browser was before. A link in use elsewhere stays there. Raises InvitationUnknown,
        InvitationExpired, InvitationRevoked, InvitationUsed, GuestNameMissing.
        """
        row = await self._row_of(session, token, lock=True)
        self._opened(row).check_good(self._clock.now())
        if here is not None and here.account_id == row.account_id:
            return here, None
        if row.account_id is None:
            await self._first_time(session, row, display_name)
        elif await self._access.is_in(session, row.account_id):
            raise InvitationUsed
        await self._windows.give_back(session, self._subject(address))
        actor, cookie = await self._access.start_guest(session, row)
        await audit.record(session, _about(actor.account_id, OPEN_GUEST, row))
        return actor, cookie

    async def refused(self, token: str, reason: str) -> None:
        """Leave a denied audit row for a link that was not let in; it survives the caller's rollback."""
        async with self._database.transaction() as session:
            row = await session.scalar(_by_token(token))
        event = audit.AuditEvent(
            None, OPEN_GUEST, "invitation", row.id if row else NOBODY, row.patient_id if row else None,
            "denied", reason,
        )  # fmt: skip
        await audit.record_denied(self._database, event)

    async def _first_time(self, session: AsyncSession, row: InvitationRow, display_name: str) -> None:
        """The inviter's word for who comes is stronger than the guest's own."""
        given = self._opened(row).display_name
        row.account_id = await self._access.make_guest(session, given or guest_name(display_name))
        row.opened_at = self._clock.now()
        await session.flush()

    async def _put_out(self, session: AsyncSession, row: InvitationRow) -> None:
        if row.account_id is not None:
            await emit(session, GUEST_PUT_OUT, visit_id=str(row.visit_id), account_id=str(row.account_id))
            await self._access.end_sessions(session, row.account_id)

    async def _refuse_many(self, session: AsyncSession, visit_id: UUID, now: datetime) -> None:
        """Raises TooManyInvitations. The lock orders two inviters of one visit."""
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(visit_id), 7))))
        good = (
            select(func.count())
            .select_from(InvitationRow)
            .where(
                InvitationRow.visit_id == visit_id,
                InvitationRow.revoked_at.is_(None),
                InvitationRow.expires_at > now,
            )
        )
        if (await session.scalar(good) or 0) >= MOST_OPEN:
            raise TooManyInvitations

    async def _row(
        self, session: AsyncSession, visit_id: UUID, invitation_id: UUID, *, lock: bool = False
    ) -> InvitationRow:
        row = await session.get(
            InvitationRow, invitation_id, with_for_update=lock or None, populate_existing=True
        )
        if row is None or row.visit_id != visit_id:
            raise InvitationUnknown
        return row

    async def _row_of(self, session: AsyncSession, token: str, *, lock: bool = False) -> InvitationRow:
        query = _by_token(token).execution_options(populate_existing=True)
        row = await session.scalar(query.with_for_update() if lock else query)
        if row is None:
            raise InvitationUnknown
        return row

    def _subject(self, address: str) -> Mapping[bytes, int]:
        place = self._keyring.blind_index("access.invitation.address", address_group(address))
        return {place: self._limits.per_address}

    def _opened(self, row: InvitationRow) -> Invitation:
        name = row.display_name
        return Invitation(
            id=row.id,
            visit_id=row.visit_id,
            patient_id=row.patient_id,
            role=guest_role(row.role),
            display_name=None if name is None else self._keyring.unseal(name, aad=_place(row.id)).decode(),
            invited_by=row.invited_by,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            opened_at=row.opened_at,
        )


def _by_token(token: str) -> Select[InvitationRow]:
    return select(InvitationRow).where(InvitationRow.token_hash == token_hash(token))


def _place(invitation_id: UUID) -> bytes:
    return f"invitation|display_name|{invitation_id}".encode()


def _about(actor_id: UUID, action: str, row: InvitationRow) -> audit.AuditEvent:
    return audit.AuditEvent(actor_id, action, "invitation", row.id, row.patient_id, "allowed")

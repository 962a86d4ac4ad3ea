"""Sessions are rows: revoking one is a delete, effective with the next request."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from access.accounts import Accounts
from access.guest import GuestPass, guest_role
from access.model import Actor, Lifetimes, new_token, token_hash
from access.permissions import Role
from access.store import AccountRow, InvitationRow, SessionRow
from core.clock import Clock
from core.ids import new_id
from core.outbox import emit

# On the bus, with session_id: whoever holds a socket of that session closes it. The periodic `alive` check is
# the floor under a lost message.
SESSION_ENDED = "session.ended"
_Found = tuple[SessionRow, AccountRow, InvitationRow | None]


class Sessions:
    """Starts, finds, touches and ends sessions."""

    def __init__(self, accounts: Accounts, lifetimes: Lifetimes, clock: Clock) -> None:
        self._accounts = accounts
        self._lifetimes = lifetimes
        self._clock = clock

    async def start(
        self, session: AsyncSession, row: AccountRow, invitation: InvitationRow | None = None
    ) -> tuple[Actor, str]:
        """A new session of the account and the token for its cookie; only here is it in the clear.

        `invitation`: the guest's own, where the account is one.
        """
        now, token = self._clock.now(), new_token()
        started = SessionRow(
            id=new_id(),
            account_id=row.id,
            token_hash=token_hash(token),
            epoch=row.epoch,
            created_at=now,
            last_seen_at=now,
        )
        session.add(started)
        await session.flush()
        return Actor.of(self._accounts.opened(row), started.id, _pass_of(invitation)), token

    async def of_token(self, session: AsyncSession, token: str) -> Actor | None:
        """Who holds the token, None when its session is over. Counts as use."""
        return await self._use(session, _with_account().where(SessionRow.token_hash == token_hash(token)))

    async def actor(self, session: AsyncSession, session_id: UUID) -> Actor | None:
        """Who is signed in in this session, None when it is over. Counts as use."""
        return await self._use(session, _with_account().where(SessionRow.id == session_id))

    async def alive(self, session: AsyncSession, session_id: UUID) -> bool:
        """Whether the session is still good; not a use of it. For the periodic check of open sockets."""
        return await self._living(session, _with_account().where(SessionRow.id == session_id)) is not None

    async def touch(self, session: AsyncSession, session_id: UUID) -> None:
        """Something is going on (an active call): the idle time starts anew. An ended session stays ended."""
        if await self.alive(session, session_id):
            await self._write_use(session, session_id)

    async def is_in(self, session: AsyncSession, account_id: UUID) -> bool:
        """Whether the account has a session that is still good."""
        theirs = _with_account().where(SessionRow.account_id == account_id)
        rows = (await session.execute(theirs)).all()
        return any(self._is_good((found, account, invitation)) for found, account, invitation in rows)

    async def end(self, session: AsyncSession, session_id: UUID) -> bool:
        """End one session; False when it had ended before. Its sockets are told."""
        gone = delete(SessionRow).where(SessionRow.id == session_id).returning(SessionRow.id)
        return len(await self._ended(session, (await session.scalars(gone)).all())) > 0

    async def end_all(self, session: AsyncSession, account_id: UUID) -> int:
        """End every session of the account; returns how many there were. Their sockets are told."""
        await self._accounts.raise_epoch(session, account_id)
        gone = delete(SessionRow).where(SessionRow.account_id == account_id).returning(SessionRow.id)
        return len(await self._ended(session, (await session.scalars(gone)).all()))

    async def prune(self, session: AsyncSession) -> None:
        """Delete sessions past their absolute end."""
        over = SessionRow.created_at < self._clock.now() - self._lifetimes.absolute
        await session.execute(delete(SessionRow).where(over))

    async def _ended(self, session: AsyncSession, ended: Sequence[UUID]) -> Sequence[UUID]:
        for session_id in ended:
            await emit(session, SESSION_ENDED, session_id=str(session_id))
        return ended

    async def _use(
        self, session: AsyncSession, query: Select[SessionRow, AccountRow, InvitationRow]
    ) -> Actor | None:
        living = await self._living(session, query)
        if living is None:
            return None
        found, account, invitation = living
        if self._lifetimes.needs_touch(found.last_seen_at, self._clock.now()):
            await self._write_use(session, found.id)
        return Actor.of(self._accounts.opened(account), found.id, _pass_of(invitation))

    async def _living(
        self, session: AsyncSession, query: Select[SessionRow, AccountRow, InvitationRow]
    ) -> _Found | None:
        row = (await session.execute(query)).one_or_none()
        if row is None:
            return None
        found, account, invitation = row
        living = found, account, invitation
        return living if self._is_good(living) else None

    def _is_good(self, found: _Found) -> bool:
        row, account, invitation = found
        now = self._clock.now()
        in_time = self._lifetimes.alive(Role(account.role), row.created_at, row.last_seen_at, now)
        invited = invitation is None or (invitation.revoked_at is None and now < invitation.expires_at)
        return in_time and invited and row.epoch == account.epoch and account.closed_at is None

    async def _write_use(self, session: AsyncSession, session_id: UUID) -> None:
        used = update(SessionRow).where(SessionRow.id == session_id)
        await session.execute(used.values(last_seen_at=self._clock.now()))


def _with_account() -> Select[SessionRow, AccountRow, InvitationRow]:
    # The rows may lie in the session from an earlier question: read them as they are now.
    query = select(SessionRow, AccountRow, InvitationRow)
    query = query.join(AccountRow, AccountRow.id == SessionRow.account_id)
    query = query.outerjoin(InvitationRow, InvitationRow.account_id == AccountRow.id)
    return query.execution_options(populate_existing=True)


def _pass_of(invitation: InvitationRow | None) -> GuestPass | None:
    if invitation is None:
        return None
    role = guest_role(invitation.role)
    return GuestPass(invitation.id, invitation.visit_id, role, invitation.expires_at)

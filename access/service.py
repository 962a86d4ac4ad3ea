"""The door: sign in, be recognised, sign out; accounts for whoever may make them."""

from collections.abc import Collection, Mapping
from uuid import UUID

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access.accounts import Accounts
from access.errors import EmailUnfit, LoginFailed, TooManyAttempts
from access.login_limits import LoginWindows
from access.model import Account, Actor, Lifetimes, LoginLimits, plain_email
from access.passwords import PasswordHashing
from access.permissions import Permission, Role
from access.sessions import Sessions
from access.store import AccountRow, InvitationRow
from core.clock import Clock
from core.crypto import Keyring
from core.database import Database
from core.http import Principal

COOKIE = "__Host-consultroom"
SESSION_START = "access:session:start"
NOBODY = UUID(int=0)  # the subject of an audit row about an e-mail that has no account
_MAX_TOKEN = 64


class Access:
    """Accounts and sessions of one clinic.

    `database` is used where a request has no transaction yet (sign-in, recognising the cookie); every other
    method works in the caller's.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        *,
        passwords: PasswordHashing | None = None,
        limits: LoginLimits | None = None,
        lifetimes: Lifetimes | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords or PasswordHashing()
        self._windows = LoginWindows(keyring, limits or LoginLimits())
        self._accounts = Accounts(keyring, self._passwords, clock)
        self._sessions = Sessions(self._accounts, lifetimes or Lifetimes(), clock)

    # Signing in and out

    async def sign_in(self, email: str, password: str, address: str) -> tuple[Actor, str]:
        """Who it is, and the token for the cookie.

        The attempt is counted before the password is looked at; no transaction is open while hashing. Raises
        LoginFailed (unknown e-mail, wrong password and closed account alike), TooManyAttempts, Unavailable.
        """
        try:
            plain = plain_email(email)
        except EmailUnfit:
            raise LoginFailed from None
        subjects = self._windows.subjects(plain, address)
        account = await self._reserve(plain, subjects)
        if not await self._passwords.verify(account.password_hash if account else None, password):
            raise await self._refused(account, "password" if account else "unknown")
        return await self._start(plain, password, subjects)

    async def sign_out(self, session: AsyncSession, actor: Actor) -> None:
        """End the session of `actor` and tell its open sockets."""
        if await self._sessions.end(session, actor.session_id):
            await audit.record(session, _about(actor.account_id, Permission.SESSION_END, actor.account_id))

    async def forget(self, principal: Principal | None) -> None:
        """End the session a browser held before it signed in anew (ASVS 5.0, 7.2.4); None: there was none."""
        if isinstance(principal, Actor):
            async with self._database.transaction() as session:
                await self.sign_out(session, principal)

    async def authenticate(self, request: web.Request) -> Actor | None:
        """Who holds the request's cookie; None when nobody or the session is over. Raises Unavailable."""
        token = request.cookies.get(COOKIE, "")
        if not 0 < len(token) <= _MAX_TOKEN:
            return None
        async with self._database.transaction() as session:
            return await self._sessions.of_token(session, token)

    # Sessions

    async def session_alive(self, session: AsyncSession, session_id: UUID) -> bool:
        """Whether the session is still good: not ended or idle, account open, epoch unchanged. Not a use."""
        return await self._sessions.alive(session, session_id)

    async def touch(self, session: AsyncSession, session_id: UUID) -> None:
        """An active call is activity: start the idle time of its session anew."""
        await self._sessions.touch(session, session_id)

    async def actor_in(self, session: AsyncSession, session_id: UUID) -> Actor | None:
        """Who is signed in in this session, None when it is over."""
        return await self._sessions.actor(session, session_id)

    async def end_sessions(self, session: AsyncSession, account_id: UUID) -> int:
        """End every session of an account and tell their sockets; returns how many there were."""
        return await self._sessions.end_all(session, account_id)

    async def make_guest(self, session: AsyncSession, display_name: str) -> UUID:
        """An account for somebody invited (`access.invitations`); nobody signs in with it."""
        return (await self._accounts.create_guest(session, display_name)).id

    async def start_guest(self, session: AsyncSession, invitation: InvitationRow) -> tuple[Actor, str]:
        """A session of an opened invitation, and the token for its cookie. Raises LookupError without account."""
        row = await session.get_one(AccountRow, invitation.account_id)
        return await self._sessions.start(session, row, invitation)

    async def is_in(self, session: AsyncSession, account_id: UUID) -> bool:
        """Whether the account has a session that is still good somewhere."""
        return await self._sessions.is_in(session, account_id)

    # Accounts

    async def create_account(
        self,
        session: AsyncSession,
        email: str,
        password: str,
        role: Role,
        display_name: str,
        account_id: UUID | None = None,
    ) -> Account:
        """Make an account. Raises EmailUnfit, PasswordUnfit, EmailTaken, Unavailable."""
        account = await self._accounts.create(session, email, password, role, display_name, account_id)
        await audit.record(session, _about(None, "access:account:create", account.id))
        return account

    async def close_account(self, session: AsyncSession, account_id: UUID) -> None:
        """End its sessions and let nobody sign in with it again. Records keep pointing at it."""
        await self._accounts.close(session, account_id)
        await self._sessions.end_all(session, account_id)
        await audit.record(session, _about(None, "access:account:close", account_id))

    async def supervise(self, session: AsyncSession, account_id: UUID, supervisor_id: UUID | None) -> None:
        """Say who supervises a doctor, a trainee; None: nobody any more. What they sign from now on needs that
        doctor's countersignature. Raises SupervisorUnfit."""
        await self._accounts.supervise(session, account_id, supervisor_id)
        await audit.record(session, _about(None, "access:account:supervise", account_id))

    async def accounts_by_id(self, session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Account]:
        """The accounts with these ids; unknown ids are left out."""
        return await self._accounts.by_id(session, ids)

    async def account_with_email(self, session: AsyncSession, email: str) -> Account | None:
        """The account of this e-mail address, None when there is none. Raises EmailUnfit."""
        row = await self._accounts.with_email(session, plain_email(email))
        return None if row is None else self._accounts.opened(row)

    async def count_accounts(self, session: AsyncSession) -> int:
        """How many accounts there are, closed ones too: 0 in a clinic nobody has set up."""
        return await self._accounts.count(session)

    async def list_doctors(self, session: AsyncSession) -> list[Account]:
        """Doctors one can book, by name."""
        return await self._accounts.doctors(session)

    # For wiring

    async def permission_denied(self, _request: web.Request, principal: Principal, permission: str) -> None:
        """The `on_denied` of core.http: a role asked for what it may not do. The row commits by itself."""
        event = _about(principal.account_id, permission, principal.account_id, "denied", "role")
        await audit.record_denied(self._database, event)

    def close(self) -> None:
        """Stop the hashing threads."""
        self._passwords.close()

    async def _reserve(self, plain: str, subjects: Mapping[bytes, int]) -> AccountRow | None:
        async with self._database.transaction() as session:
            reservation = await self._windows.reserve(session, subjects, self._clock.now())
            account = await self._accounts.with_email(session, plain)
            if reservation.is_first:
                await audit.record(session, _login_refused(account, "limit"))
        if reservation.wait:
            raise TooManyAttempts(retry_after=reservation.wait)
        return account

    async def _refused(self, account: AccountRow | None, reason: str) -> LoginFailed:
        await audit.record_denied(self._database, _login_refused(account, reason))
        return LoginFailed()

    async def _start(self, plain: str, password: str, subjects: Mapping[bytes, int]) -> tuple[Actor, str]:
        """The password fits; the account is read again: it may have been closed while we were hashing."""
        async with self._database.transaction() as session:
            row = await self._accounts.with_email(session, plain)
            if row is not None and row.closed_at is None:
                await self._windows.give_back(session, subjects)
                await self._housekeeping(session, row, password)
                actor, token = await self._sessions.start(session, row)
                await audit.record(session, _about(row.id, SESSION_START, row.id))
                return actor, token
        raise await self._refused(row, "closed")

    async def _housekeeping(self, session: AsyncSession, row: AccountRow, password: str) -> None:
        """What a sign-in does by the way, so that no table grows for ever and no old hash stays."""
        if self._passwords.is_outdated(row.password_hash):
            await self._accounts.set_hash(session, row.id, await self._passwords.hash(password))
        await self._sessions.prune(session)
        await self._windows.prune(session, self._clock.now())


def _about(
    actor_id: UUID | None, action: str, account_id: UUID, outcome: audit.Outcome = "allowed", reason: str = ""
) -> audit.AuditEvent:
    return audit.AuditEvent(actor_id, action, "account", account_id, None, outcome, reason)


def _login_refused(account: AccountRow | None, reason: str) -> audit.AuditEvent:
    return _about(None, SESSION_START, account.id if account else NOBODY, "denied", reason)

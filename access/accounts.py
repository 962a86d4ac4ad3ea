"""Accounts: made, found and listed. E-mail and display name are sealed with the clinic's ring, row by row."""

import secrets
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from access.errors import EmailTaken, SupervisorUnfit
from access.model import Account, check_password, plain_email
from access.passwords import PasswordHashing
from access.permissions import Role
from access.store import AccountRow
from core.clock import Clock
from core.crypto import Keyring
from core.ids import new_id

_MAX_NAME = 200
_FITS_NOTHING = "!"  # no argon2 hash: verifying against it fails


class Accounts:
    """The accounts of the clinic."""

    def __init__(self, keyring: Keyring, passwords: PasswordHashing, clock: Clock) -> None:
        self._keyring = keyring
        self._passwords = passwords
        self._clock = clock

    async def create(
        self,
        session: AsyncSession,
        email: str,
        password: str,
        role: Role,
        display_name: str,
        account_id: UUID | None = None,
    ) -> Account:
        """Make an account. Raises EmailUnfit, PasswordUnfit, EmailTaken, Unavailable."""
        plain = plain_email(email)
        check_password(password, plain)
        account = Account(account_id or new_id(), role, display_name.strip()[:_MAX_NAME])
        made = await session.scalar(
            insert(AccountRow)
            .values(
                id=account.id,
                role=role.value,
                email=self._seal(account.id, "email", plain),
                email_index=self.email_index(plain),
                display_name=self._seal(account.id, "display_name", account.display_name),
                password_hash=await self._passwords.hash(password),
                epoch=1,
                created_at=self._clock.now(),
            )
            .on_conflict_do_nothing()
            .returning(AccountRow.id)
        )
        if made is None:
            raise EmailTaken
        return account

    async def create_guest(self, session: AsyncSession, display_name: str) -> AccountRow:
        """An account nobody can sign in with: no e-mail finds it, no password fits; an invitation opens it."""
        account_id = new_id()
        row = AccountRow(
            id=account_id,
            role=Role.GUEST.value,
            email=self._seal(account_id, "email", ""),
            email_index=secrets.token_bytes(32),
            display_name=self._seal(account_id, "display_name", display_name.strip()[:_MAX_NAME]),
            password_hash=_FITS_NOTHING,
            epoch=1,
            created_at=self._clock.now(),
        )
        session.add(row)
        await session.flush()
        return row

    async def with_email(self, session: AsyncSession, plain: str) -> AccountRow | None:
        """The account of this e-mail (in its plain form), closed ones too."""
        return await session.scalar(
            select(AccountRow).where(AccountRow.email_index == self.email_index(plain))
        )

    async def by_id(self, session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Account]:
        """The accounts with these ids; unknown ids are left out."""
        rows = await session.scalars(select(AccountRow).where(AccountRow.id.in_(ids)))
        return {row.id: self.opened(row) for row in rows}

    async def count(self, session: AsyncSession) -> int:
        return await session.scalar(select(func.count()).select_from(AccountRow)) or 0

    async def doctors(self, session: AsyncSession) -> list[Account]:
        """Doctors one can book, by name."""
        open_doctors = select(AccountRow).where(
            AccountRow.role == Role.DOCTOR.value, AccountRow.closed_at.is_(None)
        )
        doctors = [self.opened(row) for row in await session.scalars(open_doctors)]
        return sorted(doctors, key=lambda doctor: doctor.display_name.casefold())

    async def close(self, session: AsyncSession, account_id: UUID) -> None:
        """Nobody can sign in with it any more; its rows stay, records point at them."""
        closed = update(AccountRow).where(AccountRow.id == account_id, AccountRow.closed_at.is_(None))
        await session.execute(closed.values(closed_at=self._clock.now()))

    async def supervise(self, session: AsyncSession, account_id: UUID, supervisor_id: UUID | None) -> None:
        """Put a doctor under another's supervision, or (None) end it. Raises SupervisorUnfit."""
        rows = select(AccountRow).where(AccountRow.id.in_({account_id, supervisor_id} - {None}))
        found = {row.id: row for row in await session.scalars(rows.with_for_update())}
        doctors = {row.id for row in found.values() if row.role == Role.DOCTOR.value and not row.closed_at}
        if account_id not in doctors or supervisor_id == account_id:
            raise SupervisorUnfit
        if supervisor_id and (supervisor_id not in doctors or found[supervisor_id].supervisor_id):
            raise SupervisorUnfit
        supervises = select(AccountRow.id).where(AccountRow.supervisor_id == account_id).limit(1)
        if supervisor_id and await session.scalar(supervises):
            raise SupervisorUnfit
        found[account_id].supervisor_id = supervisor_id
        await session.flush()

    async def raise_epoch(self, session: AsyncSession, account_id: UUID) -> None:
        """Every session made before now is over, also one whose row a racing sign-in is just writing."""
        await session.execute(
            update(AccountRow).where(AccountRow.id == account_id).values(epoch=AccountRow.epoch + 1)
        )

    async def set_hash(self, session: AsyncSession, account_id: UUID, password_hash: str) -> None:
        """Store a hash made anew."""
        await session.execute(
            update(AccountRow).where(AccountRow.id == account_id).values(password_hash=password_hash)
        )

    def email_index(self, plain: str) -> bytes:
        """HMAC of the plain e-mail: finds the account without the address lying in the table."""
        return self._keyring.blind_index("access.email", plain)

    def opened(self, row: AccountRow) -> Account:
        """The row with its name unsealed. Raises core.crypto.NotOpened when it was moved or damaged."""
        name = self._keyring.unseal(row.display_name, aad=_place(row.id, "display_name"))
        return Account(row.id, Role(row.role), name.decode(), row.supervisor_id)

    def _seal(self, account_id: UUID, column: str, value: str) -> bytes:
        return self._keyring.seal(value.encode(), aad=_place(account_id, column))


def _place(account_id: UUID, column: str) -> bytes:
    return f"account|{column}|{account_id}".encode()

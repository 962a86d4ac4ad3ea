"""Sign-in limits, reserved in PostgreSQL before the password is looked at.

Counting afterwards would let a hundred parallel guesses pass before the first failure is written. PostgreSQL
and not Valkey: a wiped cache must not hand out fresh attempts. A success gives its own attempt back, so that
a clinic behind one address is not locked out by its own morning; failures stay counted until the window ends.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from access.model import LoginLimits, address_group
from access.store import LoginWindowRow
from core.crypto import Keyring

_PRUNED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Reservation:
    """`wait` seconds (0: go on). `is_first`: the first refusal of its window, the one worth an audit row."""

    wait: int
    is_first: bool


class LoginWindows:
    """Counts attempts per account and per address."""

    def __init__(self, keyring: Keyring, limits: LoginLimits) -> None:
        self._keyring = keyring
        self._limits = limits

    def subjects(self, email: str, address: str) -> Mapping[bytes, int]:
        """What an attempt counts against, and how many each may have. Unknown e-mails count like known."""
        account = self._keyring.blind_index("access.login.account", email)
        place = self._keyring.blind_index("access.login.address", address_group(address))
        return {account: self._limits.per_account, place: self._limits.per_address}

    async def reserve(
        self, session: AsyncSession, subjects: Mapping[bytes, int], now: datetime
    ) -> "Reservation":
        """Count one attempt against every subject. Returned, not raised: the count must be committed."""
        until: datetime | None = None
        first = False
        for subject in sorted(subjects):  # one order for everybody: no deadlock
            started_at, attempts = await self._count(session, subject, now)
            if attempts > subjects[subject]:
                until = max(until or started_at, started_at + self._limits.window)
                first = first or attempts == subjects[subject] + 1
        return Reservation(0 if until is None else max(1, math.ceil((until - now).total_seconds())), first)

    async def give_back(self, session: AsyncSession, subjects: Iterable[bytes]) -> None:
        """The attempt was a success: it does not count."""
        for subject in sorted(subjects):
            row = update(LoginWindowRow).where(LoginWindowRow.subject == subject, LoginWindowRow.attempts > 0)
            await session.execute(row.values(attempts=LoginWindowRow.attempts - 1))

    async def prune(self, session: AsyncSession, now: datetime) -> None:
        """Forget windows that are over; skips rows in use, so that it waits for nobody."""
        over = (
            select(LoginWindowRow.subject)
            .where(LoginWindowRow.started_at < now - self._limits.window)
            .limit(_PRUNED_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        await session.execute(delete(LoginWindowRow).where(LoginWindowRow.subject.in_(over)))

    async def _count(self, session: AsyncSession, subject: bytes, now: datetime) -> tuple[datetime, int]:
        row = LoginWindowRow
        is_over = row.started_at <= now - self._limits.window
        counted = (
            insert(row)
            .values(subject=subject, started_at=now, attempts=1)
            .on_conflict_do_update(
                index_elements=[row.subject],
                set_={
                    "started_at": case((is_over, now), else_=row.started_at),
                    "attempts": case((is_over, 1), else_=row.attempts + 1),
                },
            )
            .returning(row.started_at, row.attempts)
        )
        started_at, attempts = (await session.execute(counted)).one()
        return started_at, attempts

"""What the store needs from others."""

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession


class NamedAccount(Protocol):
    """An account as far as a list of visits shows it."""

    @property
    def display_name(self) -> str: ...


class Accounts(Protocol):
    """Who the staff are; `access.Access` is one. Unknown ids are absent from the answer."""

    async def accounts_by_id(
        self, session: AsyncSession, ids: Collection[UUID]
    ) -> Mapping[UUID, NamedAccount]: ...

"""What the store needs from others."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from clinical_store.note import SOAP


async def _soap(session: AsyncSession) -> str:
    return SOAP


@dataclass(frozen=True, slots=True)
class NoteForm:
    """How notes are laid out. `sections`: every one there is; `default`: the template that the clinic's new notes are
    shown by."""

    sections: tuple[str, ...] = ()
    default: Callable[[AsyncSession], Awaitable[str]] = _soap


class NamedAccount(Protocol):
    """An account as far as a list of visits shows it."""

    @property
    def display_name(self) -> str: ...


class Accounts(Protocol):
    """Who the staff are; `access.Access` is one. Unknown ids are absent from the answer."""

    async def accounts_by_id(
        self, session: AsyncSession, ids: Collection[UUID]
    ) -> Mapping[UUID, NamedAccount]: ...

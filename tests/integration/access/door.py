"""A clinic's door and people to open it."""

from dataclasses import dataclass

from access import Access, Account, Actor, Role
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database

PASSWORD = "four words of a demo"
HERE = "192.0.2.7"


@dataclass(frozen=True)
class Door:
    """Access and what it was built from."""

    access: Access
    database: Database
    clock: ManualClock
    keyring: Keyring

    async def person(self, role: Role, name: str = "Maria Keller", email: str = "") -> Account:
        """A new account of this role; e-mail ROLE@clinic.test unless told otherwise."""
        async with self.database.transaction() as session:
            return await self.access.create_account(
                session, email or f"{role}@clinic.test", PASSWORD, role, name
            )

    async def signed_in(self, role: Role, email: str = "") -> tuple[Actor, str]:
        """A new account, signed in: the actor and the cookie's token."""
        await self.person(role, email=email)
        return await self.access.sign_in(email or f"{role}@clinic.test", PASSWORD, HERE)

    async def alive(self, actor: Actor) -> bool:
        """Whether the actor's session is still good."""
        async with self.database.transaction() as session:
            return await self.access.session_alive(session, actor.session_id)

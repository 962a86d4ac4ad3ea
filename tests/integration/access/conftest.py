"""Fixtures of access: a door in a database of its own."""

from collections.abc import Iterator

import pytest

from access import Access, PasswordHashing
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from tests.integration.access.door import Door


@pytest.fixture
def hashing() -> Iterator[PasswordHashing]:
    hashing = PasswordHashing()
    yield hashing
    hashing.close()


@pytest.fixture
def door(database: Database, keyring: Keyring, manual_clock: ManualClock, hashing: PasswordHashing) -> Door:
    return Door(Access(database, keyring, manual_clock, passwords=hashing), database, manual_clock, keyring)

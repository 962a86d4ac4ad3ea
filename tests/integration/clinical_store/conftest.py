"""Fixtures of the store's tests."""

import pytest

from access import CareRelationships
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from tests.integration.clinical_store.clinic import Clinic, Consult


@pytest.fixture
def clinic(database: Database, keyring: Keyring, manual_clock: ManualClock) -> Clinic:
    """An empty clinic."""
    return Clinic(database, keyring, manual_clock, CareRelationships(database, manual_clock))


@pytest.fixture
async def consult(clinic: Clinic) -> Consult:
    """Doctor and patient in one visit."""
    return await clinic.consult()

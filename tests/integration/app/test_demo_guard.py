"""A demo's public passwords never stand beside real people's accounts, and are never offered to other machines."""

from pathlib import Path

import pytest

from access import Role
from app.demo.people import PASSWORD
from app.demo.seed import DemoOpenToOthers, IsADemo, NotADemo, refuse_mixing, seed
from app.settings import Settings
from app.wiring import Clinic

pytestmark = pytest.mark.integration


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    given = {"database_url": database_url, "redis_url": redis_url, "data_dir": tmp_path, "demo": True}
    return Settings().model_copy(update=given)


async def accounts(settings: Settings) -> int:
    clinic = Clinic(settings)
    try:
        async with clinic.database.transaction() as session:
            return await clinic.access.count_accounts(session)
    finally:
        clinic.access.close()
        await clinic.close()


async def test_an_empty_database_becomes_a_demo_and_stays_one(settings: Settings) -> None:
    await refuse_mixing(settings)
    await seed(settings)
    seeded = await accounts(settings)
    await refuse_mixing(settings)
    await seed(settings)
    assert await accounts(settings) == seeded


async def test_a_real_clinic_gets_no_demo_accounts(settings: Settings) -> None:
    clinic = Clinic(settings)
    async with clinic.database.transaction() as session:
        await clinic.access.create_account(session, "real@clinic.example", PASSWORD, Role.DOCTOR, "Dr. Real")
    clinic.access.close()
    await clinic.close()
    with pytest.raises(NotADemo):
        await refuse_mixing(settings)
    assert await accounts(settings) == 1


async def test_a_demo_database_does_not_start_as_a_real_clinic(settings: Settings) -> None:
    await seed(settings)
    with pytest.raises(IsADemo):
        await refuse_mixing(settings.model_copy(update={"demo": False}))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::"])  # noqa: S104 - what must be refused
async def test_a_demo_is_not_offered_to_other_machines(settings: Settings, host: str) -> None:
    with pytest.raises(DemoOpenToOthers):
        await refuse_mixing(settings.model_copy(update={"host": host}))

"""schemathesis over our own OpenAPI document, against the whole service, as each kind of person and as nobody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from access import COOKIE
from app.demo.people import DOCTOR, PASSWORD, PATIENT, PEOPLE
from app.demo.seed import seed
from app.settings import Settings
from app.wiring import Clinic
from tests.contract.fuzzed import fuzzed

pytestmark = pytest.mark.integration

EXAMPLES = 12  # per route and person; the job of many seeds is a nightly one
SCHEDULER = next(person for person in PEOPLE if person.role == "scheduler")
# Starting a demo consult starts two WebRTC clients: the journeys do that on purpose and once.
LEFT_OUT = {"/api/demo/consult"}


@pytest.fixture
async def clinic(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[Clinic]:
    given = {"database_url": database_url, "redis_url": redis_url, "data_dir": tmp_path, "demo": True}
    await seed(Settings().model_copy(update=given))
    clinic = Clinic(Settings().model_copy(update=given))
    yield clinic
    clinic.access.close()
    clinic.recordings.close()
    await clinic.close()


@pytest.fixture
async def url(clinic: Clinic) -> AsyncIterator[str]:
    async with TestClient(TestServer(clinic.web_app())) as client:
        yield str(client.make_url("")).rstrip("/")
        await clinic.rooms.close()


@pytest.mark.parametrize("email", [DOCTOR.email, PATIENT.email, SCHEDULER.email, ""])
async def test_the_service_keeps_its_own_contract(clinic: Clinic, url: str, email: str) -> None:
    """No 500, no undeclared status, no answer of an undeclared shape, whatever comes in."""
    token = (await clinic.access.sign_in(email, PASSWORD, "127.0.0.1"))[1] if email else ""
    assert await fuzzed(url, EXAMPLES, f"{COOKIE}={token}", *LEFT_OUT) > 20

"""schemathesis over our own OpenAPI document, against the whole service, as each kind of person and as nobody."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from access import COOKIE
from app.demo.people import DOCTOR, PASSWORD, PATIENT, PEOPLE
from app.demo.seed import seed
from app.settings import Settings
from app.wiring import Clinic

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
    assert await asyncio.to_thread(fuzz, url, token) > 20


def fuzz(url: str, token: str) -> int:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    schema.config.generation.allow_x00 = False  # U+0000 is refused in every text: PostgreSQL cannot hold it
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    operations = [operation for operation in found if operation.path not in LEFT_OUT]
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def holds(case: Any) -> None:
            # Signing out would end the session the other routes are asked with.
            if case.method == "DELETE" and case.path == "/api/session":
                case.call_and_validate(base_url=url, excluded_checks=[positive_data_acceptance])
                return
            case.call_and_validate(
                base_url=url,
                cookies={COOKIE: token} if token else {},
                excluded_checks=[positive_data_acceptance],  # a valid id may still name nothing
            )

        holds()
    return len(operations)

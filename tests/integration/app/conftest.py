"""A seeded clinic, made once: each test gets a copy of its database and of its keys."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.demo.seed import seed
from app.settings import Settings
from app.wiring import Clinic
from core.database import driver_url
from tests.conftest import TestServer
from tests.integration.app.service import Service, running


@dataclass(frozen=True)
class SeededClinic:
    """A database to copy and the folder with the keys that open what lies in it."""

    server: TestServer
    folder: Path

    def copy_keys(self, folder: Path) -> None:
        shutil.copytree(self.folder / "keys", folder / "keys")


@pytest.fixture(scope="session")
def seeded_clinic(
    test_server: TestServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SeededClinic]:
    folder, url = tmp_path_factory.mktemp("seeded"), test_server.copy()
    given = {"database_url": url, "redis_url": "redis://localhost", "data_dir": folder, "demo": True}
    asyncio.run(seed(Settings().model_copy(update=given)))
    yield SeededClinic(TestServer(test_server.url, driver_url(url, "psycopg").database or ""), folder)
    test_server.drop(url)


@pytest.fixture
async def clinic(seeded_clinic: SeededClinic, redis_url: str, tmp_path: Path) -> AsyncIterator[Clinic]:
    """A copy of the seeded clinic, no process of it running."""
    url = seeded_clinic.server.copy()
    seeded_clinic.copy_keys(tmp_path)
    given = {"database_url": url, "redis_url": redis_url, "data_dir": tmp_path, "demo": True}
    clinic = Clinic(Settings().model_copy(update=given))
    yield clinic
    clinic.access.close()
    await clinic.close()
    seeded_clinic.server.drop(url)


@pytest.fixture
def largest_file() -> int:
    """Megabytes; small, so that a test need not send many."""
    return 1


@pytest.fixture
async def service(
    seeded_clinic: SeededClinic, redis_url: str, tmp_path: Path, largest_file: int
) -> AsyncIterator[Service]:
    url = seeded_clinic.server.copy()
    seeded_clinic.copy_keys(tmp_path)
    try:
        async with running(url, redis_url, tmp_path, file_megabytes=largest_file) as service:
            yield service
    finally:
        seeded_clinic.server.drop(url)

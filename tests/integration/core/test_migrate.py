"""The chain of migrations: up, compared with the row classes, down to nothing and up again."""

import asyncio
import subprocess
import sys

import pytest
from alembic import command

from core.database import Database
from core.migrate import alembic_config, at_head, check, head, upgrade

pytestmark = pytest.mark.integration


def test_rows_and_migrations_agree(database_url: str) -> None:
    check(database_url)


async def test_down_to_nothing_and_up_again(database_url: str) -> None:
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "base")
    await asyncio.to_thread(upgrade, database_url)
    await _is_at_head(database_url)


async def test_two_migrators_at_once_do_the_work_once(database_url: str) -> None:
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "base")
    await asyncio.gather(*(asyncio.to_thread(_upgrade_in_child, database_url) for _ in range(2)))
    await _is_at_head(database_url)


async def _is_at_head(url: str) -> None:
    database = Database(url)
    await at_head(database)
    await database.close()


def _upgrade_in_child(url: str) -> None:
    """alembic.context is one per process."""
    code = "import sys; from core.migrate import upgrade; upgrade(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, url], check=True, capture_output=True, timeout=60)


def test_the_chain_has_one_head() -> None:
    assert head()

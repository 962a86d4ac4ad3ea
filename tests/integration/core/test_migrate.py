"""The chain of migrations: up, compared with the row classes, down to nothing and up again."""

import asyncio

import pytest
from alembic import command

from core.migrate import alembic_config, check, head, upgrade

pytestmark = pytest.mark.integration


def test_rows_and_migrations_agree(database_url: str) -> None:
    check(database_url)


def test_down_to_nothing_and_up_again(database_url: str) -> None:
    command.downgrade(alembic_config(database_url), "base")
    upgrade(database_url)
    check(database_url)


async def test_two_migrators_at_once_do_the_work_once(database_url: str) -> None:
    command.downgrade(alembic_config(database_url), "base")
    await asyncio.gather(*(asyncio.to_thread(_upgrade_in_child, database_url) for _ in range(2)))
    check(database_url)


def _upgrade_in_child(url: str) -> None:
    """alembic.context is one per process."""
    import subprocess
    import sys

    code = "import sys; from core.migrate import upgrade; upgrade(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, url], check=True, capture_output=True, timeout=60)


def test_the_chain_has_one_head() -> None:
    assert head()

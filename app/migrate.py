"""`consultroom migrate`: the schema of DATABASE_URL at the newest revision."""

from __future__ import annotations

import asyncio

from app.settings import Settings
from core import migrate


async def run() -> int:
    await asyncio.to_thread(migrate.upgrade, Settings().required_database_url)
    return 0

"""A worker of the composing queue alone, for the test that kills it. Settings come from the environment."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from app.composing import COMPOSING_QUEUE
from app.lifetime import stop_on_signals
from app.settings import Settings
from app.wiring import Clinic
from core.jobs import run_worker


async def main() -> None:
    clinic = Clinic(Settings())
    stop = stop_on_signals()
    await run_worker(
        clinic.settings.required_database_url,
        clinic.composing.tasks(),
        [COMPOSING_QUEUE],
        stop,
        concurrency=1,
        grace_seconds=2.0,
    )
    await clinic.close()


asyncio.run(main())

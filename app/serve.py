"""`consultroom serve`: HTTP, pages, signaling and packet forwarding on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from uuid import UUID

from aiohttp import web

from access import SESSION_ENDED
from app.lifetime import end_with_parent, stop_on_signals
from app.settings import Settings
from app.wiring import Clinic
from core.bus import Event
from core.errors import ServiceError
from core.telemetry import configure_logging, get_logger

log = get_logger()


async def run() -> int:
    """Runs until SIGTERM; then sockets first, media next, databases last."""
    end_with_parent()
    configure_logging("serve")
    stop = stop_on_signals()
    clinic = Clinic(Settings())
    clinic.settings.runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    runner = web.AppRunner(clinic.web_app(), access_log=None, handler_cancellation=True)
    await runner.setup()
    clinic.recorder.start()
    site = web.TCPSite(runner, clinic.settings.host, clinic.settings.port)
    await site.start()
    log.info("serve.started", port=clinic.settings.port)
    try:
        await _until(
            stop, clinic.rooms.run(stop), clinic.relay.run(stop), clinic.sealer.run(stop), _show(clinic, stop)
        )
    finally:
        await _end(clinic, runner)
    return 0


async def _until(stop: asyncio.Event, *works: Awaitable[None]) -> None:
    """Run them all; when one fails the process ends and its supervisor starts it anew."""
    tasks = [asyncio.ensure_future(work) for work in works]
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, stopped], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    for task in tasks:
        await asyncio.wait([task], timeout=5)
        task.cancel()
    stopped.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


async def _show(clinic: Clinic, stop: asyncio.Event) -> None:
    async for event in clinic.bus.listen(stop):
        try:
            await _react(clinic, event)
        except ServiceError as error:  # a database that is away: the next event, or a reload, shows it
            log.warning("event.not_shown", topic=event.topic, code=error.code)


async def _react(clinic: Clinic, event: Event) -> None:
    if event.topic == SESSION_ENDED:
        await clinic.rooms.end_session(UUID(str(event.payload["session_id"])))
    else:
        await clinic.showing.show(event)


async def _end(clinic: Clinic, runner: web.AppRunner) -> None:
    if clinic.settings.demo:
        await clinic.demo.close()
    await clinic.rooms.close()
    await clinic.media.close()
    await clinic.recorder.close()
    await runner.cleanup()
    clinic.recordings.close()
    clinic.access.close()
    await clinic.close()

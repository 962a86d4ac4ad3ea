"""`consultroom serve`: HTTP, pages, signaling and packet forwarding on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from aiohttp import web

from app.demo.seed import refuse_mixing
from app.lifetime import end_with_parent, stop_on_signals
from app.nodes import drain, enter, keep
from app.settings import Settings
from app.wiring import Clinic
from core.collection import set_service_aside
from core.errors import ServiceError
from core.private_file import make_private_folder
from core.telemetry import configure_logging, get_logger, serve_metrics

log = get_logger()


async def run() -> int:
    """Runs until SIGTERM; then sockets first, media next, databases last."""
    end_with_parent()
    configure_logging("serve")
    asked, stop = stop_on_signals(), asyncio.Event()
    clinic = Clinic(Settings())
    await refuse_mixing(clinic.settings)
    await enter(clinic.places)
    make_private_folder(clinic.settings.runtime_dir)
    runner = web.AppRunner(clinic.web_app(), access_log=None, handler_cancellation=True, shutdown_timeout=2.0)
    await runner.setup()
    clinic.recorder.start()
    site = web.TCPSite(runner, clinic.settings.host, clinic.settings.port)
    await site.start()
    stop_metrics = serve_metrics(clinic.settings.metrics_port) if clinic.settings.metrics_port else None
    set_service_aside()
    log.info("serve.started", port=clinic.settings.port)
    try:
        await _until(
            stop,
            clinic.rooms.run(stop),
            clinic.relay.run(stop),
            clinic.sealer.run(stop),
            clinic.files.run(stop),
            _show(clinic, stop),
            clinic.open_lines.run(stop),
            keep(clinic.places, clinic.rooms, stop),
            _drain_when(asked, clinic, stop),
        )
    finally:
        if stop_metrics:
            stop_metrics()
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


async def _drain_when(asked: asyncio.Event, clinic: Clinic, stop: asyncio.Event) -> None:
    """SIGTERM: where there are other nodes, first everybody goes to them. `stop` is only set by this, or a failure."""
    either = [asyncio.create_task(event.wait()) for event in (asked, stop)]
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    for waiting in either:
        waiting.cancel()
    if asked.is_set():
        await drain(clinic.places, clinic.rooms, clinic.settings.drain_s)
    stop.set()


async def _show(clinic: Clinic, stop: asyncio.Event) -> None:
    async for event in clinic.bus.listen(stop):
        try:
            await clinic.open_lines.show(event)
            await clinic.showing.show(event)
        except (ServiceError, KeyError, ValueError) as error:
            # A database that is away, or a message that is not ours: no reason to end every call on this node.
            log.warning("event.not_shown", topic=event.topic, error_type=type(error).__name__)


async def _end(clinic: Clinic, runner: web.AppRunner) -> None:
    if clinic.settings.demo:
        await clinic.demo.close()
    await clinic.rooms.close()
    await clinic.line_checks.close()
    await clinic.media.close()
    await clinic.recorder.close()
    await runner.cleanup()
    clinic.recordings.close()
    clinic.files.close()
    clinic.access.close()
    await clinic.close()

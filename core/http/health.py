"""/livez: this process's event loop turns. /readyz: everything a request needs answers. No versions, no
reasons.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from aiohttp import web
from pydantic import JsonValue

from core.telemetry import LoopHeartbeat, get_logger

_MAX_AGE_SECONDS = 5.0
_CHECK_SECONDS = 2.0
_log = get_logger()


def add_health(app: web.Application, checks: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
    """Add both addresses. A check returns when its dependency answers and raises when it does not."""
    heartbeat = LoopHeartbeat()

    async def beat(_app: web.Application) -> AsyncIterator[None]:
        heartbeat.start()
        yield
        await heartbeat.stop()

    async def livez(_request: web.Request) -> web.Response:
        alive = heartbeat.age < _MAX_AGE_SECONDS
        return web.json_response({"alive": alive}, status=200 if alive else 503)

    async def readyz(_request: web.Request) -> web.Response:
        names = list(checks)
        passed = await asyncio.gather(*(_passes(name, checks[name]) for name in names))
        body: dict[str, JsonValue] = {
            name: "ok" if ok else "failed" for name, ok in zip(names, passed, strict=True)
        }
        return web.json_response({"ready": all(passed), "checks": body}, status=200 if all(passed) else 503)

    app.cleanup_ctx.append(beat)
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)


async def _passes(name: str, check: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await check()
    except Exception as error:  # whatever a check raises means the same: not ready
        _log.warning("ready.check_failed", check=name, exc_info=error)
        return False
    return True

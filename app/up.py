"""`consultroom up`: everything on one machine. Databases first, then the schema, then the processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

import aiohttp

from app.demo.people import PASSWORD, SHOWN
from app.lifetime import stop_on_signals
from app.settings import Settings
from app.supervisor import Program, Supervisor
from core import migrate
from core.embedded import EmbeddedError, start_postgres, start_valkey
from core.errors import ServiceError
from core.private_file import make_private_folder, write_private
from core.telemetry import configure_logging

# record before serve: the first packet of a visit finds its recorder. work last: it loads the speech model.
PROGRAMS = (Program("record", ("record",)), Program("serve", ("serve",)), Program("work", ("work",)))
READY_TIMEOUT = 60.0  # seconds


class PortTaken(ServiceError):
    code = "port_taken"
    title = "The port is in use"
    next_step = "Stop the other program, or choose another port with CONSULTROOM_PORT."


async def run(*, demo: bool) -> int:
    """Runs until SIGINT or SIGTERM. Exit status 1 when a database cannot start."""
    configure_logging("up")
    settings = Settings().model_copy(update={"demo": demo})
    stop = stop_on_signals()
    refuse_taken_port(settings.host, settings.port)
    try:
        async with databases(settings) as urls:
            await asyncio.to_thread(migrate.upgrade, urls["DATABASE_URL"])
            await _check_and_seed(settings, urls)
            with _told(settings, urls):
                await _supervise(settings, {**urls, "CONSULTROOM_DEMO": str(demo)}, stop)
    except EmbeddedError as error:
        print(f"error[database_not_started]: {error}", file=sys.stderr)
        return 1
    return 0


@asynccontextmanager
async def databases(settings: Settings) -> AsyncIterator[Mapping[str, str]]:
    """DATABASE_URL and REDIS_URL of servers that run: the given ones, else embedded ones below `data_dir`."""
    with contextlib.ExitStack() as started:
        database_url, redis_url = settings.database_url, settings.redis_url
        if not database_url:
            postgres = await asyncio.to_thread(start_postgres, settings.data_dir / "postgres")
            started.callback(postgres.stop)
            database_url = postgres.url
        if not redis_url:
            valkey = await asyncio.to_thread(start_valkey, settings.data_dir / "valkey")
            started.callback(valkey.stop)
            redis_url = valkey.url
        yield {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


async def _check_and_seed(settings: Settings, urls: Mapping[str, str]) -> None:
    """A demo and a real clinic never share a database. Raises NotADemo, IsADemo, DemoOpenToOthers."""
    from app.demo.seed import refuse_mixing, seed  # with them comes the whole wiring

    given = {"database_url": urls["DATABASE_URL"], "redis_url": urls["REDIS_URL"]}
    bound = settings.model_copy(update=given)
    await refuse_mixing(bound)
    if bound.demo:
        await seed(bound)


@contextlib.contextmanager
def _told(settings: Settings, urls: Mapping[str, str]) -> Iterator[None]:
    """The command line beside this `up` finds its servers while it runs, and only then."""
    make_private_folder(settings.runtime_dir)
    write_private(settings.servers_file, json.dumps(dict(urls)).encode())
    try:
        yield
    finally:
        settings.servers_file.unlink(missing_ok=True)


def refuse_taken_port(host: str, port: int) -> None:
    """Before anything starts: another program's answer must not be taken for ours. Raises PortTaken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(f"Port {port} on {host} cannot be used.") from error


async def _supervise(settings: Settings, environment: Mapping[str, str], stop: asyncio.Event) -> None:
    supervisor = Supervisor(PROGRAMS, environment)
    welcome = asyncio.create_task(_welcome(settings, stop))
    try:
        await supervisor.run(stop)
    finally:
        welcome.cancel()
        await asyncio.gather(welcome, return_exceptions=True)
    print("Stopped. All data is kept.", flush=True)


async def _welcome(settings: Settings, stop: asyncio.Event) -> None:
    """Say where the clinic is once it answers."""
    if not await _ready(settings, stop):
        print(f"Not ready after {READY_TIMEOUT:.0f} s: see the log lines above.", flush=True)
        return
    print(f"\nConsultroom is ready at {settings.origin}  (Ctrl-C stops it)", flush=True)
    if settings.demo:
        print(_demo_text(), flush=True)


async def _ready(settings: Settings, stop: asyncio.Event) -> bool:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + READY_TIMEOUT
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as client:
        while loop.time() < deadline and not stop.is_set():
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with client.get(f"{settings.origin}/readyz") as answer:
                    if answer.status == 200:
                        return True
            await asyncio.sleep(0.1)
    return False


def _demo_text() -> str:
    rows = "\n".join(f"  {person.role:<16}{person.email:<26}{person.name}" for person in SHOWN)
    return (
        f"\nDemo accounts, password for all: {PASSWORD}\n{rows}\n\n"
        "Alone? Sign in as the doctor and press 'Watch a demo consult', or run: consultroom demo-consult\n"
        "The speech model here knows the demo's voices and words only. It is not for care.\n"
        "Real weights: consultroom models fetch base.en\n"
    )

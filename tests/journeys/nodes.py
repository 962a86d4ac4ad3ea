"""A clinic of several `serve` processes on one PostgreSQL and one Valkey, behind a balancer."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import urllib.error
import urllib.request
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.demo.seed import seed
from app.settings import Settings
from tests.journeys.clinic import START_TIMEOUT, free_port


class ServeNode:
    """One node, started and ended as an operator would."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"{name}.log"
        self._environment = {
            **os.environ,
            **environment,
            "CONSULTROOM_NODE": name,
            "CONSULTROOM_PORT": str(self.port),
            "CONSULTROOM_PUBLIC_URL": self.url,
            "CONSULTROOM_DATA_DIR": str(folder / name),
        }
        self._process: Process | None = None

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = await create_subprocess_exec(
                sys.executable, "-m", "app", "serve",
                env=self._environment, stdin=DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        async with asyncio.timeout(START_TIMEOUT):
            while not await asyncio.to_thread(self.ready):
                if self._process.returncode is not None:
                    raise RuntimeError(self.log.read_text(errors="replace")[-4000:])
                await asyncio.sleep(0.1)  # another process

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310 - loopback http
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """The exit status."""
        assert self._process is not None
        async with asyncio.timeout(40):
            return await self._process.wait()

    async def close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


class Balancer:
    """Each new connection goes to the first node that takes it, as DNS or a proxy would do."""

    def __init__(self) -> None:
        self.nodes: list[ServeNode] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            for node in self.nodes:
                with contextlib.suppress(ConnectionError):
                    from_node, to_node = await asyncio.open_connection("127.0.0.1", node.port)
                    await asyncio.gather(_pump(reader, to_node), _pump(from_node, writer))
                    break
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def close(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()


@asynccontextmanager
async def several_nodes(
    names: tuple[str, ...], folder: Path, database_url: str, redis_url: str
) -> AsyncIterator[Balancer]:
    """A demo clinic; every node has the same keys, as the operator copied them."""
    shared = {"database_url": database_url, "redis_url": redis_url, "demo": True}
    await seed(Settings().model_copy(update={**shared, "data_dir": folder / names[0]}))
    balancer = Balancer()
    await balancer.start()
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "CONSULTROOM_DEMO": "true",
        "CONSULTROOM_PUBLIC_ORIGINS": json.dumps([balancer.url]),
    }
    balancer.nodes = [ServeNode(name, folder, environment) for name in names]
    try:
        await balancer.nodes[0].start()  # makes the last of the keys
        for node in balancer.nodes[1:]:
            shutil.copytree(folder / names[0] / "keys", folder / node.name / "keys")
            await node.start()
        yield balancer
    finally:
        await balancer.close()
        for node in balancer.nodes:
            await node.close()

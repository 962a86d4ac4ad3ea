"""A person's network between their browser and the clinic: it can go dark, and come back as another one.

What was connected over the old network stays dead for ever, without a word, as after Wi-Fi to mobile: TCP connections
hang, and peer connections hold addresses that are gone. Only what is begun afterwards works.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page

from tools.impairer import Impairer, impair_page


class MobileNetwork:
    """Use `through`. `url`: the clinic as this person's browser reaches it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._dark = False
        self._dark_media = False
        self._epoch = 0
        self._live: list[Impairer] = []
        self._all: list[Impairer] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self.url = ""

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def lead(self, page: Page) -> None:
        """Before the page loads: its media takes this network as well."""
        await impair_page(page, self._made)

    def lose(self, *, media_only: bool = False) -> None:
        """Nothing passes any more; or only what is not UDP."""
        self._dark, self._dark_media = not media_only, True
        for impairer in self._live:
            impairer.blackout()

    def come_back(self) -> None:
        """Another network: new connections pass, those of before never again."""
        self._epoch += self._dark
        self._dark = self._dark_media = False
        self._live.clear()

    def come_back_renumbered(self) -> None:
        """The same network behind another address, as when a router restarts: UDP goes on from elsewhere."""
        self._epoch += self._dark
        self._dark = self._dark_media = False
        for impairer in self._live:
            impairer.change_address()
            impairer.blackout(False)

    def _made(self, impairer: Impairer) -> None:
        self._all.append(impairer)
        self._live.append(impairer)
        if self._dark_media:
            impairer.blackout()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        epoch = self._epoch if not self._dark else -1
        there = None
        try:
            from_server, there = await asyncio.open_connection("127.0.0.1", self._port)
            await asyncio.gather(self._pump(reader, there, epoch), self._pump(from_server, writer, epoch))
        except (OSError, asyncio.CancelledError):
            pass  # the clinic does not listen: refused, as it would be without this network; or the test is over
        finally:
            self._tasks.discard(task)
            for one in (writer, there):
                if one is not None:
                    one.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, epoch: int) -> None:
        while data := await reader.read(65_536):
            while self._dark or epoch != self._epoch:  # held back: delivered when never dead, and else never
                await asyncio.sleep(0.02)
                if epoch != self._epoch and not self._dark:
                    await asyncio.Event().wait()
            writer.write(data)
            await writer.drain()
        writer.transport.abort()

    async def close(self) -> None:
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        for impairer in self._all:
            await impairer.close()


@asynccontextmanager
async def through(port: int, own_port: int = 0) -> AsyncIterator[MobileNetwork]:
    """A network in front of the clinic that listens on `port`; `own_port`: where it listens itself."""
    network = MobileNetwork(port)
    await network.start(own_port)
    try:
        yield network
    finally:
        await network.close()

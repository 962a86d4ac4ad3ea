"""The other end of a line check: what a browser sends comes back to it, over the way that its call will take.

No room, no other people, nothing kept. A check is one connection with one seat, in which the sender sees its own
pictures; the browser raises its rate step by step and reads both directions from its own counters.
"""

import asyncio
import logging
import time
from dataclasses import replace
from uuid import UUID

from media.connection import ParticipantConnection
from media.errors import ChecksBusy
from media.feedback import remb
from media.model import ConnectionState, MediaSettings

logger = logging.getLogger(__name__)

CHECK_S = 15.0
"""Six seconds of test, before it a slow connection, and some patience."""
MOST_CHECKS = 8
MOST_BPS = 2_500_000
"""What a browser may try at most: twice what a call needs. The browser itself stops at the first step that fails."""
_REMB_S = 0.5


class LineChecks:
    """The running checks of one `serve` process: one per account."""

    def __init__(self, settings: MediaSettings, *, most: int = MOST_CHECKS, seconds: float = CHECK_S) -> None:
        self._settings = replace(settings, seats=1)
        self._most = most
        self._seconds = seconds
        self._running: dict[UUID, asyncio.Task[None]] = {}

    async def answer(self, account_id: UUID, offer: str) -> str:
        """The SDP answer; an earlier check of the same account ends. Raises MalformedOffer, NoMediaPort,
        ChecksBusy.
        """
        await self._end(account_id)
        if len(self._running) >= self._most:
            raise ChecksBusy(retry_after=30)
        connection = ParticipantConnection(self._settings, lambda _: None)
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._running[account_id] = task = asyncio.create_task(self._run(connection, offer, answered))
        task.add_done_callback(lambda done: self._forget(account_id, done))
        return await answered

    async def close(self) -> None:
        for account_id in list(self._running):
            await self._end(account_id)

    async def _end(self, account_id: UUID) -> None:
        task = self._running.pop(account_id, None)
        if task is not None:
            task.cancel()
            await asyncio.wait({task})

    def _forget(self, account_id: UUID, task: asyncio.Task[None]) -> None:
        if self._running.get(account_id) is task:
            del self._running[account_id]

    async def _run(
        self, connection: ParticipantConnection, offer: str, answered: asyncio.Future[str]
    ) -> None:
        try:
            answer = await connection.answer(offer)
            connection.seats[0]["camera"].attach(connection.receivers["camera"])
            if not answered.done():
                answered.set_result(answer)
            await self._echo(connection)
        except Exception as error:
            if answered.done():
                logger.exception("a line check ended early")
            else:
                answered.set_exception(error)
        finally:
            if not answered.done():  # a newer check of the same account has taken its place
                answered.set_exception(ChecksBusy(retry_after=1))
            await connection.close()

    async def _echo(self, connection: ParticipantConnection) -> None:
        """Packets go back by themselves; the browser only has to be told that it may send them."""
        ends = time.monotonic() + self._seconds
        while time.monotonic() < ends and connection.state is not ConnectionState.CLOSED:
            camera = connection.receivers["camera"]
            if camera.media_ssrc is not None and camera.packets:
                connection.line.send_rtcp(remb(camera.own_ssrc, MOST_BPS, [camera.media_ssrc]))
            await asyncio.sleep(_REMB_S)

"""Consent checks: patient with a slow answer, at an end when there is none."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from aioice import stun
from aioice.ice import Connection

from media.consent import EXPIRES_S, ask_patiently, keep_asking

LONGEST_ANSWER_S = 2.5  # 100 kbit/s with a full queue in both directions: 1.2 s measured; and twice that


class Line:
    """Stands for aioice's connection and its one pair. Each question takes `answer_s` of the clock, or is in vain."""

    def __init__(self, answer_s: float | None) -> None:
        self.now = 0.0
        self.asked = 0
        self.closed = False
        self.enough = asyncio.Event()
        self.remote_password = "secret"
        self._query_consent_task: object = "this one"
        self._nominated = {1: SimpleNamespace(protocol=self, remote_addr=("127.0.0.1", 9))}
        self._answer_s = answer_s

    def build_request(self, pair: object, nominate: bool) -> stun.Message:
        return stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)

    async def request(
        self, request: object, addr: object, *, integrity_key: bytes, retransmissions: int
    ) -> None:
        self.asked += 1
        if self.asked >= 20:
            self.enough.set()
        waits = sum(stun.RETRY_RTO * 2**attempt for attempt in range(1 + retransmissions))
        if self._answer_s is None or self._answer_s > waits:
            self.now += 5 + waits
            raise stun.TransactionTimeout
        self.now += 5 + self._answer_s

    async def close(self) -> None:
        self.closed = True


def asking(line: Line) -> "asyncio.Task[None]":
    return asyncio.create_task(
        keep_asking(cast("Connection", line), interval_s=0.0001, monotonic=lambda: line.now)
    )


async def test_a_slow_line_keeps_its_call() -> None:
    line = Line(LONGEST_ANSWER_S)
    task = asking(line)
    await asyncio.wait_for(line.enough.wait(), 10)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not line.closed


async def test_silence_ends_the_connection_after_half_a_minute_and_not_before() -> None:
    line = Line(None)
    await asyncio.wait_for(asking(line), 10)
    assert line.closed
    assert EXPIRES_S <= line.now < EXPIRES_S + 10
    assert line._query_consent_task is None


async def test_a_connection_asks_in_this_way() -> None:
    ice: Any = Connection(ice_controlling=False)
    ask_patiently(ice)
    coroutine = ice.query_consent()
    assert coroutine.__qualname__ == "keep_asking"
    coroutine.close()
    await ice.close()

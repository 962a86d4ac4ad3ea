"""Bytes told to whoever listens now, over one Valkey (Redis) pub/sub channel; nothing is kept anywhere.

Published messages are in no key: they are not in Valkey's memory once delivered, and never in its append-only file.
What is said here must be sealed by the caller, and may be lost: a listener that was away missed it, and one that
reads too slowly is cut off by the server (`client-output-buffer-limit pubsub`).
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Unavailable
from core.telemetry import get_logger

LARGEST = 2 << 20
"""Bytes of one message."""

_PREFIX = "consultroom.broadcast:"  # no name of core.bus, whose listeners want small events only
_CLAIM = "consultroom:claim:"
_ANSWER_SECONDS = 2.0
_RETRY_SECONDS = 0.5
_POLL_SECONDS = 1.0
_log = get_logger()


class Broadcast:
    """`redis_url` as for core.bus; `channel` names what is told here."""

    def __init__(self, redis_url: str, channel: str) -> None:
        self._channel = channel
        self._redis: Redis = Redis.from_url(
            redis_url, socket_connect_timeout=_ANSWER_SECONDS, socket_timeout=_ANSWER_SECONDS
        )

    async def send(self, message: bytes) -> None:
        """Tell every listener now. Raises Unavailable when Valkey does not answer within two seconds, ValueError over
        `LARGEST`.
        """
        if len(message) > LARGEST:
            raise ValueError("too large to be told")
        try:
            await self._redis.publish(_PREFIX + self._channel, message)
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable(retry_after=1) from error

    async def claim(self, name: str, ttl: timedelta) -> bool:
        """Whether the caller is the first of all listeners to claim `name` within `ttl`. Raises Unavailable."""
        try:
            return bool(await self._redis.set(f"{_CLAIM}{self._channel}:{name}", b"", nx=True, px=ttl))
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable(retry_after=1) from error

    async def listen(self, stop: asyncio.Event) -> AsyncIterator[bytes]:
        """Every message from now until `stop`. An outage of Valkey is waited for."""
        while not stop.is_set():
            subscription = self._redis.pubsub(ignore_subscribe_messages=True)
            try:
                await subscription.subscribe(_PREFIX + self._channel)
                while not stop.is_set():
                    told = await subscription.get_message(timeout=_POLL_SECONDS)
                    if told is not None and len(told["data"]) <= LARGEST:
                        yield told["data"]
            except (RedisError, OSError, TimeoutError):
                _log.warning("broadcast.lost")
                await _pause(stop)
            finally:
                await subscription.aclose()  # type: ignore[no-untyped-call]  # redis has no annotation here

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


async def _pause(stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_RETRY_SECONDS):
            await stop.wait()
    except TimeoutError:
        return

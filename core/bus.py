"""Live fan-out between processes over Valkey (Redis) pub/sub. Ids, or what the caller sealed; nothing durable.

A subscriber that was cut off missed what was said meanwhile: after every reconnect it is handed RESUMED, and
looks again at what it shows.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from core.errors import Unavailable
from core.telemetry import get_logger

RESUMED = "bus.resumed"
_PREFIX = "consultroom:"
_RETRY_SECONDS = 0.5
_POLL_SECONDS = 1.0
_log = get_logger()


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: a topic such as "utterance.closed" and the ids it is about, or sealed text."""

    topic: str
    payload: Mapping[str, str | int] = field(default_factory=dict)


class Bus:
    """Publish to and listen on every topic. `redis_url`: redis://host:port/0 or unix:///folder/valkey.sock."""

    def __init__(self, redis_url: str) -> None:
        self._redis: Redis = Redis.from_url(
            redis_url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=10
        )

    async def publish(self, topic: str, payload: Mapping[str, str | int]) -> None:
        """Tell every listener of every process now. Raises Unavailable when Valkey does not answer."""
        try:
            await self._redis.publish(_PREFIX + topic, json.dumps(dict(payload)))
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable(retry_after=1) from error

    async def listen(self, stop: asyncio.Event) -> AsyncIterator[Event]:
        """Every event from now until `stop`; RESUMED first and after each reconnect."""
        while not stop.is_set():
            subscription = self._redis.pubsub(ignore_subscribe_messages=False)
            try:
                await subscription.psubscribe(_PREFIX + "*")
                async for event in _events(subscription, stop):
                    yield event
            except (RedisError, OSError, TimeoutError):
                _log.warning("bus.lost")
                await _wait(stop, _RETRY_SECONDS)
            finally:
                await subscription.aclose()  # type: ignore[no-untyped-call]  # redis has no annotation here

    async def ping(self) -> None:
        """Return when Valkey answers; Unavailable when it does not."""
        try:
            async with asyncio.timeout(2):
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable(retry_after=1) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


async def _events(subscription: PubSub, stop: asyncio.Event) -> AsyncIterator[Event]:
    while not stop.is_set():
        message = await subscription.get_message(timeout=_POLL_SECONDS)
        if message is None:
            continue
        if message["type"] == "psubscribe":
            yield Event(RESUMED)
        elif message["type"] == "pmessage" and (event := _event(message["channel"], message["data"])):
            yield event


def _event(channel: bytes, data: bytes) -> Event | None:
    """None for what is not one of our messages: another program may share the server."""
    try:
        topic, payload = channel.decode().removeprefix(_PREFIX), json.loads(data)
    except (ValueError, RecursionError):
        return None
    return Event(topic, payload) if isinstance(payload, dict) else None


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return

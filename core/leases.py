"""Names held for a while, in Valkey: who is alive, and who holds what. Everything here may be wiped at any time.

A lease ends by itself when its holder stops renewing it. Whoever must be certain rests on PostgreSQL: what is here
says where to look first.
"""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import Unavailable

_PREFIX = "consultroom:lease:"
_ANSWER_SECONDS = 1.0
_TAKE = """
local holder = redis.call('GET', KEYS[1])
if not holder or holder == ARGV[1] or holder == ARGV[3] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return ARGV[1]
end
return holder
"""


class Leases:
    """Each method raises Unavailable when Valkey does not answer within a second. `redis_url` as for core.bus."""

    def __init__(self, redis_url: str) -> None:
        self._redis: Redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=_ANSWER_SECONDS,
            socket_timeout=_ANSWER_SECONDS,
            decode_responses=True,
        )

    async def put(self, group: str, name: str, value: str, ttl: timedelta) -> None:
        """`name` of `group` has this value until `ttl` is over."""
        async with _answered(), self._redis.pipeline(transaction=False) as asked:
            asked.sadd(_PREFIX + group, name)
            asked.set(_key(group, name), value, px=ttl)
            await asked.execute()

    async def all_of(self, group: str) -> Mapping[str, str]:
        """{name: value} of those in the group whose time is not over."""
        async with _answered():
            names = sorted(await cast("Awaitable[set[str]]", self._redis.smembers(_PREFIX + group)))
            values = cast(
                "list[str | None]",
                await self._redis.mget([_key(group, name) for name in names]) if names else [],
            )
            gone = [name for name, value in zip(names, values, strict=True) if value is None]
            if gone:
                await self._redis.srem(_PREFIX + group, *gone)
        return {name: value for name, value in zip(names, values, strict=True) if value is not None}

    async def take(
        self, group: str, name: str, holder: str, ttl: timedelta, instead_of: str | None = None
    ) -> str:
        """Hold `name` where nobody does, we do already, or `instead_of` does; returns who holds it now."""
        [found] = await self.take_all(group, [name], holder, ttl, instead_of)
        return found

    async def take_all(
        self,
        group: str,
        names: Collection[str],
        holder: str,
        ttl: timedelta,
        instead_of: str | None = None,
    ) -> Sequence[str]:
        """As `take`, for many at once: who holds each now."""
        arguments = (holder, round(ttl.total_seconds() * 1000), instead_of or holder)
        async with _answered(), self._redis.pipeline(transaction=False) as asked:
            for name in names:
                asked.eval(_TAKE, 1, _key(group, name), *arguments)
            found: list[str] = await asked.execute()
        return found

    async def holder(self, group: str, name: str) -> str | None:
        """Who holds it, None for nobody."""
        async with _answered():
            found = await self._redis.get(_key(group, name))
        return cast("str | None", found)

    async def drop(self, group: str, name: str) -> None:
        """`name` is not there any more."""
        async with _answered():
            await self._redis.delete(_key(group, name))

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


class _answered:  # noqa: N801 - reads as a word where it is used
    """Whatever keeps Valkey from answering is Unavailable."""

    async def __aenter__(self) -> None: ...

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, RedisError | OSError | TimeoutError):
            raise Unavailable(retry_after=1) from error


def _key(group: str, name: str) -> str:
    return f"{_PREFIX}{group}:{name}"

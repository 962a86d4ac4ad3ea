"""The threads that copy recordings, the bounded line in front of them, and the copies that are kept."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

from media import clips
from media.errors import RecordingBusy
from media.ports import SeekableBytes

WORKERS, LINE = 2, 16
KEPT_BYTES = 128 * 1024 * 1024  # recordings made seekable, kept for the next Range request

T = TypeVar("T")
_Copy = tuple[UUID, int]  # segment and its size: a recording that still grows is another one


class CopyLine:
    """`WORKERS` threads, `LINE` works waiting for one. `close` at shutdown."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="recording")
        self._places = asyncio.Semaphore(WORKERS + LINE)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def run(self, work: Callable[[], T], *, patient: bool = False) -> T:
        """The result of `work`, done in a thread. Raises RecordingBusy when the line is full, unless `patient`:
        an answer that has begun cannot be refused any more, so it waits for a place."""
        if self._places.locked() and not patient:
            raise RecordingBusy
        async with self._places:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)


class Seekable:
    """Recordings with duration and cues. Who asks while a copy is made waits for that copy."""

    def __init__(self, line: CopyLine) -> None:
        self._line = line
        self._kept: OrderedDict[_Copy, bytes] = OrderedDict()
        self._making: dict[_Copy, asyncio.Task[bytes]] = {}

    async def of(self, segment_id: UUID, content: SeekableBytes) -> bytes:
        """Raises RecordingNotFound, RecordingBusy."""
        copy = (segment_id, content.size)
        if (data := self._kept.get(copy)) is not None:
            self._kept.move_to_end(copy)
            return data
        making = self._making.get(copy)
        if making is None:
            making = self._making[copy] = asyncio.create_task(self._make(copy, content))
            making.add_done_callback(_heard)
        return await asyncio.shield(making)  # who asked first may hang up: the others still want it

    async def _make(self, copy: _Copy, content: SeekableBytes) -> bytes:
        try:
            data = await self._line.run(lambda: clips.seekable(content))
        finally:
            del self._making[copy]
        self._kept[copy] = data
        while sum(map(len, self._kept.values())) > KEPT_BYTES and len(self._kept) > 1:
            self._kept.popitem(last=False)
        return data


def _heard(making: asyncio.Task[bytes]) -> None:
    """The error is told to whoever still waits; nobody waiting is no news for the log."""
    if not making.cancelled():
        making.exception()

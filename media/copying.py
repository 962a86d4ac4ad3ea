"""The threads that read recordings, the bounded line in front of them, and the indexes that are kept."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

from media.errors import RecordingBusy
from media.indexed import IndexedRecording
from media.ports import SeekableBytes

WORKERS, LINE = 2, 16
KEPT = 64  # recordings looked through: some kilobytes of index each, and 0.5 MB of opened chunks

T = TypeVar("T")
_Recording = tuple[UUID, int]  # segment and its size: a recording that still grows is another one


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


class Indexes:
    """Recordings with duration and cues. Who asks while one is looked through waits for that look."""

    def __init__(self, line: CopyLine) -> None:
        self._line = line
        self._kept: OrderedDict[_Recording, IndexedRecording] = OrderedDict()
        self._making: dict[_Recording, asyncio.Task[IndexedRecording]] = {}

    async def of(self, segment_id: UUID, content: SeekableBytes) -> IndexedRecording:
        """Raises RecordingNotFound, RecordingBusy."""
        recording = (segment_id, content.size)
        if (index := self._kept.get(recording)) is not None:
            self._kept.move_to_end(recording)
            return index
        making = self._making.get(recording)
        if making is None:
            making = self._making[recording] = asyncio.create_task(self._make(recording, content))
            making.add_done_callback(_heard)
        return await asyncio.shield(making)  # who asked first may hang up: the others still want it

    async def _make(self, recording: _Recording, content: SeekableBytes) -> IndexedRecording:
        try:
            index = await self._line.run(lambda: IndexedRecording(content))
        finally:
            del self._making[recording]
        self._kept[recording] = index
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return index


def _heard(making: asyncio.Task[IndexedRecording]) -> None:
    """The error is told to whoever still waits; nobody waiting is no news for the log."""
    if not making.cancelled():
        making.exception()

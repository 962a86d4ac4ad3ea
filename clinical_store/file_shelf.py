"""The bytes of files sent in chats: taken piece by piece, sealed as they come, whole or not at all.

Order of events: permission and quota; bytes to disk under an id; the row. A process killed in between leaves
bytes without a row, which nobody can see and `tidy` removes. Nothing here runs on the forwarding loop: two
threads do the cleaning, sealing and writing.
"""

import asyncio
import contextlib
import errno
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor
from clinical_store.file_errors import FileDamaged, FileKindRefused, FileTooLarge, StorageFull, UploadsBusy
from clinical_store.file_kinds import HEAD_BYTES, FileKind, cleaner_of, kind_of
from clinical_store.files import StoredFile
from clinical_store.model import ChatMessage
from clinical_store.picture_metadata import Cleaner
from core.clock import Clock
from core.crypto import ChunkReader, ChunkWriter
from core.database import Database
from core.errors import ServiceError
from core.ids import made_at, new_id
from core.storage import Appender, Storage
from core.telemetry import get_logger

FOLDER = "files/"
PART = 256 * 1024
MOST_UPLOADS = 8
"""At a time in this process."""
MOST_OF_ONE = 2
"""Of them of one account: who sends slowly, or on purpose, leaves places for the others."""
LEFT_OVER = timedelta(hours=1)
"""Bytes this old without a row are nobody's."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
T = TypeVar("T")
_log = get_logger()


class FileRecord(Protocol):
    """`clinical_store.ClinicalStore`, as far as the shelf needs it."""

    async def may_send_file(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> bytes: ...

    async def add_file(
        self,
        session: AsyncSession,
        actor: Actor,
        visit_id: UUID,
        *,
        file_id: UUID,
        name: str,
        kind: FileKind,
        size: int,
        storage_name: str,
    ) -> ChatMessage: ...

    async def file_for(
        self, session: AsyncSession, actor: Actor, visit_id: UUID, file_id: UUID
    ) -> StoredFile: ...

    async def stored_files(self, session: AsyncSession, names: list[str]) -> set[str]: ...


class Incoming:
    """One file on its way to disk. Blocking; its calls come from one thread after the other."""

    def __init__(self, storage: Storage, name: str, key: bytes, limit: int) -> None:
        self._storage = storage
        self._name = name
        self._key = key
        self._limit = limit
        self._head = bytearray()
        self._taken = self._kept = 0
        self._kind: FileKind | None = None
        self._cleaner: Cleaner | None = None
        self._appender: Appender | None = None
        self._writer: ChunkWriter | None = None
        self._turn = threading.Lock()  # giving up waits for the piece that is being written

    def take(self, data: bytes) -> None:
        """Raises FileTooLarge, FileKindRefused, FileDamaged, StorageFull."""
        with self._turn:
            self._taken += len(data)
            if self._taken > self._limit:
                raise FileTooLarge(limit=self._limit)
            if self._cleaner is None:
                self._head += data
                if len(self._head) >= HEAD_BYTES:
                    self._begin()
            else:
                self._put(data)

    def close(self) -> tuple[FileKind, int]:
        """Everything came and is on disk. Kind and size; raises as `take`."""
        with self._turn:
            if self._cleaner is None:
                self._begin()
            if self._kind is None or self._cleaner is None or self._writer is None:
                raise FileDamaged
            self._write(self._closing(self._cleaner))
            if self._kept == 0:
                raise FileDamaged
            _full(self._writer.close)
            return self._kind, self._kept

    def abandon(self) -> None:
        """Nothing of it stays."""
        with self._turn:
            if self._appender is not None:
                with contextlib.suppress(OSError):  # a full disk also refuses what was still buffered
                    self._appender.close()
            self._storage.delete(self._name)

    def _begin(self) -> None:
        if not self._head:
            raise FileDamaged
        self._kind = kind_of(bytes(self._head))
        if self._kind is None:
            raise FileKindRefused
        self._cleaner = cleaner_of(self._kind)
        appender = self._appender = _full(lambda: self._storage.append(self._name))
        self._writer = _full(lambda: ChunkWriter(appender, self._key, self._name.encode()))
        self._put(bytes(self._head))

    def _put(self, data: bytes) -> None:
        try:
            clean = self._cleaner.feed(data) if self._cleaner else b""
        except ValueError:
            raise self._not_what_it_seemed() from None
        self._write(clean)

    def _closing(self, cleaner: Cleaner) -> bytes:
        try:
            return cleaner.close()
        except ValueError:
            raise self._not_what_it_seemed() from None

    def _not_what_it_seemed(self) -> FileDamaged | FileKindRefused:
        """Anything may pass for text at first sight."""
        return FileKindRefused() if self._kind == "text" else FileDamaged()

    def _write(self, data: bytes) -> None:
        writer = self._writer
        if writer is not None and data:
            self._kept += len(data)
            _full(lambda: writer.write(data))


class FileShelf:
    """Takes files in and gives them out. `limit`: bytes of one file. `close` at shutdown."""

    def __init__(
        self, database: Database, record: FileRecord, storage: Storage, clock: Clock, limit: int
    ) -> None:
        self.limit = limit
        self._database = database
        self._record = record
        self._storage = storage
        self._clock = clock
        self._threads = ThreadPoolExecutor(2, "chat-file")
        self._uploads: Counter[UUID] = Counter()

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    async def receive(
        self, actor: Actor, visit_id: UUID, name: str, pieces: AsyncIterator[bytes]
    ) -> ChatMessage:
        """Keep a file that arrives piece by piece and tell the chat. Whatever goes wrong, nothing of it stays.

        Raises UploadsBusy, FileTooLarge, FileKindRefused, FileDamaged, StorageFull, TooManyFiles, NotAdmitted,
        VisitEnded, VisitNotFound, Forbidden, and what `pieces` raises.
        """
        sender = actor.account_id
        if self._uploads.total() >= MOST_UPLOADS or self._uploads[sender] >= MOST_OF_ONE:
            raise UploadsBusy(retry_after=5)
        self._uploads[sender] += 1
        try:
            async with self._database.transaction() as session:
                key = await self._record.may_send_file(session, actor, visit_id)
            return await self._keep(actor, visit_id, name, key, pieces)
        finally:
            self._uploads -= Counter((sender,))  # an account at nought is forgotten

    async def _keep(
        self, actor: Actor, visit_id: UUID, name: str, key: bytes, pieces: AsyncIterator[bytes]
    ) -> ChatMessage:
        file_id = new_id()
        storage_name = f"{FOLDER}{file_id}.crf"
        incoming = Incoming(self._storage, storage_name, key, self.limit)
        try:
            async for piece in pieces:
                await self._in_thread(partial(incoming.take, piece))
            kind, size = await self._in_thread(incoming.close)
        except BaseException:
            await asyncio.shield(self._in_thread(incoming.abandon))
            raise
        try:
            async with self._database.transaction() as session:
                return await self._record.add_file(
                    session, actor, visit_id,
                    file_id=file_id, name=name, kind=kind, size=size, storage_name=storage_name,
                )  # fmt: skip
        except ServiceError as error:
            if error.status < 500:  # else the row may have been written all the same: `tidy` looks later
                await self._in_thread(incoming.abandon)
            raise

    async def open(
        self, actor: Actor, visit_id: UUID, file_id: UUID
    ) -> tuple[StoredFile, AsyncIterator[bytes]]:
        """A file and its bytes in order. Raises FileNotFound, VisitNotFound, Forbidden."""
        async with self._database.transaction() as session:
            stored = await self._record.file_for(session, actor, visit_id, file_id)
        place = stored.storage_name.encode()
        reader = partial(ChunkReader, self._storage, stored.storage_name, stored.key, place)
        content = await self._in_thread(reader)
        first = await self._in_thread(partial(content.read, 0, PART))  # refused before the answer has begun
        return stored, self._parts(content, first)

    async def run(self, stop: asyncio.Event) -> None:
        """Tidy now and every hour, until `stop`. Never raises: what is left over harms nobody."""
        while not stop.is_set():
            try:
                if removed := await self.tidy():
                    _log.info("files.tidied", removed=removed)
            except Exception as error:
                _log.warning("files.not_tidied", error_type=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LEFT_OVER.total_seconds())

    async def tidy(self) -> int:
        """Remove what killed uploads left behind; returns how many there were."""
        names = await self._in_thread(lambda: list(self._storage.list(FOLDER)))
        before = self._clock.now() - LEFT_OVER
        old = [name for name in names if _made_before(name, before)]
        async with self._database.transaction() as session:
            known = await self._record.stored_files(session, old)
        left = [name for name in old if name not in known]
        for name in left:
            await self._in_thread(partial(self._storage.delete, name))
        return len(left)

    async def _parts(self, content: ChunkReader, first: bytes) -> AsyncIterator[bytes]:
        yield first
        for offset in range(PART, content.size, PART):
            yield await self._in_thread(partial(content.read, offset, PART))

    def _in_thread(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._threads, work)


def _full(work: Callable[[], T]) -> T:
    """Raises StorageFull where the disk is."""
    try:
        return work()
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull from None
        raise


def _made_before(name: str, moment: datetime) -> bool:
    try:
        return made_at(UUID(name.removeprefix(FOLDER).removesuffix(".crf"))) < moment
    except ValueError:
        return False

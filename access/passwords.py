"""Password hashing off the event loop: argon2id in a bounded pool with a bounded queue before it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Unavailable

# ASVS 5.0 appendix C: argon2id with t=2 and 19 MiB at p=1, or stronger. About 40 ms of one core.
TIME_COST = 2
MEMORY_KIB = 19 * 1024
PARALLELISM = 1
# Each running hash holds 19 MiB and a core; 32 waiting ones are about a second of work for two threads.
THREADS = 2
WAITING = 32

T = TypeVar("T")


class PasswordHashing:
    """Hashes and verifies. Full pool: Unavailable at once, so that a login flood cannot pile up memory."""

    def __init__(self, *, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._hasher = PasswordHasher(
            time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=PARALLELISM, type=Type.ID
        )
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="password")
        self._room = BoundedSemaphore(threads + waiting)
        # A login for an unknown e-mail verifies against this: it must cost what a known one costs.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The PHC string to store. Raises Unavailable when the pool is full."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password fits; None (nobody) costs the same and never fits. Raises Unavailable."""
        return await self._run(lambda: self._verify(stored or self._nobody, password)) and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Let running hashes finish, drop the waiting ones."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._room.acquire(blocking=False):
            raise Unavailable(retry_after=2)
        job = self._pool.submit(work)
        job.add_done_callback(
            lambda _: self._room.release()
        )  # when the hash is done, not when the request is
        return await asyncio.wrap_future(job)

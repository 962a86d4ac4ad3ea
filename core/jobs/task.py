"""One kind of job, and what its handler may say about an attempt that did not succeed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from core.errors import ServiceError

WORKER_LOST = "worker_lost"
"""The code of an attempt whose worker died."""
FAILED = "job_failed"
"""The code of an attempt that raised no error with a code of its own."""

Ids = Mapping[str, str | int]
GivenUp = Callable[[Ids, str], Awaitable[None]]
"""Called with a job's args and the code of its last attempt when the job is given up. It may be called twice."""


class Held(Exception):
    """Nothing is wrong with the job: what it needs is not there. It waits, and that costs it no attempt.

    Attributes:
        code: what is missing, a stable error code.
        seconds: until the next try.
    """

    def __init__(self, code: str, seconds: int) -> None:
        super().__init__(code)
        self.code = code
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of job. `handler` takes the job's args by name and must be able to run twice.

    After `retries` further attempts, failed or crashed, the job is given up: `on_given_up` is told, and it stays,
    with status 'failed'. `crashes`: how many further attempts when workers die at it, where that says little about
    the job; as `retries` when None.
    """

    name: str
    handler: Callable[..., Awaitable[None]]
    queue: str = "default"
    retries: int = 5
    on_given_up: GivenUp | None = None
    crashes: int | None = None


def code_of(error: BaseException) -> str:
    """The stable code of what went wrong; never the error's text."""
    return error.code if isinstance(error, ServiceError | Held) else FAILED

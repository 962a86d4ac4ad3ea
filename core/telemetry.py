"""What the operator sees: JSON log lines and Prometheus figures, neither with a word about a person.

Log events are constant names ("outbox.waiting") with fields. A field whose key is not on the list below is
replaced by "[redacted]": whoever needs a new field adds its key here, where a reviewer sees it.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client import start_http_server as _start_http_server
from structlog.types import EventDict, Processor, WrappedLogger

REDACTED = "[redacted]"
# Ids, counts, codes and durations. Nothing a person said, is called, or complains of.
_ALLOWED = (
    "event level timestamp logger process request_id method route status code duration_s count attempts"
    " seconds actor_id account_id patient_id visit_id participant_id utterance_id segment_id slot_id"
    " appointment_id job_id task queue topic kind outcome reason state error_type error_at port pid"
    " version signal size_bytes frames packets dropped lag_s check revision model"
    " exit_code step process_name"
)
ALLOWED_KEYS = frozenset(_ALLOWED.split())
REGISTRY = CollectorRegistry(auto_describe=True)
_PREFIX = "consultroom_"
_HEARTBEAT_SECONDS = 0.5


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The structlog processor: unknown keys lose their value; so does a value that is no plain id or number."""
    return {key: value if key in ALLOWED_KEYS and _plain(value) else REDACTED for key, value in event.items()}


def describe_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace exc_info by the exception's class and place: its text may hold what a patient said."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error_type"] = type(error).__name__
        event["error_at"] = _place(error)
    return event


def configure_logging(process: str, *, level: int = logging.INFO) -> None:
    """One JSON formatter on stderr for structlog and for every library's logger of this process."""
    shared = _processors(process)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_foreign, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, _JSON],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in (
        "aioice",
        "aiortc",
        "procrastinate",
        "sqlalchemy",
        "aiohttp.access",
        "engineio",
        "socketio",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )


def get_logger() -> structlog.typing.FilteringBoundLogger:
    """The logger of this process: `log.info("visit.ended", visit_id=str(id))`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


def counter(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Counter:
    """A count that only grows; the name ends in _total. Labels are kinds and outcomes, never ids."""
    return Counter(_PREFIX + name, help_text, labels, registry=REGISTRY)


def gauge(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Gauge:
    """A value that goes up and down, in base units."""
    return Gauge(_PREFIX + name, help_text, labels, registry=REGISTRY)


def histogram(name: str, help_text: str, labels: tuple[str, ...] = ()) -> Histogram:
    """A distribution in base units; the name ends in _seconds or _bytes."""
    return Histogram(_PREFIX + name, help_text, labels, registry=REGISTRY)


def serve_metrics(port: int, address: str = "127.0.0.1") -> Callable[[], None]:
    """Answer /metrics on a port of its own, loopback unless told otherwise. Returns the function that stops
    it.
    """
    server, thread = _start_http_server(port, address, registry=REGISTRY)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join(timeout=2)

    return stop


LOOP_LAG = gauge("event_loop_lag_seconds", "How late the event loop wakes a timer of half a second.")


class LoopHeartbeat:
    """Beats twice a second on the event loop it was started on; `age` tells how long ago the last beat was."""

    def __init__(self) -> None:
        self._beat = time.monotonic()
        self._task: asyncio.Task[None] | None = None

    @property
    def age(self) -> float:
        """Seconds since the last beat."""
        return time.monotonic() - self._beat

    def start(self) -> None:
        """Begin to beat; needs a running loop."""
        self._beat = time.monotonic()
        self._task = asyncio.create_task(self._run(), name="loop-heartbeat")

    async def stop(self) -> None:
        """End the beat."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_HEARTBEAT_SECONDS)
            now = time.monotonic()
            LOOP_LAG.set(max(0.0, now - self._beat - _HEARTBEAT_SECONDS))
            self._beat = now


_JSON = structlog.processors.JSONRenderer()


def _processors(process: str) -> list[Processor]:
    def name_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_process,
        describe_error,
        redact,
    ]


def _foreign(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A library's line: keep who spoke, not what it said (a URL, a payload, an SQL parameter may be in it)."""
    record = event.get("_record")
    event["event"] = "library.message"
    if isinstance(record, logging.LogRecord):
        event["logger"] = record.name
        event["error_at"] = f"{record.module}:{record.lineno}"
        event["exc_info"] = record.exc_info
        record.exc_info, record.exc_text, record.stack_info = None, None, None
    return event


def _plain(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""

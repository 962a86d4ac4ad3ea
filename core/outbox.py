"""The transactional outbox: an event is a row of the transaction that caused it; a relay publishes it
afterwards.

Delivery is at least once and in order of commit only roughly: readers treat an event as "look again".
Rows carry ids, never text.
"""

import asyncio
from datetime import datetime

import asyncpg
from sqlalchemy import BigInteger, DateTime, Identity, Index, Text, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.bus import Bus
from core.database import Base, Database, connect_asyncpg
from core.errors import Unavailable
from core.telemetry import get_logger

_CHANNEL = "consultroom_outbox"
_BATCH = 100
_POLL_SECONDS = 1.0
_log = get_logger()


class OutboxEvent(Base):
    """One event that a committed transaction wants told."""

    __tablename__ = "outbox_event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    topic: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, str | int]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    __table_args__ = (
        Index("ix_outbox_event_unsent", "id", postgresql_where=text("sent_at IS NULL")),
        Index("ix_outbox_event_sent_at", "sent_at", postgresql_where=text("sent_at IS NOT NULL")),
    )


async def emit(session: AsyncSession, topic: str, **ids: str | int) -> None:
    """Tell `topic` when this transaction commits; nothing is told when it rolls back. Values are ids only."""
    session.add(OutboxEvent(topic=topic, payload=ids))
    await session.flush()
    await session.execute(_WAKE, {"channel": _CHANNEL})


class OutboxRelay:
    """Publishes committed events to the bus and marks them sent; any number of relays may run."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus
        self._wake = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set. A lost PostgreSQL or Valkey is waited for, never an end."""
        listener = asyncio.create_task(self._listen(), name="outbox-listen")
        try:
            while not stop.is_set():
                await self._pass_on()
                await self._pause(stop)
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)

    async def relay_once(self) -> int:
        """Publish one batch of events in one transaction; returns how many. Raises Unavailable."""
        async with self._database.transaction() as session:
            rows = (await session.scalars(_UNSENT)).all()
            for row in rows:
                await self._bus.publish(row.topic, row.payload)
            if rows:
                sent = update(OutboxEvent).where(OutboxEvent.id.in_([row.id for row in rows]))
                await session.execute(sent.values(sent_at=func.now()))
            return len(rows)

    async def prune(self) -> None:
        """Delete events that were told more than a day ago."""
        async with self._database.transaction() as session:
            await session.execute(_FORGET)

    async def _pass_on(self) -> None:
        self._wake.clear()
        try:
            while await self.relay_once() == _BATCH:
                pass
        except Unavailable:
            _log.warning("outbox.waiting")

    async def _pause(self, stop: asyncio.Event) -> None:
        """Wait for a commit that notified, at most the poll interval (a notification can be lost)."""
        waits = [asyncio.create_task(stop.wait()), asyncio.create_task(self._wake.wait())]
        await asyncio.wait(waits, timeout=_POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_until_lost()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                _log.warning("outbox.listen_lost")
            await asyncio.sleep(_POLL_SECONDS)

    async def _listen_until_lost(self) -> None:
        lost = asyncio.Event()
        connection = await connect_asyncpg(self._database.url)
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(_CHANNEL, lambda *_: self._wake.set())
            await lost.wait()
        finally:
            connection.terminate()


_WAKE = text("SELECT pg_notify(:channel, '')")
_FORGET = text("DELETE FROM outbox_event WHERE sent_at < now() - interval '1 day'")
_UNSENT = (
    select(OutboxEvent)
    .where(OutboxEvent.sent_at.is_(None))
    .order_by(OutboxEvent.id)
    .limit(_BATCH)
    .with_for_update(skip_locked=True)
)

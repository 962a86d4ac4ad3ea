"""The sealer: chains committed events in order and signs the head. One at a time, in no request's way.

A chain built inside each transaction would serialise every request behind one lock (a tenth of the writes per
second, measured); a single sealer with an advisory lock gives the same evidence a second later.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from audit.archive import HeadArchive
from audit.keys import AuditKeys
from audit.model import Seal, SignedHead, chain
from audit.store import AuditEventRow, AuditHeadRow, AuditPendingRow, AuditSealRow, holds, last_seal, stored
from core.database import Database
from core.errors import Unavailable
from core.telemetry import gauge, get_logger

BATCH = 1000
PAUSE_SECONDS = 1.0
_LOCK = 0x6175_6469_745F_7331  # "audit_s1": the advisory lock of whoever seals
_log = get_logger()
_BROKEN = gauge(
    "audit_chain_broken", "1 while the sealer refuses to continue a chain that was shortened or changed."
)


class ChainBroken(Exception):
    """The chain no longer holds the head kept outside the database: rows were removed or rewritten."""


class Sealer:
    """Seals what was committed. Any number may run; the advisory lock lets one work."""

    def __init__(self, database: Database, keys: AuditKeys, archive: HeadArchive) -> None:
        self._database = database
        self._keys = keys
        self._archive = archive

    async def seal_once(self) -> int:
        """Seal one batch; returns how many events it held. Raises ChainBroken, Unavailable."""
        async with self._database.transaction() as session:
            if not await session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
                return 0
            await self._refuse_shortened(session)
            seals = await self._chain_batch(session)
            head = self._keys.sign(seals[-1].position, seals[-1].hash) if seals else None
            if head is not None:
                await _store(session, seals, head)
        if head is not None:  # after the commit: the archive may lag behind the chain, never be ahead of it
            await asyncio.to_thread(self._archive.write, head)
        return len(seals)

    async def run(self, stop: asyncio.Event) -> None:
        """Seal until `stop`. A broken chain is said in the log and in a metric; events are still recorded."""
        while not stop.is_set():
            await self._seal_waiting()
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE_SECONDS):
                    await stop.wait()

    async def _seal_waiting(self) -> None:
        try:
            while await self.seal_once() == BATCH:
                pass
            _BROKEN.set(0)
        except Unavailable:
            _log.warning("audit.sealer_waiting")
        except (ChainBroken, OSError, ValueError) as error:
            _BROKEN.set(1)
            _log.error("audit.seal_refused", error_type=type(error).__name__)

    async def _refuse_shortened(self, session: AsyncSession) -> None:
        """To go on from a shortened chain would hide what was cut off."""
        kept = self._archive.read()
        if kept is not None and not await holds(session, kept):
            raise ChainBroken

    async def _chain_batch(self, session: AsyncSession) -> list[Seal]:
        waiting = select(AuditEventRow).join(AuditPendingRow, AuditPendingRow.event_id == AuditEventRow.id)
        rows = await session.scalars(waiting.order_by(AuditEventRow.id).limit(BATCH))
        seals: list[Seal] = []
        last = await last_seal(session)
        for row in rows:
            last = chain(self._keys.chain, last, stored(row))
            seals.append(last)
        return seals


async def _store(session: AsyncSession, seals: Sequence[Seal], head: SignedHead) -> None:
    await session.execute(insert(AuditSealRow), [asdict(seal) for seal in seals])
    sealed = [seal.event_id for seal in seals]
    await session.execute(delete(AuditPendingRow).where(AuditPendingRow.event_id.in_(sealed)))
    await session.execute(insert(AuditHeadRow).values(asdict(head)))

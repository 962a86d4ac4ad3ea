"""The trail in a real PostgreSQL: insert-only, in the caller's transaction, proof against its database."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import audit
from audit import AuditEvent, AuditKeys, BadRow, ChainBroken, HeadFile, Sealer, Verification
from core.database import Database
from core.ids import new_id

pytestmark = pytest.mark.integration

DOCTOR = UUID(int=1)
PATIENT = UUID(int=2)


def an_event(action: str = "record:note:read") -> AuditEvent:
    return AuditEvent(DOCTOR, action, "visit", new_id(), PATIENT, "allowed")


class Trail:
    """A trail with its keys, and what somebody with the whole database in hand can do to it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.keys = AuditKeys.generate()
        self.archive = HeadFile(folder / "head.json")
        self.sealer = Sealer(database, self.keys, self.archive)

    async def write(self, count: int = 1) -> None:
        for _ in range(count):
            async with self.database.transaction() as session:
                await audit.record(session, an_event())

    async def verify(self) -> Verification:
        async with self.database.transaction() as session:
            return await audit.verify(session, self.keys, self.archive)

    async def tamper(self, *statements: str) -> None:
        async with self.database.transaction() as session:
            await session.execute(text("SET LOCAL session_replication_role = replica"))  # triggers sleep
            for statement in statements:
                await session.execute(text(statement))

    async def execute(self, statement: str) -> None:
        async with self.database.transaction() as session:
            await session.execute(text(statement))

    async def count(self, table: str) -> int:
        async with self.database.transaction() as session:
            return int(await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


@pytest.fixture
def trail(database: Database, tmp_path: Path) -> Trail:
    return Trail(database, tmp_path)


@pytest.fixture
async def sealed(trail: Trail) -> Trail:
    """Six events, sealed in two batches."""
    for _ in range(2):
        await trail.write(3)
        assert await trail.sealer.seal_once() == 3
    return trail


async def test_a_row_stays_exactly_when_the_act_stays(trail: Trail) -> None:
    async def fail() -> None:
        async with trail.database.transaction() as session:
            await audit.record(session, an_event())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await trail.count("audit_event") == 0
    await trail.write()
    assert await trail.count("audit_event") == 1


async def test_a_refusal_survives_the_rollback_of_the_refused_request(trail: Trail) -> None:
    async def fail() -> None:
        async with trail.database.transaction() as session:
            await audit.record(session, an_event())
            await audit.record_denied(trail.database, an_event("record:note:write"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with trail.database.transaction() as session:
        assert [row.action for row in await audit.history_of(session, PATIENT)] == ["record:note:write"]


async def test_rows_can_only_be_inserted(sealed: Trail) -> None:
    for table, column in (("audit_event", "reason"), ("audit_seal", "hash"), ("audit_head", "hash")):
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        ):
            with pytest.raises(DBAPIError, match="insert-only"):
                await sealed.execute(statement)
    assert await sealed.verify() == Verification(sealed=6, unsealed=0, first_bad=None)


async def test_sealed_rows_verify(sealed: Trail) -> None:
    await sealed.write(2)
    assert await sealed.verify() == Verification(sealed=6, unsealed=2, first_bad=None)
    assert await sealed.sealer.seal_once() == 2
    assert await sealed.sealer.seal_once() == 0
    assert await sealed.verify() == Verification(sealed=8, unsealed=0, first_bad=None)


async def test_an_empty_trail_verifies(trail: Trail) -> None:
    assert await trail.sealer.seal_once() == 0
    assert await trail.verify() == Verification(sealed=0, unsealed=0, first_bad=None)


async def test_a_transaction_that_commits_late_is_sealed_late_and_not_lost(trail: Trail) -> None:
    async with trail.database.transaction() as slow:
        await audit.record(slow, an_event("record:note:sign"))  # the lower row number
        await trail.write(2)
        assert await trail.sealer.seal_once() == 2
    assert await trail.sealer.seal_once() == 1
    assert await trail.verify() == Verification(sealed=3, unsealed=0, first_bad=None)


async def test_two_sealers_at_once_seal_every_row_once(trail: Trail) -> None:
    await trail.write(5)
    other = Sealer(trail.database, trail.keys, trail.archive)
    sealed = await asyncio.gather(*(sealer.seal_once() for sealer in (trail.sealer, other) * 2))
    assert sum(sealed) == 5
    assert (await trail.verify()).intact


FLIP = "UPDATE audit_event SET outcome = 'denied' WHERE id = 3"
LATER = "UPDATE audit_event SET at = at + interval '1 microsecond' WHERE id = 5"
SWAP = (
    "UPDATE audit_seal SET event_id = -2 WHERE position = 2",
    "UPDATE audit_seal SET event_id = 2 WHERE position = 4",
    "UPDATE audit_seal SET event_id = 4 WHERE position = 2",
)
CUT_TAIL = (
    "DELETE FROM audit_head WHERE position > 3",
    "DELETE FROM audit_seal WHERE position > 3",
    "DELETE FROM audit_event WHERE id > 3",
)


@pytest.mark.parametrize(
    ("tampering", "bad"),
    [
        ((FLIP,), BadRow(3, 3, "event_changed")),
        ((LATER,), BadRow(5, 5, "event_changed")),
        (("UPDATE audit_event SET action = 'nothing at all' WHERE id = 1",), BadRow(1, 1, "event_changed")),
        (("DELETE FROM audit_event WHERE id = 2",), BadRow(2, 2, "event_missing")),
        (("DELETE FROM audit_event WHERE id = 6",), BadRow(6, 6, "event_missing")),
        (("DELETE FROM audit_event WHERE id = 4", "DELETE FROM audit_seal WHERE position = 4"),
         BadRow(4, None, "position_missing")),
        (SWAP, BadRow(2, 4, "event_changed")),
        (("UPDATE audit_seal SET previous_hash = hash WHERE position = 4",), BadRow(4, 4, "link_broken")),
        (("UPDATE audit_head SET signature = hash WHERE position = 3",), BadRow(3, 3, "head_forged")),
        (CUT_TAIL[1:], BadRow(4, None, "tail_missing")),
        (CUT_TAIL, BadRow(4, None, "tail_missing")),
        (("TRUNCATE audit_event, audit_seal, audit_head",), BadRow(1, None, "tail_missing")),
    ],
)  # fmt: skip
async def test_tampering_is_named_at_its_first_row(
    sealed: Trail, tampering: tuple[str, ...], bad: BadRow
) -> None:
    await sealed.tamper(*tampering)
    assert (await sealed.verify()).first_bad == bad


async def test_the_sealer_does_not_go_on_from_a_shortened_chain(sealed: Trail) -> None:
    await sealed.tamper(*CUT_TAIL)
    await sealed.write()
    with pytest.raises(ChainBroken):
        await sealed.sealer.seal_once()
    assert (await sealed.verify()).first_bad == BadRow(4, None, "tail_missing")


async def test_a_chain_grown_again_with_a_stolen_sealer_does_not_hide_the_cut(
    sealed: Trail, tmp_path: Path
) -> None:
    """Even who can run our sealer, without reaching the archive, leaves the old head unexplained."""
    await sealed.tamper(*CUT_TAIL)
    await sealed.write(3)
    stolen = Sealer(sealed.database, sealed.keys, HeadFile(tmp_path / "elsewhere.json"))
    assert await stolen.seal_once() == 3
    assert (await sealed.verify()).first_bad == BadRow(6, None, "head_mismatch")


async def test_taking_an_event_out_of_the_queue_shows_as_unsealed(sealed: Trail) -> None:
    await sealed.write()
    await sealed.tamper("DELETE FROM audit_pending")
    assert await sealed.sealer.seal_once() == 0
    assert (await sealed.verify()).unsealed == 1


async def test_the_sealer_runs_until_told_to_stop(trail: Trail) -> None:
    await trail.write(3)
    stop = asyncio.Event()
    running = asyncio.create_task(trail.sealer.run(stop))
    async with asyncio.timeout(10):
        while (await trail.verify()).unsealed:  # each look is a round trip to the database
            pass
    stop.set()
    await running
    assert (await trail.verify()).sealed == 3

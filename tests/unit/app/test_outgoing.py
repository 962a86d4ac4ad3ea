"""The recorder's writes wait for a database that is away, keep their order, and are bounded."""

import asyncio

import pytest

from app import recorder
from app.recorder import Outgoing
from core.errors import Conflict, Unavailable


class Database:
    """Away for the first `refusals` writes; remembers what got through."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.written: list[str] = []

    def write(self, what: str) -> recorder.Write:
        async def write() -> None:
            if self.refusals:
                self.refusals -= 1
                raise Unavailable
            self.written.append(what)

        return write


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(recorder, "CLOSE_SECONDS", 0.5)


async def test_a_database_that_is_away_costs_delay_and_no_order() -> None:
    database, outgoing = Database(refusals=5), Outgoing()
    for what in ("one", "two", "three"):
        outgoing.put("utterance", database.write(what))
    await outgoing.close()
    assert database.written == ["one", "two", "three"]


async def test_what_will_never_be_taken_does_not_hold_up_the_rest() -> None:
    async def refused() -> None:
        raise Conflict

    database, outgoing = Database(refusals=0), Outgoing()
    outgoing.put("utterance", refused)
    outgoing.put("utterance", database.write("next"))
    await outgoing.close()
    assert database.written == ["next"]


async def test_over_the_bound_the_oldest_is_given_up_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "MOST_WAITING", 2)
    before = recorder.LOST.labels("utterance")._value.get()
    database, outgoing = Database(refusals=0), Outgoing()
    for what in ("one", "two", "three"):
        outgoing.put("utterance", database.write(what))
    await outgoing.close()
    assert database.written == ["two", "three"]
    assert recorder.LOST.labels("utterance")._value.get() == before + 1


async def test_closing_does_not_wait_for_ever() -> None:
    outgoing = Outgoing()
    outgoing.put("utterance", Database(refusals=10**9).write("never"))
    async with asyncio.timeout(5):
        await outgoing.close()

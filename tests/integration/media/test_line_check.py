"""The other end of a line check, asked by a simulated participant: its own picture comes back, and it ends."""

from uuid import uuid4

import pytest

from media.errors import ChecksBusy, MalformedOffer
from media.line_check import LineChecks
from media.simulated import SimulatedParticipant
from tests.integration.media.meeting import LOOPBACK, until

pytestmark = pytest.mark.integration


async def test_what_is_sent_comes_back_and_ends_by_itself() -> None:
    checks, who = LineChecks(LOOPBACK, seconds=4), uuid4()
    person = SimulatedParticipant(lambda offer: checks.answer(who, offer), listen=("127.0.0.1",), seats=1)
    await person.join()
    await until(lambda: person.received[0].video > 5)
    await until(lambda: not checks._running)
    await person.leave()


async def test_a_second_check_of_an_account_takes_the_firsts_place() -> None:
    checks, who = LineChecks(LOOPBACK, most=1), uuid4()
    people = [
        SimulatedParticipant(lambda offer: checks.answer(who, offer), listen=("127.0.0.1",), seats=1)
        for _ in range(2)
    ]
    for person in people:
        await person.join()
    assert len(checks._running) == 1
    with pytest.raises(ChecksBusy):
        await checks.answer(uuid4(), "v=0")
    await checks.close()
    for person in people:
        await person.leave()


async def test_a_damaged_offer_leaves_nothing_behind() -> None:
    checks = LineChecks(LOOPBACK)
    with pytest.raises(MalformedOffer):
        await checks.answer(uuid4(), "v=0\r\nnonsense")
    await until(lambda: not checks._running)

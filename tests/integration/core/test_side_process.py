"""A child that works beside the event loop: what it refuses is told, and it may die, hang or fail."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import JsonValue

from core.side_process import Refused, SideProcess, SideProcessBusy, SideProcessLost, SideProcessSlow

pytestmark = pytest.mark.integration
CHILD = "tests.integration.core.side_child"


@pytest.fixture
async def side() -> AsyncIterator[SideProcess]:
    process = SideProcess(CHILD, most_waiting=2)
    yield process
    await process.close()


@pytest.mark.parametrize("value", [None, 3, "Ünïcode – “quotes”", {"turns": [{"text": "x" * 100_000}]}])
async def test_what_goes_in_comes_out_and_one_child_serves_all(side: SideProcess, value: JsonValue) -> None:
    assert await side.ask("echo", value) == value
    first = side.pid
    assert await side.ask("echo", value) == value
    assert side.pid == first


async def test_a_refusal_is_told_by_its_code_and_costs_no_child(side: SideProcess) -> None:
    with pytest.raises(Refused) as refused:
        await side.ask("refuse", "at turns[3]")
    assert (refused.value.refusal, refused.value.detail) == ("invalid_input", "at turns[3]")
    assert await side.ask("echo", 1) == 1


async def test_a_failure_says_nothing_of_what_was_worked_on(
    side: SideProcess, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SideProcessLost):
        await side.ask("fail", "haemoptysis")
    await side.close()
    told = capfd.readouterr()
    assert "haemoptysis" not in told.out + told.err


async def test_after_a_dead_child_comes_another(side: SideProcess) -> None:
    with pytest.raises(SideProcessLost):
        await side.ask("die", None)
    assert await side.ask("echo", 1) == 1


async def test_a_hanging_child_is_ended() -> None:
    side = SideProcess(CHILD, seconds=2.0)
    await side.ask("echo", 1)
    pid = side.pid
    with pytest.raises(SideProcessSlow):
        await side.ask("hang", None)
    assert await side.ask("echo", 1) == 1
    assert side.pid != pid
    await side.close()


async def test_a_caller_who_gives_up_leaves_no_answer_for_the_next(side: SideProcess) -> None:
    given_up = asyncio.create_task(side.ask("echo", "mine"))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await side.ask("echo", "yours") == "yours"


async def test_a_full_queue_is_told_at_once(side: SideProcess) -> None:
    waiting = [asyncio.create_task(side.ask("echo", n)) for n in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(SideProcessBusy):
        await side.ask("echo", 3)
    assert await asyncio.gather(*waiting) == [0, 1]

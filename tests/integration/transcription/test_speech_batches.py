"""Batches, priorities and what becomes of the others when one request is bad; the child is real, its model is not."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from tests.integration.transcription import scripted_child as child
from transcription import Priority, Request, SpeechProcess
from transcription.errors import (
    SpeechEngineBusy,
    SpeechEngineFailed,
    SpeechEngineLost,
    SpeechEngineSlow,
    SpeechOutOfMemory,
)

pytestmark = pytest.mark.integration


def say(number: int, order: int = child.ANSWER) -> Request:
    return Request(np.array([order, number], dtype=np.float32))


@pytest.fixture
async def speech(tmp_path: Path) -> AsyncIterator[SpeechProcess]:
    process = SpeechProcess(gather_seconds=0.5, nice=0, most_batched=4)
    process._command = ["-m", "tests.integration.transcription.scripted_child", str(tmp_path)]
    async with process:
        yield process


def batches(folder: Path) -> list[str]:
    file = folder / "batches"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


async def until_in_work(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 30
    while len(batches(folder)) < count:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


async def test_what_comes_together_is_heard_together(speech: SpeechProcess, tmp_path: Path) -> None:
    answers = await asyncio.gather(*(speech.transcribe(say(number)) for number in range(6)))
    assert [answer.text for answer in answers] == [f"{number} False" for number in range(6)]
    assert batches(tmp_path) == ["0 1 2 3", "4 5"]


async def test_a_full_batch_waits_for_nobody(tmp_path: Path) -> None:
    process = SpeechProcess(gather_seconds=600, nice=0, most_batched=2)
    process._command = ["-m", "tests.integration.transcription.scripted_child", str(tmp_path)]
    async with process, asyncio.timeout(60):
        await asyncio.gather(process.transcribe(say(1)), process.transcribe(say(2)))


async def test_finals_first_then_the_final_pass_and_partials_only_while_no_final_waits(
    speech: SpeechProcess, tmp_path: Path
) -> None:
    (tmp_path / "wait").touch()
    tasks = [asyncio.create_task(speech.transcribe(say(0)))]
    await until_in_work(tmp_path, 1)
    with pytest.raises(SpeechEngineBusy):
        await speech.transcribe(say(9), Priority.PARTIAL)
    later = [speech.transcribe(say(number), Priority.LATER) for number in (1, 2, 3)]
    finals = [speech.transcribe(say(number)) for number in (4, 5)]
    tasks += [asyncio.create_task(one) for one in [*later, *finals]]
    await asyncio.sleep(0)
    (tmp_path / "wait").unlink()
    await asyncio.gather(*tasks)
    assert batches(tmp_path) == ["0", "4 5", "1 2", "3"]


async def test_a_partial_goes_at_once_and_is_heard_once(speech: SpeechProcess) -> None:
    assert (await speech.transcribe(say(7), Priority.PARTIAL)).text == "7 True"


async def test_a_final_sends_a_waiting_partial_away(speech: SpeechProcess, tmp_path: Path) -> None:
    (tmp_path / "wait").touch()
    first = asyncio.create_task(speech.transcribe(say(0), Priority.PARTIAL))
    await until_in_work(tmp_path, 1)
    waiting = asyncio.create_task(speech.transcribe(say(1), Priority.PARTIAL))
    await asyncio.sleep(0)
    final = asyncio.create_task(speech.transcribe(say(2)))
    with pytest.raises(SpeechEngineBusy):
        await waiting
    (tmp_path / "wait").unlink()
    assert [(await first).text, (await final).text] == ["0 True", "2 False"]


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (child.KILL, SpeechEngineLost),
        (child.FULL, SpeechOutOfMemory),
        (child.HANG, SpeechEngineSlow),
        (child.RAISE, SpeechEngineFailed),
    ],
)
async def test_one_bad_utterance_costs_its_neighbours_nothing(
    speech: SpeechProcess, order: int, told: type[Exception]
) -> None:
    requests = [say(0), say(1, order), say(2)]
    answers = await asyncio.gather(
        *(speech.transcribe(request, timeout=2.0) for request in requests), return_exceptions=True
    )
    first, bad, last = answers
    assert not isinstance(first, BaseException)
    assert not isinstance(last, BaseException)
    assert (first.text, last.text) == ("0 False", "2 False")
    assert type(bad) is told
    assert "said words" not in str(vars(bad))


@pytest.mark.parametrize("order", [child.KILL_TOGETHER, child.FULL_TOGETHER])
async def test_what_is_too_much_together_is_heard_alone_in_a_new_process_and_then_in_smaller_batches(
    speech: SpeechProcess, tmp_path: Path, order: int
) -> None:
    before = speech.pid
    answers = await asyncio.gather(*(speech.transcribe(say(number, order)) for number in range(3)))
    assert [answer.text for answer in answers] == ["0 False", "1 False", "2 False"]
    assert speech.pid not in {before, None}
    await asyncio.gather(*(speech.transcribe(say(number)) for number in range(4)))
    assert batches(tmp_path) == ["0 1 2", "0", "1", "2", "0 1", "2 3"]


async def test_a_caller_who_gave_up_is_not_heard(speech: SpeechProcess, tmp_path: Path) -> None:
    (tmp_path / "wait").touch()
    first = asyncio.create_task(speech.transcribe(say(0)))
    await until_in_work(tmp_path, 1)
    gone = asyncio.create_task(speech.transcribe(say(1)))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    (tmp_path / "wait").unlink()
    await first
    assert batches(tmp_path) == ["0"]
    assert speech.waiting == 0


async def test_who_waits_is_told_when_it_closes(speech: SpeechProcess, tmp_path: Path) -> None:
    (tmp_path / "wait").touch()
    tasks = [asyncio.create_task(speech.transcribe(say(0)))]
    await until_in_work(tmp_path, 1)
    tasks.append(asyncio.create_task(speech.transcribe(say(1))))
    await asyncio.sleep(0)
    await speech.close()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [SpeechEngineLost, SpeechEngineLost]

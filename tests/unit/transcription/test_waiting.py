"""Who is heard next, who is sent away: the line itself, no process."""

import asyncio

import numpy as np
import pytest

from transcription.errors import SpeechEngineBusy, SpeechEngineLost
from transcription.model import Request
from transcription.waiting import BatchSize, Priority, Waiting, WaitingLine

FINAL, PARTIAL, LATER = Priority


def one(priority: Priority) -> Waiting:
    request = Request(np.zeros(1, dtype=np.float32))
    return Waiting(request, priority, 60.0, 0.0, asyncio.get_running_loop().create_future())


def line(*priorities: Priority, most: int = 8) -> WaitingLine:
    found = WaitingLine(most)
    for priority in priorities:
        found.admit(one(priority))
    return found


async def test_finals_before_partials_before_the_final_pass_and_never_mixed() -> None:
    waiting = line(LATER, PARTIAL)
    assert [each.priority for each in waiting.candidates(8)] == [PARTIAL]
    waiting = line(LATER, FINAL, FINAL)
    assert [each.priority for each in waiting.candidates(8)] == [FINAL, FINAL]
    assert len(waiting.candidates(1)) == 1


async def test_the_final_pass_goes_in_small_batches_so_that_a_live_utterance_waits_for_little() -> None:
    assert len(line(LATER, LATER, LATER, LATER).candidates(8)) == 2


async def test_a_partial_is_refused_while_finals_wait_or_are_in_work() -> None:
    waiting = line(FINAL)
    with pytest.raises(SpeechEngineBusy):
        waiting.admit(one(PARTIAL))
    waiting.take(waiting.candidates(8))
    assert waiting.waiting == []
    with pytest.raises(SpeechEngineBusy):
        waiting.admit(one(PARTIAL))
    waiting.in_work = ()
    waiting.admit(one(PARTIAL))


async def test_a_final_sends_waiting_partials_away_even_when_the_line_is_full() -> None:
    waiting = line(PARTIAL, PARTIAL, most=2)
    gone = list(waiting.waiting)
    waiting.admit(one(FINAL))
    assert [each.priority for each in waiting.waiting] == [FINAL]
    assert all(isinstance(each.answer.exception(), SpeechEngineBusy) for each in gone)


async def test_the_line_is_bounded_and_the_final_pass_has_half_of_it() -> None:
    waiting = line(LATER, LATER, most=4)
    with pytest.raises(SpeechEngineBusy):
        waiting.admit(one(LATER))
    waiting.admit(one(FINAL))
    waiting.admit(one(FINAL))
    with pytest.raises(SpeechEngineBusy):
        waiting.admit(one(FINAL))


async def test_after_a_failed_batch_each_is_heard_alone_but_nobody_who_left() -> None:
    waiting = line(FINAL, FINAL, FINAL)
    batch = waiting.candidates(8)
    waiting.take(batch)
    batch[1].answer.cancel()
    waiting.put_back_alone(batch)
    assert waiting.candidates(8) == [batch[0]]
    waiting.take([batch[0]])
    assert waiting.candidates(8) == [batch[2]]


async def test_everybody_is_told_when_nobody_will_be_heard() -> None:
    waiting = line(FINAL, LATER)
    batch = waiting.candidates(8)
    waiting.take(batch)
    everybody = [*batch, *waiting.waiting]
    waiting.fail_all(SpeechEngineLost("Closed."))
    assert [type(each.answer.exception()) for each in everybody] == [SpeechEngineLost, SpeechEngineLost]


def test_batches_shrink_at_once_and_grow_back_slowly() -> None:
    size = BatchSize(8, patience=2)
    size.failed()
    assert size.now == 4
    for _ in range(2):
        size.went_well()
    assert size.now == 5
    for _ in range(5):
        size.failed()
    assert size.now == 1
    for _ in range(100):
        size.went_well()
    assert size.now == 8

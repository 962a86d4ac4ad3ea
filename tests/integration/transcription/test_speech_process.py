"""The speech process dies, hangs, is busy, cannot start: each has one answer and the next call works."""

import asyncio
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from tests.integration.transcription.spoken import TRACKS, find_utterances
from transcription import Request, SpeechProcess, Utterance
from transcription.errors import (
    ModelCorrupt,
    ModelMissing,
    Retryable,
    SpeechEngineBusy,
    SpeechEngineLost,
    SpeechEngineSlow,
    UtteranceTooLong,
)

pytestmark = pytest.mark.integration


@pytest.fixture(scope="session")
def utterance() -> Utterance:
    return next(find_utterances(TRACKS["patient"]))


def still_runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def has_child(speech: SpeechProcess) -> bool:
    return speech.pid is not None


async def test_kill_9_in_mid_work_is_told_and_the_next_call_works(
    speech: SpeechProcess, utterance: Utterance
) -> None:
    before = await speech.transcribe(Request(utterance.samples))
    first = speech.pid
    assert first
    os.kill(first, signal.SIGSTOP)  # it can answer no more: the kill comes in mid-work for sure
    work = asyncio.create_task(speech.transcribe(Request(utterance.samples)))
    await asyncio.sleep(0.1)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(SpeechEngineLost) as lost:
        await work
    assert isinstance(lost.value, Retryable)
    assert await speech.transcribe(Request(utterance.samples)) == before
    assert speech.pid not in {first, None}


async def test_killed_while_idle_is_not_even_noticed(speech: SpeechProcess, utterance: Utterance) -> None:
    assert speech.pid
    os.kill(speech.pid, signal.SIGKILL)
    async with asyncio.timeout(30):
        while has_child(speech):  # until the loop has learned of the death
            await asyncio.sleep(0.01)
    assert (await speech.transcribe(Request(utterance.samples))).text


async def test_a_child_that_hangs_is_stopped_in_time(speech: SpeechProcess, utterance: Utterance) -> None:
    hung = speech.pid
    assert hung
    os.kill(hung, signal.SIGSTOP)
    with pytest.raises(SpeechEngineSlow):
        await speech.transcribe(Request(utterance.samples), timeout=0.3)
    assert not still_runs(hung)
    assert (await speech.transcribe(Request(utterance.samples))).text


async def test_a_caller_who_gives_up_does_not_get_the_next_ones_answer(
    speech: SpeechProcess, utterance: Utterance
) -> None:
    work = asyncio.create_task(speech.transcribe(Request(utterance.samples)))
    await asyncio.sleep(0.02)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    silence = await speech.transcribe(Request(np.zeros(16_000, dtype=np.float32)))
    assert silence.text == ""


async def test_callers_take_turns_and_too_many_are_refused(utterance: Utterance) -> None:
    async with SpeechProcess("demo", nice=0, most_waiting=2) as speech:
        answers = await asyncio.gather(
            *(speech.transcribe(Request(utterance.samples)) for _ in range(3)), return_exceptions=True
        )
    refused = [answer for answer in answers if isinstance(answer, SpeechEngineBusy)]
    texts = {answer.text for answer in answers if not isinstance(answer, BaseException)}
    assert (len(refused), len(texts)) == (1, 1)


async def test_too_long_is_refused_and_the_child_lives(speech: SpeechProcess) -> None:
    before = speech.pid
    with pytest.raises(UtteranceTooLong):
        await speech.transcribe(Request(np.zeros(31 * 16_000, dtype=np.float32)))
    assert speech.pid == before


async def test_nothing_is_left_running(utterance: Utterance) -> None:
    speech = SpeechProcess("demo", nice=0)
    await speech.start()
    pid = speech.pid
    assert pid
    await speech.close()
    await speech.close()
    assert not still_runs(pid)


async def test_a_model_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    (tmp_path / "broken.pt").write_bytes(b"broken")
    broken = SpeechProcess(str(tmp_path / "broken.pt"))
    with pytest.raises(ModelCorrupt):
        await broken.start()
    assert broken.pid is None
    with pytest.raises(ModelMissing):
        await SpeechProcess("tiny.en", models_folder=tmp_path).start()

import io
from collections.abc import Sequence

import numpy as np
import pytest

from core.errors import ServiceError
from transcription.child import hear, serve
from transcription.errors import (
    ModelMissing,
    SpeechEngineFailed,
    SpeechOutOfMemory,
    UtteranceTooLong,
    is_out_of_memory,
)
from transcription.frames import (
    HEADER,
    LARGEST,
    frame,
    pack_answers,
    pack_requests,
    pack_start,
    unpack_answers,
    unpack_requests,
    unpack_start,
)
from transcription.model import Request, Transcription, Word

HEARD = Transcription("No.", 0.9, 0.01, words=(Word("No.", 0.8, 0.1, 0.4),), warnings=("low_confidence",))
TALKS, TOO_LOUD = np.zeros(16, dtype=np.float32), np.full(16, 2, dtype=np.float32)


class Parrot:
    """Hears "No." in everything, breaks on a loud sample with the error it was given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error or RuntimeError("secret words")
        self.batches: list[int] = []

    def transcribe(self, requests: Sequence[Request]) -> list[Transcription]:
        self.batches.append(len(requests))
        if any(request.samples.max(initial=0) > 1 for request in requests):
            raise self.error
        return [HEARD] * len(requests)


def answers(sink: io.BytesIO) -> list[bytes]:
    data, found = sink.getvalue(), []
    while data:
        (length,) = HEADER.unpack(data[:4])
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    return found


def test_requests_come_back_as_they_were() -> None:
    sent = [
        Request(np.linspace(-1, 1, 1000, dtype=np.float32), "Ramipril, Ibuprofen.", "de", 5),
        Request(np.empty(0, dtype=np.float32)),
        Request(np.linspace(1, -1, 77, dtype=np.float32)),
    ]
    got = unpack_requests(pack_requests(sent))
    assert [(one.prompt, one.language, one.beam) for one in got] == [
        ("Ramipril, Ibuprofen.", "de", 5),
        ("", "en", 1),
        ("", "en", 1),
    ]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(got, sent, strict=True))


def test_more_than_a_window_is_refused_before_it_is_sent() -> None:
    with pytest.raises(UtteranceTooLong):
        pack_requests([Request(TALKS), Request(np.zeros(30 * 16_000 + 1, dtype=np.float32))])


def test_answers_come_back_as_they_were() -> None:
    first, second = unpack_answers(pack_answers([HEARD, SpeechOutOfMemory("Too much.")]))
    assert first == HEARD
    assert isinstance(second, SpeechOutOfMemory)
    assert second.detail == "Too much."


def test_ready_or_why_not() -> None:
    unpack_start(pack_start(None))
    with pytest.raises(ModelMissing) as raised:
        unpack_start(pack_start(ModelMissing("The speech model x is not here.")))
    assert raised.value.detail == "The speech model x is not here."


def test_an_unknown_error_is_a_failure_of_the_engine() -> None:
    (answer,) = unpack_answers(pack_answers([ServiceError("?")]))
    assert isinstance(answer, SpeechEngineFailed)


def test_the_child_answers_each_frame_and_ends_with_its_input() -> None:
    sink = io.BytesIO()
    batches = [[Request(TALKS)], [Request(TALKS), Request(TOO_LOUD), Request(TALKS)]]
    source = io.BytesIO(b"".join(frame(pack_requests(one)) for one in batches))
    assert serve(source, sink, Parrot()) == 0
    alone, batch = answers(sink)
    assert unpack_answers(alone) == [HEARD]
    good, failed, last = unpack_answers(batch)
    assert good == last == HEARD
    assert isinstance(failed, SpeechEngineFailed)
    assert b"secret" not in batch


def test_the_child_leaves_when_the_frames_make_no_sense() -> None:
    assert serve(io.BytesIO(HEADER.pack(LARGEST + 1)), io.BytesIO(), Parrot()) == 2


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    ],
)
def test_out_of_memory_is_told_for_the_whole_batch_at_once(error: Exception) -> None:
    engine = Parrot(error)
    found = hear(engine, [Request(TALKS), Request(TOO_LOUD)])
    assert [type(one) for one in found] == [SpeechOutOfMemory, SpeechOutOfMemory]
    assert engine.batches == [2]
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))

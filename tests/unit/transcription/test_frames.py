import io

import numpy as np
import pytest

from core.errors import ServiceError
from transcription.child import serve
from transcription.errors import ModelMissing, SpeechEngineFailed, UtteranceTooLong
from transcription.frames import (
    HEADER,
    LARGEST,
    frame,
    pack_answer,
    pack_samples,
    unpack_answer,
    unpack_samples,
)
from transcription.model import Samples, Transcription, Word

HEARD = Transcription("No.", 0.9, 0.01, words=(Word("No.", 0.8),), warnings=("low_confidence",))


class Parrot:
    """Hears "No." in everything, breaks on a loud sample."""

    def transcribe(self, samples: Samples) -> Transcription:
        if samples.max(initial=0) > 1:
            raise RuntimeError("secret words")
        return HEARD


def answers(sink: io.BytesIO) -> list[bytes]:
    data, found = sink.getvalue(), []
    while data:
        (length,) = HEADER.unpack(data[:4])
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    return found


def test_samples_come_back_as_they_were() -> None:
    samples = np.linspace(-1, 1, 1000, dtype=np.float32)
    assert np.array_equal(unpack_samples(pack_samples(samples)), samples)


def test_more_than_a_window_is_refused_before_it_is_sent() -> None:
    with pytest.raises(UtteranceTooLong):
        pack_samples(np.zeros(30 * 16_000 + 1, dtype=np.float32))


def test_answers_come_back_as_they_were() -> None:
    assert unpack_answer(pack_answer(HEARD)) == HEARD
    assert unpack_answer(pack_answer(None)) is None


def test_errors_come_back_with_their_class() -> None:
    with pytest.raises(ModelMissing) as raised:
        unpack_answer(pack_answer(ModelMissing("The speech model x is not here.")))
    assert raised.value.detail == "The speech model x is not here."


def test_an_unknown_error_is_a_failure_of_the_engine() -> None:
    with pytest.raises(SpeechEngineFailed):
        unpack_answer(pack_answer(ServiceError("?")))


def test_the_child_answers_each_frame_and_ends_with_its_input() -> None:
    good, bad = np.zeros(16, dtype=np.float32), np.full(16, 2, dtype=np.float32)
    sink = io.BytesIO()
    source = io.BytesIO(b"".join(frame(pack_samples(one)) for one in (good, bad, good)))
    assert serve(source, sink, Parrot()) == 0
    first, failed, last = answers(sink)
    assert unpack_answer(first) == unpack_answer(last) == HEARD
    with pytest.raises(SpeechEngineFailed):
        unpack_answer(failed)
    assert b"secret" not in failed


def test_the_child_leaves_when_the_frames_make_no_sense() -> None:
    assert serve(io.BytesIO(HEADER.pack(LARGEST + 1)), io.BytesIO(), Parrot()) == 2

"""The encoder's window: long enough, of few lengths, and of the utterance alone."""

import pytest

from transcription.engines.windows import STEPS, window_seconds


@pytest.mark.parametrize("seconds", [0.1, 4.0, 4.01, 9.0, 21.5, 29.9, 30.0])
def test_the_whole_utterance_and_some_silence_fit(seconds: float) -> None:
    window = window_seconds(seconds)
    assert window in STEPS
    assert window >= min(seconds + 1.0, 30.0)


def test_a_window_is_no_longer_than_it_must_be() -> None:
    assert window_seconds(4.0) == STEPS[0]
    assert window_seconds(4.01) == STEPS[1]


def test_the_full_context_is_whispers_own() -> None:
    assert window_seconds(0.5, "full") == 30.0

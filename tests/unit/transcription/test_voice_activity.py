"""Silero and its fallback on sounds that need no recording."""

import numpy as np
import pytest

from transcription.ports import SpeechDetector
from transcription.voice_activity import SileroDetector, WebRtcDetector, new_detector

SILENCE = np.zeros((40, 512), dtype=np.float32)
HISS = np.random.default_rng(1).normal(0, 0.01, (40, 512)).astype(np.float32)


def test_silero_is_what_is_used() -> None:
    assert isinstance(new_detector(), SileroDetector)


def test_two_tracks_share_the_network_and_not_the_state() -> None:
    one, other = new_detector(), new_detector()
    one.probabilities(HISS)
    assert isinstance(one, SileroDetector)
    assert isinstance(other, SileroDetector)
    assert one._session is other._session
    assert not np.array_equal(one._h, other._h)


@pytest.mark.parametrize("detector", [new_detector(), WebRtcDetector()])
def test_silence_is_no_speech(detector: SpeechDetector) -> None:
    assert detector.probabilities(SILENCE).max() < 0.3


def test_hiss_is_no_speech() -> None:
    assert new_detector().probabilities(HISS).max() < 0.35


def test_block_by_block_is_the_same_as_at_once() -> None:
    at_once, piecewise = new_detector(), new_detector()
    parts = np.concatenate([piecewise.probabilities(HISS[n : n + 3]) for n in range(0, 40, 3)])
    assert at_once.probabilities(HISS) == pytest.approx(parts, abs=1e-4)


def test_reset_forgets() -> None:
    detector = new_detector()
    first = detector.probabilities(HISS)
    detector.reset()
    assert detector.probabilities(HISS) == pytest.approx(first)

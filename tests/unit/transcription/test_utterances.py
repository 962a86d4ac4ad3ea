"""The policy alone: a detector that calls a window speech when it is loud takes Silero's place."""

import numpy as np
import pytest
from numpy.typing import NDArray

from transcription.model import SAMPLE_RATE, Samples, Utterance
from transcription.utterances import Policy, UtteranceFinder

WINDOW_SECONDS = 512 / SAMPLE_RATE


class LoudIsSpeech:
    """Speech is what is louder than 0.05; counts its resets."""

    def __init__(self) -> None:
        self.resets = 0

    def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(np.abs(windows).max(axis=1) > 0.05, dtype=np.float32)

    def reset(self) -> None:
        self.resets += 1


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), dtype=np.float32)


def speech(seconds: float, level: float = 0.5) -> Samples:
    return level * (-1.0) ** np.arange(round(seconds * SAMPLE_RATE), dtype=np.float32)


def finder(policy: Policy | None = None) -> UtteranceFinder:
    return UtteranceFinder(LoudIsSpeech(), policy)


def found(samples: Samples, at: float = 0.0, block: int = 320) -> list[Utterance]:
    """Push the samples in 20 ms blocks, as a call delivers them, and flush."""
    track, heard = finder(), []
    for start in range(0, len(samples), block):
        heard += track.push(samples[start : start + block], at + start / SAMPLE_RATE)
    return heard + track.flush()


def test_silence_gives_nothing() -> None:
    assert found(silence(5)) == []


def test_one_utterance_with_its_padding() -> None:
    (one,) = found(np.concatenate([silence(1), speech(1), silence(1)]), at=10.0)
    assert one.start == pytest.approx(11 - 0.096, abs=WINDOW_SECONDS)
    assert one.end == pytest.approx(12 + 0.096, abs=WINDOW_SECONDS)


def test_times_and_samples_agree() -> None:
    (one,) = found(np.concatenate([silence(0.7), speech(1.23), silence(1)]), at=3.21)
    assert one.end - one.start == pytest.approx(len(one.samples) / SAMPLE_RATE)
    assert one.samples.dtype == np.float32


def test_a_short_pause_does_not_close_and_a_long_one_does() -> None:
    short = np.concatenate([speech(1), silence(0.4), speech(1), silence(1)])
    long = np.concatenate([speech(1), silence(0.8), speech(1), silence(1)])
    assert (len(found(short)), len(found(long))) == (1, 2)


def test_it_closes_while_the_track_goes_on() -> None:
    track = finder()
    assert track.push(speech(1), 0.0) == []
    assert track.push(silence(0.4), 1.0) == []
    assert len(track.push(silence(0.3), 1.4)) == 1
    assert track.flush() == []


def test_a_click_is_no_utterance() -> None:
    assert found(np.concatenate([silence(1), speech(0.1), silence(1)])) == []


def test_what_lies_below_the_floor_is_never_speech() -> None:
    class AllIsSpeech(LoudIsSpeech):
        def probabilities(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
            return np.ones(len(windows), dtype=np.float32)

    track = UtteranceFinder(AllIsSpeech())
    assert track.push(speech(3, level=0.0002), 0.0) + track.flush() == []


def test_endless_speech_is_cut_at_its_quietest_moment() -> None:
    talk = np.concatenate([speech(24), silence(0.2), speech(16), silence(1)])
    first, second = found(talk)
    assert first.end == pytest.approx(24.1, abs=0.1)
    assert first.end == second.start
    assert second.end == pytest.approx(40.2, abs=0.3)


def test_no_utterance_is_longer_than_the_longest() -> None:
    parts = found(speech(100))
    assert max(len(part.samples) for part in parts) <= 28.1 * SAMPLE_RATE
    assert sum(len(part.samples) for part in parts) == pytest.approx(100 * SAMPLE_RATE, abs=512)


def test_a_hole_in_the_packets_becomes_silence() -> None:
    track = finder()
    heard = track.push(speech(1), 0.0) + track.push(speech(1), 1.2)
    heard += track.push(silence(1), 2.2)
    assert [(round(one.start, 1), round(one.end, 1)) for one in heard] == [(0.0, 2.3)]


def test_a_long_hole_closes_and_the_track_goes_on_at_the_new_time() -> None:
    track = finder()
    track.push(speech(1), 0.0)
    (before,) = track.push(speech(1), 60.0)
    (after,) = track.flush()
    assert before.end == pytest.approx(1.0, abs=0.04)
    assert after.start == 60.0
    assert after.end == pytest.approx(61.0, abs=0.04)


def test_sound_that_comes_twice_is_heard_once() -> None:
    track = finder()
    track.push(speech(1), 0.0)
    track.push(speech(1), 0.0)
    track.push(speech(1), 0.5)
    (one,) = track.push(silence(1), 1.5)
    assert len(one.samples) / SAMPLE_RATE == pytest.approx(1.5 + 0.096, abs=0.05)


def test_small_jitter_of_the_clock_changes_nothing() -> None:
    track = finder()
    for number in range(50):
        track.push(speech(0.02), number * 0.02 + (0.004 if number % 2 else -0.004))
    (one,) = track.flush()
    assert len(one.samples) / SAMPLE_RATE == pytest.approx(1.0, abs=0.04)


def test_not_a_number_is_silence() -> None:
    assert found(np.full(SAMPLE_RATE, np.nan, dtype=np.float32)) == []


def test_flush_may_come_at_any_time() -> None:
    track = finder()
    assert track.flush() == []
    track.push(speech(0.01), 0.0)
    assert track.flush() == []
    assert track.flush() == []


def test_the_state_stays_bounded() -> None:
    track = finder()
    for number in range(200):
        track.push(silence(1), float(number))
    assert len(track._cutter._before) <= 9
    assert not track._waiting


def test_what_is_open_has_the_start_and_the_end_of_what_it_becomes() -> None:
    track, sound, opened = finder(), np.concatenate([silence(1), speech(2), silence(1)]), []
    for at in range(0, len(sound), 320):
        track.push(sound[at : at + 320], at / SAMPLE_RATE)
        if (spoken := track.open()) is not None:
            opened.append((spoken.start, spoken.end))
    (one,) = found(sound)
    assert {start for start, _ in opened} == {one.start}
    assert [end for _, end in opened] == sorted(end for _, end in opened)
    assert opened[-1][1] == pytest.approx(
        one.end, abs=0.2
    )  # it does not grow with the silence that closes it


def test_what_may_be_a_click_is_not_open_yet() -> None:
    track = finder()
    track.push(np.concatenate([silence(1), speech(0.064)]), 0.0)
    assert track.open() is None
    track.push(speech(0.3), 1.064)
    assert track.open() is not None

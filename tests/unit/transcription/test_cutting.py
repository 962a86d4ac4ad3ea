"""The rule alone, on windows that say themselves how probable and how loud they are."""

import numpy as np
import pytest

from transcription.cutting import WINDOW_SECONDS, Cutter, Piece, Policy, Window, best_pause

QUIET, VOICE = 0.001, 0.05


def windows(*stretches: tuple[float, float, float]) -> list[Window]:
    """Of (seconds, probability, level) each."""
    made: list[Window] = []
    for seconds, chance, level in stretches:
        for _ in range(round(seconds / WINDOW_SECONDS)):
            sound = np.full(512, level, dtype=np.float32)
            made.append(Window(len(made) * 512, sound, chance, level))
    return made


def pieces(*stretches: tuple[float, float, float], policy: Policy | None = None) -> list[Piece]:
    cutter = Cutter(policy or Policy())
    return [piece for window in windows(*stretches) for piece in cutter.step(window)] + cutter.close()


def span(piece: Piece) -> tuple[float, float]:
    return piece[0].at / 16_000, piece[-1].at / 16_000 + WINDOW_SECONDS


def test_a_soft_onset_before_the_detector_wakes_belongs_to_the_utterance() -> None:
    (soft,) = pieces((1.0, 0.0, QUIET), (0.128, 0.1, 4 * QUIET), (1.0, 0.9, VOICE), (1.0, 0.0, QUIET))
    (hard,) = pieces((1.128, 0.0, QUIET), (1.0, 0.9, VOICE), (1.0, 0.0, QUIET))
    assert span(hard)[0] - span(soft)[0] == pytest.approx(0.128, abs=0.001)
    assert span(hard)[0] == pytest.approx(1.128 - 0.096, abs=0.02)


def test_what_sounds_on_for_long_before_speech_is_not_taken_along() -> None:
    """Breath, a chair: as far as the reach, no further."""
    (one,) = pieces((1.0, 0.0, QUIET), (0.64, 0.1, 4 * QUIET), (1.0, 0.9, VOICE), (1.0, 0.0, QUIET))
    assert span(one)[0] >= 1.64 - 0.192 - 0.096 - 0.02


def test_a_soft_end_after_the_detector_lets_go_belongs_to_it_too() -> None:
    (one,) = pieces((1.0, 0.0, QUIET), (1.0, 0.9, VOICE), (0.128, 0.1, 4 * QUIET), (1.0, 0.0, QUIET))
    assert span(one)[1] == pytest.approx(2.128 + 0.096, abs=0.03)


def test_in_noise_it_ends_where_the_voice_is_no_longer_heard() -> None:
    """The detector holds on for a while: what it holds on to is as loud as the room."""
    (one,) = pieces((3.0, 0.0, 0.02), (1.0, 0.9, VOICE), (0.16, 0.5, 0.02), (1.0, 0.0, 0.02))
    assert span(one)[1] == pytest.approx(4.0 + 0.096, abs=0.035)


def test_what_is_never_surely_speech_is_none() -> None:
    assert pieces((1.0, 0.0, QUIET), (1.0, 0.55, VOICE), (1.0, 0.0, QUIET)) == []
    assert len(pieces((1.0, 0.0, QUIET), (0.5, 0.55, VOICE), (0.5, 0.7, VOICE), (1.0, 0.0, QUIET))) == 1


def test_long_speech_is_cut_at_its_longest_pause_not_at_its_last() -> None:
    speech = (5.0, 0.9, VOICE)
    long, short = (0.384, 0.05, QUIET), (0.096, 0.05, QUIET)
    first, second = pieces(speech, speech, speech, speech, long, (4.0, 0.9, VOICE), short, speech, speech)
    assert span(first)[1] == pytest.approx(20.2, abs=0.2)
    assert span(second)[0] == span(first)[1]


def test_without_any_pause_it_is_cut_at_the_latest() -> None:
    first, second = pieces((40.0, 0.9, VOICE))
    assert span(first)[1] == pytest.approx(28.0, abs=0.1)
    assert len(first) + len(second) == len(windows((40.0, 0.9, VOICE)))


def test_a_dip_of_the_voice_is_the_pause_where_the_detector_sees_none() -> None:
    row = windows((6.0, 0.9, VOICE), (0.096, 0.9, QUIET), (6.0, 0.9, VOICE))
    assert best_pause(row) * WINDOW_SECONDS == pytest.approx(6.05, abs=0.06)


def test_no_part_is_empty() -> None:
    assert best_pause(windows((0.128, 0.9, VOICE))) >= 1

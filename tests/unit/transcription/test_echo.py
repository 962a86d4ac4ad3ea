"""What comes back from a loudspeaker is not a second speaker; who speaks over it is heard. Silero and real voices."""

from collections.abc import Iterator

import numpy as np
import pytest

from tests.unit.transcription.consult_sound import (
    OTHER,
    SECONDS,
    echoed,
    find,
    foreign,
    missed,
    spans,
    track,
    turns,
    windows,
)
from transcription import SAMPLE_RATE, EchoGate, Overheard, Samples
from transcription.echo import _Path


def both(delay: float, gain: float) -> dict[str, Samples]:
    """Each microphone with the other's loudspeaker in it."""
    return {name: track(name) + echoed(track(other), delay, gain) for name, other in OTHER.items()}


@pytest.mark.parametrize(("delay", "gain"), [(0.1, 0.3), (0.3, 0.5), (0.8, 0.3), (1.4, 0.15)])
def test_an_echo_is_no_utterance_and_no_turn_is_lost(delay: float, gain: float) -> None:
    found = find(both(delay, gain), EchoGate())
    for speaker in OTHER:
        assert foreign(found[speaker], turns(speaker)) == []
        assert missed(found[speaker], turns(speaker)) == []


def test_without_the_gate_it_would_be_one() -> None:
    found = find(both(0.3, 0.5), None)
    assert len(foreign(found["patient"], turns("patient"))) >= 2


def test_where_there_is_no_echo_the_gate_changes_nothing() -> None:
    tracks = {name: track(name) for name in OTHER}
    gated, plain = find(tracks, EchoGate()), find(tracks, None)
    assert {name: spans(one) for name, one in gated.items()} == {
        name: spans(one) for name, one in plain.items()
    }


def test_who_speaks_over_the_echo_is_heard() -> None:
    """The patient answers into the doctor's question, whose echo is in the same microphone."""
    (begin, end), *_ = turns("patient")
    asked = turns("doctor")[2]
    answer = track("patient")[round(begin * SAMPLE_RATE) : round(end * SAMPLE_RATE)]
    microphone = np.zeros_like(track("patient"))
    at = round((asked[0] + 0.8) * SAMPLE_RATE)
    microphone[at : at + len(answer)] = answer
    tracks = {"doctor": track("doctor"), "patient": microphone + echoed(track("doctor"), 0.3, 0.25)}
    found = find(tracks, EchoGate())
    spoken = (asked[0] + 0.8, asked[0] + 0.8 + end - begin)
    assert missed(found["patient"], [spoken]) == []
    assert foreign(found["patient"], [spoken]) == []
    assert missed(found["doctor"], turns("doctor")) == []


def test_an_echo_whose_delay_changes_is_found_again() -> None:
    """The browser's buffer grew: what was learned holds no more."""
    half = round(SECONDS / 2 * SAMPLE_RATE)
    early, late = (echoed(track("doctor"), delay, 0.4) for delay in (0.25, 0.6))
    microphone = track("patient") + np.concatenate([early[:half], late[half:]])
    found = find({"doctor": track("doctor"), "patient": microphone}, EchoGate())
    assert foreign(found["patient"], turns("patient")) == []
    assert missed(found["patient"], turns("patient")) == []


def test_who_says_the_same_short_word_after_the_other_is_heard() -> None:
    """ "Hello?" - "Hello?": as like as an echo, and as loud as the first."""
    begin, _ = turns("doctor")[0]
    room = np.random.default_rng(5).normal(0, 0.0008, (2, 4 * SAMPLE_RATE)).astype(np.float32)
    word = track("doctor")[round(begin * SAMPLE_RATE) :][: round(0.5 * SAMPLE_RATE)]
    tracks = {"doctor": room[0], "patient": room[1]}
    for sound, at in ((tracks["doctor"], 1.0), (tracks["patient"], 2.1)):
        sound[round(at * SAMPLE_RATE) :][: len(word)] += word
    found = find(tracks, EchoGate())
    assert [len(utterances) for utterances in found.values()] == [1, 1]


def test_a_way_learned_while_somebody_spoke_over_it_grows_no_louder() -> None:
    known = _Path(20, np.full(20, -12, np.float32))
    over = _Path(21, np.full(20, 5, np.float32))
    assert over.after(known).gains == pytest.approx(np.full(20, -11))
    assert _Path(21, np.full(20, -20, np.float32)).after(known).gains == pytest.approx(np.full(20, -20))
    assert _Path(60, over.gains).after(known).gains == pytest.approx(over.gains)  # another way


def test_a_third_track_is_compared_too() -> None:
    tracks = {**{name: track(name) for name in OTHER}, "sister": echoed(track("patient"), 0.4, 0.4)}
    found = find(tracks, EchoGate())
    assert spans(found["sister"]) == []
    assert missed(found["patient"], turns("patient")) == []


def test_who_has_left_explains_nothing() -> None:
    gate, ear = EchoGate(), None
    for name, sound in both(0.3, 0.5).items():
        ear = gate.ear(name)
        ear.hear(0.0, windows(sound))
    assert ear is not None
    begin, end = turns("doctor")[3]
    stretch = (begin + 0.3, int((end - begin) / 0.032))
    assert ear.explained(*stretch, learn=True).any()
    gate.leave("doctor")
    assert not ear.explained(*stretch, learn=True).any()


def test_speech_waits_for_a_track_a_little_behind_and_for_no_other() -> None:
    gate = EchoGate()
    gate.hear("doctor", 0.0, np.zeros((31, 512), np.float32))  # known to about 0.99 s
    ear = gate.ear("patient")
    assert [ear.waits(until) for until in (0.5, 1.3, 3.0)] == [False, True, False]


def test_a_track_that_is_overheard_comes_in_blocks_of_any_length() -> None:
    sound = track("doctor")
    whole, pieces = EchoGate(), EchoGate()
    whole.hear("doctor", 0.0, windows(sound))

    def blocks() -> Iterator[tuple[float, Samples]]:
        for start in range(0, len(sound), 1111):
            yield start / SAMPLE_RATE, sound[start : start + 1111]

    overheard = Overheard(pieces.ear("doctor"), blocks())
    overheard.until(5.0)
    assert 5.0 <= pieces._sides["doctor"].sound.end < 5.3
    overheard.until(SECONDS + 1)
    one, other = (gate._sides["doctor"].sound.between(500, 2000) for gate in (whole, pieces))
    assert np.allclose(one, other, atol=0.01)

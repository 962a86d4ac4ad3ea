"""What is believed of a hearing: pure rules, both engines obey them."""

import numpy as np
import pytest

from transcription.errors import UtteranceTooLong
from transcription.guards import (
    Decoded,
    built_words,
    checked_seconds,
    is_doubtful,
    is_good,
    is_outside_speech,
    is_prompt_echo,
    is_silence,
    judged,
    likeliest,
    nothing_to_hear,
    token_limit,
)
from transcription.model import Request, Samples, Word

SURE = Decoded("My knee hurts when I climb stairs.", -0.1, 0.01)


def speech(seconds: float = 3.0, level: float = 0.1) -> Samples:
    sound = np.random.default_rng(1).normal(0, level, int(seconds * 16_000))
    return sound.astype(np.float32)


def test_what_is_sure_passes_unchanged_and_unflagged() -> None:
    found = judged(Request(speech()), SURE)
    assert (found.text, found.warnings, found.language) == (SURE.text, (), None)
    assert found.confidence == pytest.approx(0.905, abs=0.001)
    assert not is_doubtful(SURE, Request(speech()))


@pytest.mark.parametrize(
    "heard",
    [
        Decoded("", -0.1, 0.0),
        Decoded("Thank you.", -1.2, 0.7),
        Decoded("Thank you.", -0.1, 0.95),
    ],
)
def test_silence_has_no_text(heard: Decoded) -> None:
    assert is_silence(heard)
    found = judged(Request(speech()), heard)
    assert (found.text, found.words, found.warnings) == ("", (), ("no_speech",))


@pytest.mark.parametrize("heard", [Decoded("Thank you.", -0.1, 0.7), Decoded("Thank you.", -1.2, 0.5)])
def test_one_sign_of_silence_is_not_enough_and_no_phrase_is_black_listed(heard: Decoded) -> None:
    assert judged(Request(speech()), heard).text == "Thank you."


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("It hurts. It hurts. It hurts. It hurts.", "repetition"),
        ("one two three four five six seven eight nine ten", "too_many_words"),
    ],
)
def test_doubts_flag_and_never_delete(text: str, warning: str) -> None:
    request = Request(speech(1.0))
    heard = Decoded(text, -0.1, 0.0)
    found = judged(request, heard)
    assert found.text == text
    assert warning in found.warnings
    assert is_doubtful(heard, request)


def test_improbable_text_is_flagged_and_worth_another_hearing() -> None:
    heard = Decoded("Ibuprofen.", -1.1, 0.0)
    assert not is_good(heard)
    assert "low_confidence" in judged(Request(speech()), heard).warnings


@pytest.mark.parametrize(
    ("heard", "doubtful"),
    [
        (Decoded("No, my vision is fine. No, my vision is fine.", -0.1, 0.0), True),
        (Decoded("no no it is fine", -0.1, 0.0), False),
        (Decoded("My knee.", -0.1, 0.0, cut_off=True), True),
    ],
)
def test_said_twice_or_cut_off_is_heard_again_but_not_flagged(heard: Decoded, doubtful: bool) -> None:
    request = Request(speech(4.0))
    assert is_doubtful(heard, request) is doubtful
    assert judged(request, heard).warnings == ()


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        ("Ramipril, bisoprolol, aspirin.", True),
        ("ramipril bisoprolol ASPIRIN metformin", True),
        ("I take ramipril and bisoprolol.", False),
        ("Ramipril, bisoprolol.", False),
        ("", False),
    ],
)
def test_an_echo_is_a_stretch_of_the_prompt(text: str, echo: bool) -> None:
    prompt = "Ramipril, bisoprolol, aspirin, metformin."
    assert is_prompt_echo(text, prompt) is echo
    assert (
        "prompt_echo" in judged(Request(speech(), prompt), Decoded(text or "x", -0.1, 0.0)).warnings
    ) is echo


@pytest.mark.parametrize(
    ("language", "probability", "seconds", "flagged"),
    [
        ("de", 0.9, 3.0, True),
        ("de", 0.5, 3.0, False),
        ("de", 0.9, 1.0, False),
        ("en", 0.99, 3.0, False),
        (None, 0.0, 3.0, False),
    ],
)
def test_another_language_is_flagged_when_it_is_sure(
    language: str | None, probability: float, seconds: float, flagged: bool
) -> None:
    heard = Decoded("Ja.", -0.1, 0.0, language=language, language_probability=probability)
    found = judged(Request(speech(seconds)), heard)
    assert ("other_language" in found.warnings) is flagged
    assert found.language == language


def test_cantonese_heard_as_chinese_is_no_other_language() -> None:
    heard = Decoded("Nei hou.", -0.1, 0.0, language="zh", language_probability=0.9)
    assert judged(Request(speech(3.0), language="yue"), heard).warnings == ()
    assert judged(Request(speech(3.0), language="ja"), heard).warnings == ("other_language",)


def test_words_where_the_sound_is_silent_are_flagged() -> None:
    sound = np.concatenate([speech(1.0), np.zeros(48_000, dtype=np.float32)])
    inside = (Word("My", 0.9, 0.1, 0.3), Word("knee", 0.9, 0.3, 0.8))
    outside = (Word("Thanks", 0.9, 2.0, 2.4), Word("for", 0.9, 2.4, 2.6), Word("watching", 0.9, 2.6, 3.9))
    assert not is_outside_speech(inside, sound)
    assert is_outside_speech(outside, sound)
    assert not is_outside_speech((*inside, *outside[:2]), sound)
    assert not is_outside_speech((Word("untimed", 0.9),), sound)
    assert (
        "outside_speech"
        in judged(Request(sound), Decoded("Thanks for watching", -0.1, 0.0, outside)).warnings
    )


def test_words_stay_inside_the_utterance_and_in_order() -> None:
    pieces = [" My", " knee", "."]
    words = built_words(pieces, [[0.9], [0.5, 0.8], [0.99]], [(-0.3, 0.4), (0.2, 0.9), (0.9, 7.0)], 1.5)
    assert words == (Word("My", 0.9, 0.0, 0.4), Word("knee.", 0.5, 0.4, 0.9))


def test_a_word_in_parts_is_as_long_and_as_doubtful_as_all_of_them() -> None:
    pieces = [" co", "-codamol", " 2", ".5", " mg", "."]
    chances = [[0.9], [0.8, 0.3], [0.99], [0.2], [0.9], [0.1]]
    times = [(0.0, 0.2), (0.2, 0.8), (0.8, 0.9), (0.9, 1.2), (1.2, 1.4), (1.4, 1.5)]
    assert built_words(pieces, chances, times, 1.5) == (
        Word("co-codamol", 0.3, 0.0, 0.8),
        Word("2.5", 0.2, 0.8, 1.2),
        Word("mg.", 0.9, 1.2, 1.4),
    )


def test_words_without_times() -> None:
    assert built_words([" No"], [[0.7]], None, 1.0) == (Word("No", 0.7),)


@pytest.mark.parametrize(
    ("samples", "nothing"),
    [
        (np.zeros(0, dtype=np.float32), True),
        (np.zeros(160_000, dtype=np.float32), True),
        (speech(0.05), True),
        (speech(3.0, 0.0001), True),
        (speech(0.2), False),
    ],
)
def test_too_short_or_too_quiet_is_not_decoded(samples: Samples, nothing: bool) -> None:
    assert nothing_to_hear(samples) is nothing


def test_limits() -> None:
    assert (token_limit(0.1), token_limit(1.0), token_limit(30.0)) == (17, 26, 224)
    assert checked_seconds(speech(30.0)) == 30.0
    with pytest.raises(UtteranceTooLong):
        checked_seconds(np.zeros(480_001, dtype=np.float32))


def test_the_likeliest_that_does_not_go_round_in_circles() -> None:
    loop = Decoded("so so so so so so so so so so so so so so so so so so so so so so so so so", -0.1, 0.0)
    improbable = Decoded("My knee.", -1.4, 0.0)
    assert likeliest([loop, improbable]) is improbable
    assert likeliest([loop]) is loop

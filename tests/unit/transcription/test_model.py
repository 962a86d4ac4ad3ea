import pytest

from transcription.model import SpokenTurn, document_id, doubts, repeats


@pytest.mark.parametrize(
    "text",
    [
        "Thank you. Thank you. Thank you.",
        "the the the",
        "I have a cough and I have a cough and I have a cough and",
    ],
)
def test_a_loop_is_seen(text: str) -> None:
    assert repeats(text)


@pytest.mark.parametrize(
    "text", ["", "No, no.", "I have had a headache for three days, three days.", "Ten to ten."]
)
def test_what_people_say_is_no_loop(text: str) -> None:
    assert not repeats(text)


def test_a_good_text_has_no_doubts() -> None:
    assert doubts("I am allergic to penicillin.", 2.0, -0.1, 1.0) == ()


def test_every_doubt_is_named() -> None:
    assert doubts("no " * 50, 1.0, -1.2, 3.0) == ("repetition", "low_confidence", "too_many_words")


def test_short_utterances_may_be_dense() -> None:
    assert doubts("Yes, I do.", 0.3, -0.1, 1.0) == ()


def test_the_id_stands_for_the_words_and_their_times() -> None:
    turn = SpokenTurn("doctor", "Hello.", 0.0, 1.0, 0.9)
    same = SpokenTurn("doctor", "Hello.", 0.0, 1.0, 0.2)
    later = SpokenTurn("doctor", "Hello.", 0.5, 1.0, 0.9)
    assert document_id((turn,)) == document_id((same,)) != document_id((later,))

"""Doctor and patient taken for one another."""

from soap import Turn, draft_note
from soap.speakers import exchanged, swapped

TALK = [
    Turn("doctor", "Hi there, what brings you in today? How have you been, and how is your knee?"),
    Turn("patient", "I have had knee pain for two weeks. I fell when I was running, and my knee swelled up."),
    Turn(
        "doctor", "Do you have a fever? Have you taken anything for your knee? Does it wake you up at night?"
    ),
    Turn(
        "patient",
        "No. I took ibuprofen, and I put ice on my knee. I can walk, but I can't run. I am tired of my knee.",
    ),
    Turn(
        "doctor",
        "You should rest. I want you to keep your leg up. Can you come back if you get worse? "
        "Will you, for your knee, and for your own good? Are you sure you can?",
    ),
    Turn("patient", "I will. I am glad I came. My mother told me I should, and my wife too, I must say."),
]


def test_a_talk_as_it_is_labelled_stays() -> None:
    assert not swapped(TALK)
    assert "review:speakers" not in {item.key for item in draft_note(TALK).review}


def test_a_swapped_talk_gives_the_same_statements_and_says_so() -> None:
    crossed = exchanged(TALK)
    assert swapped(crossed)
    assert draft_note(crossed).statements == draft_note(TALK).statements
    assert draft_note(crossed).review[0].key == "review:speakers"


def test_too_little_said_is_no_reason() -> None:
    assert not swapped(
        [Turn("patient", "How are you? What brings you here?"), Turn("doctor", "I have a cough.")]
    )

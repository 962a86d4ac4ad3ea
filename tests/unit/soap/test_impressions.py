"""What the doctor takes it to be, as sure as it was said."""

import pytest

from soap import Turn, draft_note


def assessed(said: str) -> list[str]:
    """The problems of a talk that ends with these words."""
    before = [Turn("doctor", "What brings you in?"), Turn("patient", "I feel unwell.")]
    note = draft_note([*before, Turn("doctor", said)])
    return [s.text for s in note.statements if s.section == "assessment" and ":reasoning:" not in s.key]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("I think you probably have a bit of a viral illness.", ["Likely viral illness."]),
        (
            "I think you probably have tonsillitis, or maybe a viral upper respiratory tract infection.",
            ["Likely tonsillitis.", "Possible viral upper respiratory tract infection."],
        ),
        ("It could possibly be a migraine.", ["Possible migraine."]),
        ("It does sound quite like a migraine.", ["Likely migraine."]),
        ("What you are describing might be something called Bell's palsy.", ["Possible Bell's palsy."]),
        ("I wonder whether this is a flare-up of your asthma.", ["Possible flare-up of asthma."]),
        ("It sounds like you have had a flare-up of your asthma.", ["Likely flare-up of asthma."]),
        ("It might be sinusitis or tonsillitis.", ["Possible sinusitis.", "Possible tonsillitis."]),
        ("It could just be simple constipation.", ["Possible simple constipation."]),
        ("I think we need to rule out pregnancy.", ["Rule out pregnancy."]),
        ("We need to think about things like malaria as well.", ["Consider malaria."]),
        ("I would not be concerned about tuberculosis here.", ["Tuberculosis considered unlikely."]),
        ("You probably have got an infection in the chest.", ["Likely chest infection."]),
    ],
)
def test_how_sure_stays_as_it_was_said(said: str, written: list[str]) -> None:
    assert assessed(said) == written


@pytest.mark.parametrize(
    "said",
    [
        "I am not saying that you have a heart attack.",
        "You would have swelling of the lips, or you might have something called stridor.",
        "I know that you have a stent from a heart attack years ago.",
        "Your concerns about lung cancer are understandable.",
    ],
)
def test_what_is_taken_back_or_told_in_general_is_no_impression(said: str) -> None:
    assert assessed(said) == []

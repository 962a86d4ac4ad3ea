"""Which medicine "it" is."""

from soap import Turn, draft_note


def lines(said: str) -> list[tuple[str, str]]:
    note = draft_note(
        [Turn("doctor", "Here is my plan for you."), Turn("patient", "Okay."), Turn("doctor", said)]
    )
    return [(s.part, s.text) for s in note.statements if s.section == "plan"]


def test_it_is_the_one_medicine_named() -> None:
    found = lines("For your depression, we talked about your Prozac. Let's increase it from 20 mg to 40 mg.")
    assert found == [("treatment", "Increase prozac from 20 mg to 40 mg.")]


def test_between_two_medicines_nobody_guesses() -> None:
    said = (
        "For your blood pressure, you take lisinopril and amlodipine. Let's increase it from 5 mg to 10 mg."
    )
    assert not [text for _, text in lines(said) if "ncrease" in text]

"""A medicine that was offered and declined."""

from __future__ import annotations

from soap import Turn, draft_note


def test_a_medicine_declined_is_not_a_medicine_not_taken() -> None:
    note = draft_note(
        [
            Turn("doctor", "Do you need some pain medication?"),
            Turn("patient", "No, I will manage."),
            Turn("doctor", "Are you taking any blood thinners?"),
            Turn("patient", "No."),
        ]
    )
    said = [line.text for line in note.statements if line.section == "subjective.medications"]
    assert said
    assert not any("painkiller" in text for text in said)

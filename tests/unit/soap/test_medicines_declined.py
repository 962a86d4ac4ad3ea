"""A medicine that was offered and declined."""

from __future__ import annotations

from soap.reading import note_json


def test_a_medicine_declined_is_not_a_medicine_not_taken() -> None:
    heard = note_json(
        {
            "turns": [
                {"speaker": "doctor", "text": "Do you need some pain medication?"},
                {"speaker": "patient", "text": "No, I will manage."},
                {"speaker": "doctor", "text": "Are you taking any blood thinners?"},
                {"speaker": "patient", "text": "No."},
            ]
        }
    )
    said = [s["text"] for s in heard["statements"] if s["section"] == "subjective.medications"]
    assert said
    assert not any("painkiller" in text for text in said)

"""The gate before the note: no line under a name that its evidence does not bear."""

from __future__ import annotations

import pytest

from clinical_language import Turn, read_consult
from soap import draft_note
from soap.borne_out import borne_out
from soap.resolution import resolve


def turns(question: str, answer: str) -> list[Turn]:
    return [Turn("doctor", question), Turn("patient", answer)]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Any chest pain?", "Yes."),
        ("What is wrong?", "My tummy aches."),  # words that mean the same
        ("What is wrong?", "I was short of breath."),  # judged by hand
        ("What is wrong?", "He spaces out."),  # called as it was said
    ],
)
def test_a_name_that_was_said_is_written(question: str, answer: str) -> None:
    talk = turns(question, answer)
    lines = resolve(read_consult(talk).facts, talk)
    assert lines
    assert all(borne_out(line, talk) for line in lines)


def test_what_is_only_inferred_waits_in_the_tray() -> None:
    note = draft_note(turns("How is your appetite?", "Not great."))
    assert "loss of appetite" not in " ".join(s.text.lower() for s in note.statements)
    assert [item.text for item in note.review if item.key == "review:borne_out:finding.loss_of_appetite"] == [
        "Loss of appetite: present by \u201cHow is your appetite?\u201d, not in these words. Please confirm."
    ]

"""The contract of `consultroom findings`: exact spans, states, values folded in, one finding a concept."""

from typing import Any

import pytest

from soap.errors import TranscriptEmpty, TranscriptMalformed
from soap.findings import findings_json


def of_text(text: str, **more: Any) -> list[Any]:
    found = findings_json({"id": "a", "text": text, **more})["findings"]
    assert isinstance(found, list)
    return found


def of_turns(*lines: str) -> list[Any]:
    speakers = {"d": "doctor", "p": "patient", "c": "companion"}
    found = findings_json({"turns": [{"speaker": speakers[line[0]], "text": line[3:]} for line in lines]})[
        "findings"
    ]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "I have a fever and no cough.",
        "<p>I\u2019ve got   <b>chest</b>\tpain</p>\n\nand caf\u00e9 \U0001f600 nausea\x00 too.",
        "  my head hurts \u200b and I can\u2019t catch my breath",
    ],
)
def test_the_text_is_what_stands_at_the_span(text: str) -> None:
    found = of_text(text)
    assert len(found) >= 2
    assert all(text[f["span"][0] : f["span"][1]] == f["text"] for f in found)


def test_keys_are_the_contract() -> None:
    (found,) = of_text("No fever.")
    assert set(found) == {"concept", "label", "lay_label", "text", "span", "state", "values", "codes"}
    assert (found["concept"], found["state"], found["text"]) == ("finding.fever", "absent", "fever")


def test_what_is_said_of_it_later_is_folded_in() -> None:
    (found,) = of_text("I have a headache. It started three days ago. It's a seven out of ten.")
    assert found["text"] == "headache"
    assert found["values"] == {"onset": "three days ago", "onset_iso": "P3D", "severity": "7/10"}


def test_an_onset_has_its_day_when_the_visit_has_one() -> None:
    (found,) = of_text("I've had a headache since last Tuesday.", visit={"date": "2026-11-27"})
    assert found["values"]["onset_date"] == "2026-11-24"
    with pytest.raises(TranscriptMalformed):
        of_text("I have a headache.", visit={"date": "soon"})


def test_one_finding_for_a_concept_with_the_evidence_of_all() -> None:
    (found,) = of_turns("d: Any fever?", "p: No.", "d: Sure?", "p: Actually, I did have a fever yesterday.")
    assert (found["state"], found["evidence"], found["turn"]) == ("present", [0, 1, 2, 3], 3)
    assert found["text"] == "fever"


def test_a_bare_yes_shows_the_words_of_its_question() -> None:
    (found,) = of_turns("d: Any fever?", "p: Yes.")
    assert (found["turn"], found["text"], found["evidence"]) == (0, "fever", [0, 1])


def test_nothing_to_read_is_one_clear_error() -> None:
    with pytest.raises(TranscriptEmpty):
        of_text(" \x00 ")
    with pytest.raises(TranscriptMalformed):
        findings_json({"id": "a"})

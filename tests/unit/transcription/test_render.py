import json

import pytest

from transcription.model import SpokenTurn, TranscriptDocument
from transcription.render import render

TURNS = (
    SpokenTurn("doctor", "Where does it hurt?", 1.0, 2.5, 0.9),
    SpokenTurn("patient", "Left <knee> & hip.", 3661.25, 3662.0, 0.8),
)
DOCUMENT = TranscriptDocument("consult-1", "demo", "Not for care.", TURNS)


def test_json_is_what_the_note_command_reads() -> None:
    page = json.loads(render(DOCUMENT, "json"))
    assert {key: page[key] for key in ("id", "model", "notice")} == {
        "id": "consult-1",
        "model": "demo",
        "notice": "Not for care.",
    }
    assert page["turns"][0] == {
        "speaker": "doctor",
        "text": "Where does it hurt?",
        "start": 1.0,
        "end": 2.5,
        "confidence": 0.9,
    }


def test_text_has_one_line_a_turn() -> None:
    assert render(DOCUMENT, "text").splitlines() == [
        "[00:00:01] doctor: Where does it hurt?",
        "[01:01:01] patient: Left <knee> & hip.",
    ]


def test_captions_name_the_voice_and_escape_what_they_must() -> None:
    lines = render(DOCUMENT, "vtt").splitlines()
    assert lines[0] == "WEBVTT"
    assert "Not for care." in lines
    assert "01:01:01.250 --> 01:01:02.250" in lines, "a word is shown for a second"
    assert lines[-1] == "<v patient>Left &lt;knee&gt; &amp; hip."


def test_subrip_shows_what_looks_like_markup() -> None:
    said = SpokenTurn("doctor", "INR < 2, <knee> 00:00:09,000 --> 00:00:10,000", 0.0, 4.0, 0.9)
    text = render(TranscriptDocument("consult-1", "tiny.en", None, (said,)), "srt")
    assert "INR < 2, ‹knee>" in text
    assert text.count("-->") == 1


@pytest.mark.parametrize("form", ["text", "vtt", "srt"])
def test_a_name_cannot_begin_a_line_of_its_own(form: str) -> None:
    said = SpokenTurn("Ann\n\n00:00:01.000 --> 00:00:02.000\n[00:00:09] doctor", "Yes.", 0.0, 1.0, 0.9)
    lines = render(TranscriptDocument("consult-1", "tiny.en", None, (said,)), form).splitlines()
    assert [line for line in lines if "doctor" in line] == [line for line in lines if "Ann" in line]
    assert sum(" --> " in line and "Ann" not in line for line in lines) == (0 if form == "text" else 1)


def test_an_empty_transcript_renders() -> None:
    empty = TranscriptDocument("consult-0", "tiny.en", None, ())
    assert json.loads(render(empty, "json"))["turns"] == []
    assert render(empty, "text") == ""
    assert render(empty, "vtt") == "WEBVTT\n"


def test_no_other_format() -> None:
    with pytest.raises(KeyError):
        render(DOCUMENT, "docx")

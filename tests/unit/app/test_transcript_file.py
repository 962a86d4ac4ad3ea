"""A transcript as a file: what was said, as it is written, and what is missing."""

import json
from uuid import UUID

import pytest

from app.transcript_file import Format, captions_of, exported
from app.transcript_http import written_spans
from clinical_store import (
    Gap,
    Participant,
    ParticipantState,
    Segment,
    Transcript,
    UtteranceState,
    UtteranceView,
    WordView,
    WrittenSpan,
)
from clinical_store.transcript_model import DEMO_NOTICE

VISIT, DOCTOR, PATIENT = UUID(int=1), UUID(int=2), UUID(int=3)
NAMES = {DOCTOR: ("doctor", "Dr. Amara Planted"), PATIENT: ("patient", "Maria Planted")}
PEOPLE = [
    Participant(
        id=who,
        visit_id=VISIT,
        account_id=who,
        role=role,
        display_name=name,
        state=ParticipantState.ADMITTED,
    )
    for who, (role, name) in NAMES.items()
]
LOST = Gap(start=20.0, end=22.14, kind="sound")
SEGMENT = Segment(
    id=UUID(int=9),
    visit_id=VISIT,
    participant_id=PATIENT,
    storage_name="s",
    start=2.0,
    end=60.0,
    closed_cleanly=True,
    gaps=(LOST, Gap(start=30.0, end=30.2, kind="sound"), Gap(start=40.0, end=44.0, kind="picture")),
)


def line(
    who: UUID,
    start: float,
    text: str,
    *written: WrittenSpan,
    state: UtteranceState = UtteranceState.FINAL,
) -> UtteranceView:
    """Half a second a word."""
    said = text.split()
    words = tuple(
        WordView(text=word, confidence=0.9, start=start + at / 2, end=start + at / 2 + 0.4)
        for at, word in enumerate(said)
    )
    return UtteranceView(
        id=UUID(int=round(start * 1000) + 100),
        participant_id=who,
        speaker="doctor" if who == DOCTOR else "patient",
        speaker_name=NAMES[who][1],
        start=start,
        end=start + max(1.0, len(said) / 2),
        text=text,
        confidence=0.9,
        state=state,
        revision=1,
        source="live",
        words=words,
        written=written,
        suggestions=(),
        changed=(),
        warnings=(),
        language="en",
        problem=None,
        firm=None,
    )


PRESSURE = line(
    DOCTOR, 5.0, "It is one twenty over eighty now.", WrittenSpan(first=2, last=5, text="120/80 mmHg")
)
TRANSCRIPT = Transcript(
    visit_id=VISIT,
    status="complete",
    notice=DEMO_NOTICE,
    utterances=(
        line(PATIENT, 1.0, "Hello."),
        PRESSURE,
        line(DOCTOR, 8.0, "", state=UtteranceState.EMPTY),
        line(PATIENT, 23.0, "", state=UtteranceState.PENDING),
    ),
)


def file(form: Format, transcript: Transcript = TRANSCRIPT) -> str:
    return exported(transcript, [SEGMENT], PEOPLE, form)


def test_text_is_in_order_of_time_with_numbers_written_and_what_is_missing() -> None:
    assert file("txt").splitlines() == [
        DEMO_NOTICE,
        "",
        "[00:00:01] Maria Planted: Hello.",
        "[00:00:05] Dr. Amara Planted: It is 120/80 mmHg now.",
        "[00:00:20] Maria Planted: [sound lost 2.1 s]",
        "[00:00:23] Maria Planted: [not written down yet]",
    ]


def test_a_transcript_that_grows_says_so() -> None:
    growing = TRANSCRIPT.model_copy(update={"status": "completing", "notice": None})
    assert file("txt", growing).startswith("This transcript is still being written.\n\n[00:00:01]")


def test_json_holds_both_the_spoken_and_the_written() -> None:
    page = json.loads(file("json"))
    assert (page["visit_id"], page["status"], page["notice"]) == (str(VISIT), "complete", DEMO_NOTICE)
    pressure = page["utterances"][1]
    assert pressure["text"] == "It is one twenty over eighty now."
    assert pressure["as_written"] == "It is 120/80 mmHg now."
    assert pressure["written"] == [{"first": 2, "last": 5, "text": "120/80 mmHg"}]
    assert pressure["words"][0] == {"text": "It", "confidence": 0.9, "start": 5.0, "end": 5.4}
    assert page["sound_lost"] == [{"speaker_name": "Maria Planted", "start": 20.0, "end": 22.14}]


def test_captions_count_from_the_beginning_of_the_recording_and_leave_out_what_was_said_before() -> None:
    cues = file("vtt").split("\n\n")
    assert cues[:2] == ["WEBVTT", f"NOTE\n{DEMO_NOTICE}"]
    assert cues[2:] == [
        "00:00:03.000 --> 00:00:06.400\n<v Dr. Amara Planted>It is 120/80 mmHg now.",
        "00:00:18.000 --> 00:00:20.140\n<v Maria Planted>[sound lost 2.1 s]\n",
    ]


def test_subrip_is_numbered_and_names_who_speaks() -> None:
    assert file("srt").split("\n\n")[1] == (
        "2\n00:00:03,000 --> 00:00:06,400\nDr. Amara Planted: It is 120/80 mmHg now."
    )


def test_captions_for_the_page_are_what_was_said() -> None:
    text = captions_of(TRANSCRIPT, [SEGMENT])
    assert "sound lost" not in text
    assert "not written" not in text
    assert "<v Dr. Amara Planted>It is 120/80 mmHg now." in text


def test_without_a_recording_captions_count_from_the_beginning_of_the_visit() -> None:
    assert "00:00:05.000 --> " in captions_of(TRANSCRIPT, [])


@pytest.mark.parametrize(("form", "text"), [("txt", ""), ("vtt", "WEBVTT\n"), ("srt", "")])
def test_an_empty_transcript_is_an_empty_file(form: Format, text: str) -> None:
    empty = TRANSCRIPT.model_copy(update={"utterances": (), "notice": None})
    assert exported(empty, [], [], form) == text
    assert json.loads(exported(empty, [], [], "json"))["utterances"] == []


def test_numbers_of_a_correction_are_written_in_english_only() -> None:
    words = ["five", "hundred", "milligrams"]
    assert [span.text for span in written_spans(words, None)] == ["500 mg"]
    assert written_spans(words, "de") == ()

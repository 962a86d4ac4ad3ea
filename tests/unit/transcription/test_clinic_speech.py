"""The clinic's speech settings: what can be saved, and what is told of the model."""

import pytest
from pydantic import ValidationError

from transcription.clinic_speech import MOST_FORMULARY, ClinicSpeechEdits
from transcription.http import knows_english_only
from transcription.languages import LANGUAGES


def test_the_languages_are_whispers_own() -> None:
    from whisper.tokenizer import LANGUAGES as WHISPERS

    assert {code: name.lower() for code, name in LANGUAGES.items()} == WHISPERS


def test_a_name_counts_once_whatever_its_capitals() -> None:
    edits = ClinicSpeechEdits(
        language="en", formulary=("Co-codamol", "co-codamol ", "vitamin  B12", "Calpol (six plus)")
    )
    assert edits.formulary == ("co-codamol", "vitamin B12", "Calpol (six plus)")


@pytest.mark.parametrize(
    "formulary",
    [
        ("a",),
        ("12345",),
        ("x" * 61,),
        ("name\nwith a line",),
        ("<b>bold</b>",),
        tuple(f"name{number}" for number in range(MOST_FORMULARY + 1)),
    ],
)
def test_what_nobody_could_say_is_refused(formulary: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        ClinicSpeechEdits(language="en", formulary=formulary)


@pytest.mark.parametrize(
    ("model", "english_only"),
    [("demo", True), ("base.en", True), ("base", False), ("turbo", False), ("/srv/models/own.pt", None)],
)
def test_a_models_name_tells_whether_it_knows_english_only(model: str, english_only: bool | None) -> None:
    assert knows_english_only(model) is english_only

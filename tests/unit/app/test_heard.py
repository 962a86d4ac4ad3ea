"""What was heard, as it is kept: the spoken words stay, and the note is drafted from them."""

import json
from pathlib import Path

from app.heard import heard_text
from soap import Turn, draft_note
from transcription import Transcription, Word
from transcription.vocabulary import Vocabulary, terms

TIMELINE = Path(__file__).parents[3] / "app" / "demo" / "timeline.json"


def said(text: str, confidence: float = 0.9) -> Transcription:
    words = tuple(Word(word, confidence, at / 2, at / 2 + 0.4) for at, word in enumerate(text.split()))
    return Transcription(text, confidence, 0.0, words, ("too_many_words",), "en")


def test_numbers_are_written_beside_the_spoken_words_and_names_suggested() -> None:
    heard = heard_text(
        said("Take melformin five hundred milligrams twice a day."),
        Vocabulary(terms("medicine", ["metformin"])),
    )
    assert heard.text == "Take melformin five hundred milligrams twice a day."
    assert [(one.first, one.last, one.text) for one in heard.written] == [(2, 4, "500 mg")]
    assert [(one.first, one.last, one.term, one.kind) for one in heard.suggestions] == [
        (1, 1, "metformin", "medicine")
    ]
    assert (heard.words[1].text, heard.words[1].start, heard.words[1].end) == ("melformin", 0.5, 0.9)
    assert (heard.warnings, heard.confidence, heard.language) == (("too_many_words",), 0.9, "en")


def test_an_engine_without_words_gets_them_from_the_text() -> None:
    heard = heard_text(Transcription("Ten milligrams.", 0.8, 0.0))
    assert heard.words == ()
    assert [(one.first, one.last, one.text) for one in heard.written] == [(0, 1, "10 mg.")]


def test_silence_is_kept_as_silence() -> None:
    heard = heard_text(Transcription("", 0.0, 1.0, warnings=("no_speech",)))
    assert (heard.text, heard.words, heard.written, heard.confidence) == ("", (), (), None)


def test_numbers_of_another_language_stay_as_they_are() -> None:
    assert heard_text(said("six comprimés"), Vocabulary(language="fr")).written == ()
    assert heard_text(said("six point five"), Vocabulary(language="fr")).written == ()


def test_the_note_of_the_demo_consult_is_the_same_with_written_numbers() -> None:
    turns = [(one["speaker"], one["text"]) for one in json.loads(TIMELINE.read_text())["turns"]]
    kept = [(speaker, heard_text(said(text))) for speaker, text in turns]
    assert {span.text for _, heard in kept for span in heard.written} == {"7/10.", "10 mg", "400 mg"}
    assert draft_note([Turn(speaker, heard.text) for speaker, heard in kept]) == draft_note(
        [Turn(speaker, text) for speaker, text in turns]
    )

"""Spoken sentences heard while they are said: the real finder, the real model, the demo's voices."""

from dataclasses import dataclass, field

import pytest

from tests.integration.transcription.spoken import TRACKS
from transcription import SAMPLE_RATE, Request, Transcription, Utterance, UtteranceFinder, decode_all
from transcription.agreement import Agreement
from transcription.engines.openai import WhisperTranscriber

pytestmark = pytest.mark.integration
SECONDS, CHUNK = 24, SAMPLE_RATE // 5


@dataclass
class Sentence:
    """An open utterance: what was heard of it so far."""

    start: float
    told: float
    agreement: Agreement = field(default_factory=Agreement)
    final: str = ""


@pytest.fixture(scope="module")
def sentences(transcriber: WhisperTranscriber) -> list[Sentence]:
    """What the doctor said in the demo consult's first seconds, heard about once a second and when it was over."""
    samples, finder = decode_all(TRACKS["doctor"]), UtteranceFinder()
    said: list[Sentence] = []
    for at in range(0, SECONDS * SAMPLE_RATE, CHUNK):
        for closed in finder.push(samples[at : at + CHUNK], at / SAMPLE_RATE):
            _of(said, closed).final = _heard(transcriber, closed).text
        spoken = finder.open()
        if spoken is not None and spoken.end - _of(said, spoken).told >= 0.8:
            sentence = _of(said, spoken)
            sentence.told = spoken.end
            sentence.agreement = sentence.agreement.heard(_heard(transcriber, spoken).words)
    return said


def _of(said: list[Sentence], spoken: Utterance) -> Sentence:
    if not said or said[-1].start != spoken.start:
        said.append(Sentence(spoken.start, told=spoken.start))
    return said[-1]


def _heard(transcriber: WhisperTranscriber, spoken: Utterance) -> Transcription:
    [heard] = transcriber.transcribe([Request(spoken.samples)])
    return heard


def _plain(text: str) -> list[str]:
    return [word.strip(".,?").lower() for word in text.split()]


def test_what_is_open_becomes_what_is_closed_at_the_same_start(sentences: list[Sentence]) -> None:
    assert len(sentences) >= 4
    assert [one.start for one in sentences if not one.final] == []


def test_something_is_shown_of_every_sentence_before_it_is_over(sentences: list[Sentence]) -> None:
    assert all(one.agreement.words for one in sentences)
    assert any(one.agreement.firm for one in sentences)


def test_firm_words_are_those_of_the_final_text_with_few_exceptions(sentences: list[Sentence]) -> None:
    kept = total = 0
    for one in sentences:
        final = _plain(one.final)
        for at, word in enumerate(one.agreement.firm):
            total += 1
            kept += at < len(final) and _plain(word.text) == [final[at]]
    assert total
    assert kept >= 0.8 * total

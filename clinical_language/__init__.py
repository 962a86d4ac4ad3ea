"""Clinical language: what was said, as facts with their state and the turns they rest on.

`read_consult` reads a transcript (question-answer merging, speaker aware), `read_text` one free text. Seven states,
values, codes; no model is downloaded, nothing is remembered between calls, same input gives the same facts.
"""

from clinical_language.concepts import concepts
from clinical_language.consult import read_consult, read_text
from clinical_language.model import (
    Concept,
    Consult,
    Exchange,
    Fact,
    Kind,
    Mention,
    Sentence,
    Speaker,
    State,
    Turn,
)
from clinical_language.pipeline import warm_up
from clinical_language.written_numbers import WrittenNumber, written_numbers

__all__ = [
    "Concept",
    "Consult",
    "Exchange",
    "Fact",
    "Kind",
    "Mention",
    "Sentence",
    "Speaker",
    "State",
    "Turn",
    "WrittenNumber",
    "concepts",
    "read_consult",
    "read_text",
    "warm_up",
    "written_numbers",
]

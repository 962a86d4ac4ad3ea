"""Clinical language: what was said, as facts with their state and the turns they rest on.

`read_consult` reads a transcript (question-answer merging, speaker aware), `read_text` one free text. Seven states,
values, codes; no model is downloaded, same input gives the same facts. What was read of the last texts is kept in
memory between calls, bounded, for live drafting (`remembering.forget` drops it).
`written_numbers` shows spoken numbers as clinicians read them. spaCy, which brings torch along (three seconds), is
imported with the first name that reads sentences, not by importing this package.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clinical_language.concepts import concepts
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
    Value,
)
from clinical_language.written_numbers import WrittenNumber, written_numbers

if TYPE_CHECKING:
    from clinical_language.consult import read_consult, read_text
    from clinical_language.pipeline import read_sentences, warm_up

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
    "Value",
    "WrittenNumber",
    "concepts",
    "read_consult",
    "read_sentences",
    "read_text",
    "warm_up",
    "written_numbers",
]

_WITH_SPACY = {
    "read_consult": "clinical_language.consult",
    "read_sentences": "clinical_language.pipeline",
    "read_text": "clinical_language.consult",
    "warm_up": "clinical_language.pipeline",
}


def __getattr__(name: str) -> Any:
    """The names that read sentences, with spaCy, when they are first asked for (PEP 562)."""
    if name not in _WITH_SPACY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WITH_SPACY[name]), name)

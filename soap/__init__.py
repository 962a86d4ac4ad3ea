"""SOAP: transcript in, draft note out; every statement rests on turns, every order found in the plan is offered.

`draft_note` is pure and fast enough to run after each utterance. `as_text` renders a draft. `section_of` tells the
section a short talk belongs to. `templates` says in which
order and under which headings a note is shown. The command line's `note` and `findings` are in `soap.cli`. spaCy
(three seconds) is imported with the first name that reads sentences, not by importing this package.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clinical_language import Speaker, State, Turn
from soap.model import SECTIONS, Coding, DraftNote, Order, ReviewItem, Statement, VisitContext
from soap.templates import TEMPLATES, NoteTemplate, TemplateSection
from soap.topic import section_of

if TYPE_CHECKING:
    from soap.draft import draft_note
    from soap.rendering import as_text

__all__ = [
    "SECTIONS",
    "TEMPLATES",
    "Coding",
    "DraftNote",
    "NoteTemplate",
    "Order",
    "ReviewItem",
    "Speaker",
    "State",
    "Statement",
    "TemplateSection",
    "Turn",
    "VisitContext",
    "as_text",
    "draft_note",
    "section_of",
]

_WITH_SPACY = {"as_text": "soap.rendering", "draft_note": "soap.draft"}


def __getattr__(name: str) -> Any:
    """The names that read sentences, with spaCy, when they are first asked for (PEP 562)."""
    if name not in _WITH_SPACY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WITH_SPACY[name]), name)

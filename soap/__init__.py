"""SOAP: transcript in, draft note out; every statement rests on turns, every order found in the plan is offered.

`draft_note` is pure and fast enough to run after each utterance. `as_text` renders a draft. The command line's
`note` and `findings` are in `soap.cli`.
"""

from clinical_language import Speaker, State, Turn
from soap.draft import draft_note
from soap.model import SECTIONS, DraftNote, Order, ReviewItem, Statement, VisitContext
from soap.rendering import as_text

__all__ = [
    "SECTIONS",
    "DraftNote",
    "Order",
    "ReviewItem",
    "Speaker",
    "State",
    "Statement",
    "Turn",
    "VisitContext",
    "as_text",
    "draft_note",
]

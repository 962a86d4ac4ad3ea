"""`python -m app.side_work`: what `serve` has done beside its loop. Clinical language, and documents on pages."""

from __future__ import annotations

import sys
from base64 import b64encode

from pydantic import JsonValue

from core.side_process import serve

NOTE, FINDINGS, PAPER = "note", "findings", "paper"


def _note(value: JsonValue) -> JsonValue:
    from soap.reading import note_json  # brings spaCy along; a child that only prints never pays for it

    assert isinstance(value, dict)
    return _forgotten(note_json(value))


def _findings(value: JsonValue) -> JsonValue:
    from soap.findings import findings_json

    assert isinstance(value, dict)
    return _forgotten(findings_json(value))


def _forgotten(answer: JsonValue) -> JsonValue:
    """Nothing of one caller's talk stays for the next."""
    from clinical_language.remembering import forget

    forget()
    return answer


def _paper(value: JsonValue) -> JsonValue:
    from core.paper import Paper, typeset

    return b64encode(typeset(Paper.model_validate(value))).decode()


if __name__ == "__main__":
    sys.exit(serve({NOTE: _note, FINDINGS: _findings, PAPER: _paper}))

"""Our notes as the outside sees them: the JSON contract of ``consultroom note``, one draft per encounter and process.

Learned parts are scored with weights that never saw the encounter: see ``bench.notes.folds``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from bench.notes import folds
from bench.notes.corpora import Encounter
from clinical_language import Turn
from soap.reading import note_json


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft: statements ``{"section", "text", "evidence", "state", ...}``, review tray, orders, rendered text."""

    statements: tuple[dict[str, Any], ...]
    review: tuple[dict[str, Any], ...]
    orders: tuple[dict[str, Any], ...]
    text: str

    def of(self, *prefixes: str) -> list[dict[str, Any]]:
        """Statements whose section begins with one of the prefixes, in the order of the note."""
        return [s for s in self.statements if s["section"].startswith(prefixes)]

    def body(self, *prefixes: str) -> str:
        """Those statements' texts, a line each."""
        return "\n".join(s["text"] for s in (self.of(*prefixes) if prefixes else self.statements))


def document(turns: Sequence[Turn]) -> dict[str, Any]:
    """The transcript document of the contract."""
    return {
        "turns": [
            {
                "speaker": t.speaker,
                "text": t.text,
                **({} if t.start is None else {"start": t.start, "end": t.end}),
            }
            for t in turns
        ]
    }


@cache
def _drafted(name: str, turns: tuple[Turn, ...], packaged: bool) -> Drafted:
    with folds.weights_without("" if packaged else name):
        note = cast("dict[str, Any]", note_json(document(turns)))
    return Drafted(tuple(note["statements"]), tuple(note["review"]), tuple(note["orders"]), note["text"])


def draft(encounter: Encounter, *, packaged: bool = False) -> Drafted:
    """Our note of this encounter; an empty draft where nothing at all is said."""
    if not any(c.isalnum() for t in encounter.turns for c in t.text):
        return Drafted((), (), (), "")
    return _drafted(encounter.id, encounter.turns, packaged)


def rendered_body(note: Drafted) -> str:
    """The rendered text without the review tray and without the sections that are silent."""
    blocks = note.text.split("\nTo review\n")[0].split("\n\n")
    return "\n\n".join(b for b in blocks if not b.startswith("Not discussed:"))

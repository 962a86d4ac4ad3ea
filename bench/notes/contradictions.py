"""Notes that contradict themselves: a finding one line affirms and another denies, over whole corpora.

Our own lines are read back by `clinical_language`, as a doctor reads them one below the other. Not an independent
measure: a finding it does not know is not compared. Examinations name one finding of several places and are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from bench.notes import corpora
from bench.notes.drafts import Drafted, draft
from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import State, Turn, read_consult

_DENYING = ("denies ", "no ", "not ", "does not ")
_AFFIRMED = frozenset({State.PRESENT, State.HISTORICAL})
_LEFT_OUT = ("plan", "subjective.family_history", "objective.exam")
_ANYWHERE = "finding.pain"  # of which place?


@cache
def _read_back(line: str) -> tuple[tuple[str, State], ...]:
    """(concept, state) of what one line says of the patient."""
    facts = read_consult([Turn("patient", line)]).facts
    return tuple((fact.concept.id, fact.state) for fact in facts if not fact.relation)


def _said(statement: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    line = statement["text"].rpartition(": ")[2]
    parts = line.split(";")
    for part in parts:
        absent = statement["state"] == "absent" and len(parts) == 1
        denied = absent or part.lower().strip().startswith(_DENYING)
        for concept, state in _read_back(part):
            if denied or state is State.ABSENT:
                yield concept, False
            elif state in _AFFIRMED:
                yield concept, True


def contradictions(note: Drafted) -> list[tuple[str, str, str]]:
    """(concept, a line that affirms it, a line that denies it), one per concept; what is quoted is not compared."""
    lines: dict[tuple[str, bool], str] = {}
    told: dict[str, set[bool]] = defaultdict(set)
    for statement in note.statements:
        if statement["section"].startswith(_LEFT_OUT) or "\u201c" in statement["text"]:
            continue
        for concept, affirmed in _said(statement):
            lines.setdefault((concept, affirmed), statement["text"])
            told[concept].add(affirmed)
    both = sorted(c for c, said in told.items() if len(said) > 1 and c != _ANYWHERE)
    return [(concept, lines[concept, True], lines[concept, False]) for concept in both]


def run(options: Options) -> list[Row]:
    """Notes with a contradiction, by corpus."""
    of = {"PriMock57": corpora.primock, "OSCE": corpora.osce, "ACI-Bench": corpora.aci}
    rows = []
    for name, encounters in of.items():
        some = encounters(options.data)[:: options.every]
        found = [(e.id, contradictions(draft(e, packaged=options.packaged))) for e in some]
        bad = [(id_, those) for id_, those in found if those]
        for id_, those in bad if options.verbose else bad[:3]:
            print(*(f"contradiction: {id_} {c}: {yes} <-> {no}" for c, yes, no in those), sep="\n")
        rows.append(
            row(f"notes with a line that contradicts another, {name} (of {len(some)})", len(bad), "notes")
        )
    return rows


def show_one(options: Options) -> str:
    """The contradictions of one encounter."""
    every = (*corpora.primock(options.data), *corpora.osce(options.data), *corpora.aci(options.data))
    found = contradictions(draft(corpora.named(every, options.show)))
    return "\n".join(f"{concept}: {yes} <-> {no}" for concept, yes, no in found) or "none"

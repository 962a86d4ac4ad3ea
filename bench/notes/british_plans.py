"""What of PriMock57's 47 consults belongs into the assessment and plan, as read by hand (data/british_plans.tsv).

A line of the table: consult, turn, first and last word of a stretch of that turn's words as `clinical_language` reads
them. Read as such: what the doctor takes it to be and why, what is prescribed, arranged or advised, when to come back,
what to watch for. Not: what is told of illnesses in general, how the call works. The reader knew this engine's output.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bench.notes.corpora import primock
from bench.notes.drafts import draft
from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import Consult
from soap.clauses import Clause

_TABLE = Path(__file__).parent / "data" / "british_plans.tsv"
_HALF = 0.5


@cache
def read_plans() -> Mapping[str, Mapping[int, frozenset[int]]]:
    """By consult and turn: numbers of the words that belong into the assessment and plan."""
    found: dict[str, dict[int, frozenset[int]]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            turns = found.setdefault(line["consult"], {})
            words = frozenset(range(int(line["first"]), int(line["last"]) + 1))
            turns[int(line["turn"])] = turns.get(int(line["turn"]), frozenset()) | words
    return found


def word_ranges(consult: Consult, clauses: Sequence[Clause]) -> list[range]:
    """For each clause, which words of its turn it is made of; empty where they are not found."""
    found, turn, words, at = [], -1, list[str](), 0
    for clause in clauses:
        if clause.turn != turn:
            turn, at = clause.turn, 0
            words = " ".join(s.plain for s in consult.sentences[turn]).split()
        own = clause.words.split()
        starts = (i for i in range(at, len(words) - len(own) + 1) if words[i : i + len(own)] == own)
        start = next(starts, None)
        found.append(range(0) if start is None else range(start, start + len(own)))
        at = at if start is None else start + len(own)
    return found


def planned(name: str, consult: Consult, clauses: Sequence[Clause]) -> list[bool]:
    """For each clause of the consult, whether most of its words belong into the assessment and plan."""
    turns = read_plans()[name]
    return [
        bool(words) and sum(word in turns.get(clause.turn, ()) for word in words) >= _HALF * len(words)
        for clause, words in zip(clauses, word_ranges(consult, clauses), strict=True)
    ]


def run(options: Options) -> list[Row]:
    """Turns that belong into the plan and stand in the evidence of a line, and lines that rest on such a turn."""
    found = wanted = right = ours = 0
    for encounter in primock(options.data):
        read = set(read_plans()[encounter.id])
        lines = [
            set(s["evidence"]) for s in draft(encounter, packaged=options.packaged).of("assessment", "plan")
        ]
        cited = set[int]().union(*lines)
        found, wanted = found + len(read & cited), wanted + len(read)
        right, ours = right + sum(bool(read & line) for line in lines), ours + len(lines)
    return [
        row(f"· plans of 47 British consults read by hand, lines of ours from their turns (of {ours})",
            100 * right / max(1, ours), "%"),
        row(f"· plans of 47 British consults read by hand, turns found (of {wanted})", 100 * found / wanted, "%"),
    ]  # fmt: skip

"""Statements that their evidence does not support, over every output on every corpus (`bench.notes.support`).

Corpora: ACI-Bench, PriMock57, MEDIQA-OE's dialogues, OSCE interviews, MTS-Dialog. Goal: none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.notes import corpora, lexicon, support
from bench.notes.corpora import Encounter
from bench.notes.drafts import draft
from bench.notes.options import Options
from bench.notes.results import Row, row


def consults(data: Path) -> dict[str, tuple[Encounter, ...]]:
    """Every corpus of transcripts (MEDIQA-OE's are ACI-Bench's in another spelling: not counted twice)."""
    return {
        "ACI-Bench": corpora.aci(data),
        "PriMock57": corpora.primock(data),
        "OSCE": corpora.osce(data),
        "MTS-Dialog": corpora.mts(data),
    }


def offenders(encounter: Encounter, options: Options, table: lexicon.Lexicon) -> Iterator[tuple[int, str]]:
    """(place in the note, why) of each statement that is not supported."""
    for at, statement in enumerate(draft(encounter, packaged=options.packaged).statements):
        wrong = support.judge(statement, encounter.turns, table)
        if wrong:
            said = " / ".join(encounter.turns[i].text for i in statement["evidence"])
            why = ", ".join(f"{f.kind} {f.word}" for f in wrong)
            yield at, f"{encounter.id} [{statement['section']}] {statement['text']}  <- {why} <- {said[:400]}"


def run(options: Options) -> list[Row]:
    """One row a corpus, one over all."""
    table = lexicon.lexicon(options.data)
    bad: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name, encounters in consults(options.data).items():
        for encounter in encounters[:: options.every]:
            total[name] += len(draft(encounter, packaged=options.packaged).statements)
            for _, why in offenders(encounter, options, table):
                bad[name] += 1
                if options.verbose or bad[name] <= 5:
                    print("unsupported:", why)
    rows = [
        row(f"unsupported statements, {name} (of {total[name]})", bad[name], "statements") for name in total
    ]
    every = row(f"unsupported statements, every corpus (of {total.total()})", bad.total(), "statements", goal="0",
                met=bad.total() == 0)  # fmt: skip
    return [every, *rows]


def show_one(options: Options) -> str:
    """The offenders of one encounter."""
    encounter = corpora.named(
        tuple(e for those in consults(options.data).values() for e in those), options.show
    )
    table = lexicon.lexicon(options.data)
    return "\n".join(why for _, why in offenders(encounter, options, table)) or "none"

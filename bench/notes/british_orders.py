"""Orders of PriMock57's 47 consults as read by hand (data/british_orders.tsv), and how many of them are found.

A line of the table: consult, kind, names that are right for it (concepts' names; part of who is referred to; none for a
meeting), turns that order it. Read as an order: what the doctor prescribes, books, arranges, or advises to take. Not:
what continues, what hangs on a condition, what another service will decide. The reader knew this engine's output.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench.notes.corpora import primock
from bench.notes.drafts import draft
from bench.notes.options import Options
from bench.notes.results import Row, row

_TABLE = Path(__file__).parent / "data" / "british_orders.tsv"


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """One order read by hand. `names` empty: any of the kind is meant. `turns`: those that order it."""

    kind: str
    names: frozenset[str]
    turns: frozenset[int]


@cache
def read_orders() -> Mapping[str, Sequence[ReadOrder]]:
    """By consult; a consult without a line has none."""
    found: dict[str, list[ReadOrder]] = {}
    with _TABLE.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            names = frozenset(filter(None, line["name"].split("|")))
            turns = frozenset(map(int, line["turns"].split(",")))
            found.setdefault(line["consult"], []).append(ReadOrder(line["kind"], names, turns))
    return found


def is_same(read: ReadOrder, order: Mapping[str, Any]) -> bool:
    """Whether one of our orders, as the JSON of a note has it, is the one that was read."""
    if read.kind != order["kind"]:
        return False
    if read.kind == "referral":
        return any(name in order["description"] for name in read.names)
    return not read.names or order["key"].rsplit(".", 1)[-1] in read.names


def run(options: Options) -> list[Row]:
    """Precision and recall, cross-validated weights."""
    right = ours = found = wanted = 0
    for encounter in primock(options.data):
        read = read_orders().get(encounter.id, ())
        orders = draft(encounter, packaged=options.packaged).orders
        ours, wanted = ours + len(orders), wanted + len(read)
        right += sum(any(is_same(r, o) for r in read) for o in orders)
        found += sum(any(is_same(r, o) for o in orders) for r in read)
    return [
        row(f"· orders of 47 British consults read by hand, those of ours that are right (of {ours})",
            100 * right / max(1, ours), "%"),
        row(f"· orders of 47 British consults read by hand, found (of {wanted})", 100 * found / wanted, "%"),
    ]  # fmt: skip

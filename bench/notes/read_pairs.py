"""States of question-answer pairs whose labels were read by hand: data/polarity.tsv, places in corpora without text.

A row is set, encounter, the answer's turn, the words of the finding (in the question or the answer), the states that
are right, and the part. "first" was looked at while the rules were made, "second" only later; "third" and "fresh" are
halves of one seeded draw from turns not labelled before, read without our output: the third may be looked at while
rules are made, of the fresh one only the total is ever seen. "fourth" is a draw from talks in no other part, labelled
before our code was run on them. States: P present, N absent, U uncertain, H hypothetical,
F family, X and R resolved or historical; p present since the question takes it for granted; - nothing need be said.
What is read is the last fact with these words or this concept, of the answer or of the turns just before; to read none
is wrong but where the label says so. What is only in the review tray is uncertain.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.notes.corpora import Encounter, aci, mts, osce, primock
from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import Fact, State, Turn, read_consult, read_sentences

TOLD = 3  # turns: what was said shortly before is known when a question takes it for granted
LABELS = Path(__file__).parent / "data" / "polarity.tsv"
PARTS = {
    "first": "worked on",
    "second": "kept aside at first",
    "third": "drawn later, worked on",
    "fresh": "drawn later, never looked at",
    "fourth": "drawn last, of talks in no other part, never worked on",
}
_UNSEEN = frozenset({"fresh", "fourth"})
LETTERS: Mapping[State, str] = {
    State.PRESENT: "Pp",
    State.ABSENT: "N",
    State.UNCERTAIN: "U",
    State.HYPOTHETICAL: "H",
    State.RESOLVED: "XR",
    State.HISTORICAL: "XR",
    State.FAMILY: "F",
}
_CORPORA: Mapping[str, Callable[[Path], tuple[Encounter, ...]]] = {
    "aci": aci, "mts": mts, "osce": osce, "primock": primock,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled finding with what was read. `found`: None when it was not recognised."""

    part: str
    target: str
    right: str
    question: Turn
    answer: Turn
    found: State | None
    tray: bool  # not stated, but left to the doctor

    @property
    def is_right(self) -> bool:
        """Whether the state, or saying nothing, is among those that are right."""
        letters = LETTERS[self.found] if self.found else "-U" if self.tray else "-"
        return any(letter in self.right for letter in letters)


@cache
def read_pairs(data: Path) -> tuple[Pair, ...]:
    """All of them, each transcript read once."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    by_encounter = defaultdict(list)
    for one in rows:
        by_encounter[one["set"], one["file"]].append(one)
    encounters = {(name, e.id): e for name, corpus in _CORPORA.items() for e in corpus(data)}
    return tuple(
        pair for place, labels in by_encounter.items() for pair in _of(encounters[place].turns, labels)
    )


def _of(turns: Sequence[Turn], labels: Iterable[Mapping[str, str]]) -> Iterator[Pair]:
    consult = read_consult(turns)
    for label in labels:
        at, target = int(label["turn"]), label["target"]
        found, left = (
            [fact for fact in facts if at - TOLD <= fact.at <= at and _is(fact, target)]
            for facts in (consult.facts, consult.unanswered)
        )
        state = found[-1].state if found else None
        yield Pair(label["part"], target, label["state"], turns[max(0, at - 1)], turns[at], state, bool(left))


def _is(fact: Fact, target: str) -> bool:
    named = {m.concept.id for sentence in read_sentences(target) for m in sentence.mentions}
    said = fact.named and set(target.lower().split()) <= set(re.findall(r"[a-z'-]+", fact.words.lower()))
    return said or fact.concept.id in named


def rows(options: Options, peer: Callable[[str, str], str]) -> list[Row]:
    """All pairs, then of those recognised, then by part. `peer`: a text and a finding to P or N."""
    pairs = read_pairs(options.data)
    if options.verbose:
        for p in pairs:
            if not p.is_right and p.part not in _UNSEEN:
                print(f"pair: {p.target!r} is {p.right}, read {p.found}: {p.question.text} / {p.answer.text}")
    known = [p for p in pairs if p.found]
    made = [
        _row("states of {} question-answer pairs read by hand, not recognised is wrong", pairs, peer),
        _row("states of {} of these pairs that are recognised", known, peer),
    ]
    for part, name in PARTS.items():
        made.append(
            _row(f"states of the {{}} pairs of the part {name}", [p for p in pairs if p.part == part], peer)
        )
    return made


def _row(name: str, pairs: Sequence[Pair], peer: Callable[[str, str], str]) -> Row:
    share = 100 * sum(p.is_right for p in pairs) / len(pairs)
    ruled = [peer(f"{p.answer.text} {p.question.text}", p.target.lower()) in p.right for p in pairs]
    return row(
        f"{name.format(len(pairs))} (peer: NegEx-style rule)", share, "% right",
        peer=100 * sum(ruled) / len(pairs), goal=">= 95", met=share >= 95,
    )  # fmt: skip

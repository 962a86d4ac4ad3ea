"""Coverage: how many chief complaints and denied findings of clinical vignettes we know as a concept.

Peer in the same run: exact match of the item, after lower-casing, singular words and any word order, against the HPO
labels and synonyms, the ICD-10-CM names and the SNOMED Global Patient Set together. An item counts for us when
anything in it is read as a concept; single words that only qualify ("frequency", "power") are items as written.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.notes.lexicon import words_of
from bench.notes.options import Options
from bench.notes.results import Row, row
from clinical_language import read_sentences

_PARTS = re.compile(r"\bor\b|\band\b|\bwith\b|[/,;.]", re.IGNORECASE)
_TAG = re.compile(r" \([^()]*\)$")

Names = frozenset[frozenset[str]]


def items(text: str) -> list[str]:
    """The things a list names; a leading "no" says that they are denied and is no part of them."""
    parts = (re.sub(r"^\s*no\b", "", part, flags=re.IGNORECASE).strip() for part in _PARTS.split(text))
    return [part for part in parts if part]


def vignettes(data: Path, column: str) -> list[str]:
    """Every item of one column of the vignettes."""
    lines = (data / "triage" / "avey.jsonl").read_text(encoding="utf-8").splitlines()
    rows: Iterator[dict[str, Any]] = map(json.loads, lines)
    return [item for one in rows for item in items(str(one[column]))]


def _column(path: Path, *columns: str) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield from (line[column] for column in columns if line.get(column))


def terminologies(data: Path) -> Names:
    """The names of the three terminologies, each as the set of its words."""
    folder = data / "terminology"
    named = [
        *(name for path in sorted((folder / "hpo").glob("hpo_*.tsv")) for name in _column(path, *_HPO)),
        *(name for path in sorted((folder / "icd10cm").glob("*.tsv")) for name in _column(path, *_ICD)),
        *(
            _TAG.sub("", name)
            for name in _column(folder / "snomed_gps" / "snomed_gps_2019-09.tsv", "display")
        ),
    ]
    return folded(named)


_HPO = ("name", "synonym", "layperson_synonym")
_ICD = ("description",)


def folded(names: Iterable[str]) -> Names:
    """Names as sets of lower-case singular words: the order of words does not count."""
    return frozenset(frozenset(words_of(name)) for name in names)


def share(found: Iterable[bool]) -> float:
    """Percentage of true ones."""
    known = list(found)
    return 100 * sum(known) / max(1, len(known))


def run(options: Options) -> list[Row]:
    """Both lists against our table and against the terminologies."""
    names = terminologies(options.data)
    return [
        _row(options, names, "chief complaints", "chief_complaints", 95),
        _row(options, names, "denied findings", "absent_findings", 92),
    ]


def _row(options: Options, names: Names, title: str, column: str, goal: int) -> Row:
    asked = vignettes(options.data, column)
    known = [any(s.mentions for s in read_sentences(item)) for item in asked]
    if options.verbose:
        print(f"{title} missed: {[item for item, ours in zip(asked, known, strict=True) if not ours]}")
    ours, peer = share(known), share(frozenset(words_of(item)) in names for item in asked)
    name = f"{title} recognised, of {len(asked)} (peer: names of three terminologies)"
    return row(name, ours, "%", peer=peer, goal=f">= {goal}", met=ours >= goal)


def show_one(options: Options) -> str:
    """Nothing to show: --verbose prints what is missed."""
    return f"{options.show}: use --verbose"

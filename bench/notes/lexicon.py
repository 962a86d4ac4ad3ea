"""One lexicon for concept F1: HPO labels and synonyms, SNOMED GPS findings, disorders, procedures, generic drug names.

Built from ``terminology/`` and kept under build/ (a second start reads it in milliseconds). Concepts are found by
longest match over lower-case words without a plural s. It knows nothing of `clinical_language`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

from bench.notes.kept import kept

_VERSION = 3
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_TAG = re.compile(r" \((finding|disorder|procedure|regime/therapy|situation)\)$")
# Names that are everyday words: as concepts they say nothing ("all", "right", "water").
_NOT_CONCEPTS = frozenset(
    """all right left unilateral bilateral severe mild moderate borderline profound onset frequency pain triggered by
    water air oxygen alcohol ethanol tea coffee honey gold silver iron lead zinc clinical course past medical history
    frequent position chronic acute recurrent refractory stable progressive constant distal proximal central
    generalized localized diffuse middle age late onset procedure finding disease examination treatment therapy
    history test normal""".split()
)

Lexicon = dict[str, dict[tuple[str, ...], str]]  # first word -> wording -> concept


def words_of(text: str) -> list[str]:
    """Lower-case words; a plural s is dropped from words of four letters and more."""
    return [_singular(word) for word in _WORD.findall(text.lower().replace("\u2019", "'"))]


def _singular(word: str) -> str:
    return (
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
    )


def _names(data: Path) -> Iterator[tuple[str, str]]:
    """(concept, wording) in order of precedence: an equal wording keeps its first concept."""
    folder = data / "terminology"
    for name in ("hpo_terms_2024-02-08", "hpo_layperson_synonyms_2026-08", "hpo_synonyms_2014-11-26"):
        for row in _table(folder / "hpo" / f"{name}.tsv", "\t"):
            yield row["id"], row.get("layperson_synonym") or row.get("synonym") or row["name"]
    for row in _table(folder / "snomed_gps" / "snomed_gps_2019-09.tsv", "\t"):
        if _TAG.search(row["display"]):
            yield row["sctid"], _TAG.sub("", row["display"])
    lines = (folder / "drugs" / "drugbank_vocabulary_2021_CC0.csv").read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines[1:], delimiter=";"):
        yield row["DrugBank ID"], row["Common name"]


def _table(path: Path, delimiter: str) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE)


def build(names: Iterator[tuple[str, str]]) -> Lexicon:
    """The lexicon of these names; wordings of one everyday word are left out."""
    table: Lexicon = {}
    for concept, name in names:
        words = tuple(words_of(name))
        if not words or (len(words) == 1 and (words[0] in _NOT_CONCEPTS or len(words[0]) < 3)):
            continue
        table.setdefault(words[0], {}).setdefault(words, concept)
    return table


@cache
def lexicon(data: Path) -> Lexicon:
    """The lexicon of the terminology files, from build/ when it is there."""
    return cast("Lexicon", kept("lexicon", _VERSION, lambda: build(_names(data))))


def matches(table: Lexicon, text: str) -> Iterator[tuple[str, str]]:
    """(concept, wording) by longest match, left to right, over the lines of the text."""
    for line in text.splitlines():
        words, at = words_of(line), 0
        while at < len(words):
            found = max(
                (w for w in table.get(words[at], ()) if tuple(words[at : at + len(w)]) == w),
                key=len,
                default=(),
            )
            if found:
                yield table[words[at]][found], " ".join(found)
            at += len(found) or 1


def concepts_in(table: Lexicon, text: str) -> frozenset[str]:
    """The set of concepts of a text."""
    return frozenset(concept for concept, _ in matches(table, text))

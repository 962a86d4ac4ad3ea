"""Which candidate statements clinicians write down (`soap.noteworthy`): weak labels from notes and fact lists.

A candidate counts as written when most of its content words, weighted by rarity, stand in the reference (the note of
ACI-Bench, the section text of MTS-Dialog, the clinicians' fact list of PriMock57), or when some do and its concepts are
written there in other words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.notes import corpora
from bench.notes.corpora import Encounter
from clinical_language import read_consult, read_sentences
from clinical_language.wording import fold
from soap.narrative import Candidate
from soap.noteworthy import LEFT_OUT, WRITTEN, features
from soap.spoken_of import sex_of
from soap.told import source
from tools.notes.examples import Example, Task

_MOST, _SOME = 0.5, 0.25
_STOP = frozenset(
    """a an the of to in on at for with and or but is was were are be been has had have not no he she they it his her
their this that as by from who which patient him them i me my you do does did will would can could so there
what when if also some any very just really get got like then than more about up out down all one because""".split()
)


@dataclass(frozen=True, slots=True)
class _Reference:
    words: frozenset[str]
    concepts: frozenset[str]


def _content(text: str) -> frozenset[str]:
    return frozenset(fold(w) for w in re.findall(r"[a-z0-9]+", text.lower()) if w not in _STOP)


def _referenced(data: Path) -> Iterator[tuple[Encounter, str, float]]:
    """Encounters with their reference and the weight of their examples."""
    yield from ((e, e.gold, 1.0) for e in corpora.aci(data))
    facts: dict[str, list[str]] = {}
    for fact in corpora.checklists(data):
        if fact.label != "i":
            facts.setdefault(fact.consult, []).append(fact.fact)
    yield from (
        (e, " ".join(facts[e.id]), 2.0) if e.id in facts else (e, e.gold, 1.0) for e in corpora.primock(data)
    )
    yield from ((e, e.gold, 0.5) for e in corpora.mts(data) if e.turns)


def _candidates(encounter: Encounter) -> Iterator[Candidate]:
    consult = read_consult(encounter.turns)
    yield from source(consult, sex_of(consult, "")).candidates()


def examples(data: Path) -> list[Example]:
    """One example a candidate."""
    rows: list[tuple[Encounter, _Reference, float]] = []
    rarity: Counter[str] = Counter()
    for encounter, text, weight in _referenced(data):
        concepts = frozenset(m.concept.id for s in read_sentences(text) for m in s.mentions)
        rows.append((encounter, _Reference(_content(text), concepts), weight))
        rarity.update(rows[-1][1].words)
    idf = {word: math.log((len(rows) + 1) / (n + 1)) + 0.3 for word, n in rarity.items()}
    never = math.log(len(rows) + 1) + 0.3
    return [
        Example(
            encounter.id, features(c), WRITTEN if _written(c, reference, idf, never) else LEFT_OUT, weight
        )
        for encounter, reference, weight in rows
        for c in _candidates(encounter)
    ]


def _written(candidate: Candidate, reference: _Reference, idf: dict[str, float], never: float) -> bool:
    words = {word: idf.get(word, never) for word in _content(" ".join(candidate.words))}
    share = sum(v for w, v in words.items() if w in reference.words) / (sum(words.values()) or 1.0)
    known = [m.concept.id in reference.concepts for m in candidate.mentions]
    return share >= _MOST or (bool(known) and 2 * sum(known) >= len(known) and share >= _SOME)


TASK = Task(
    package="soap",
    name="noteworthy",
    examples=examples,
    source="ACI-Bench (Yim et al., 2023), MTS-Dialog (Ben Abacha et al., 2023), PriMock57 (Papadopoulos "
    "Korfiatis et al., 2022); CC BY 4.0",
    strength=1.0,
    rarest=4,
)

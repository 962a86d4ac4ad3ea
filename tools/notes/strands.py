"""Part of the note each clause of the doctor belongs to, learned from ACI-Bench's notes and from British plans.

In ACI-Bench no clause is labelled by hand. A clause belongs to a division of the clinician's note when most of its
content words stand there, or when a greedy choice of clauses that follows the note most closely takes it. The GPs'
notes of PriMock57 are too short for that: what belongs into their plans was read by hand
(`bench.notes.british_plans`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.notes import divisions, rouge
from bench.notes.british_plans import planned
from bench.notes.corpora import Encounter, aci, primock
from clinical_language import read_consult
from soap.clauses import Clause, doctor_clauses
from soap.examination import told_of_exam
from soap.notation import notation
from soap.plan_wording import plan_text
from soap.results import named_test, told_of_result
from soap.spoken_of import sex_of
from soap.strands import EXAM, MODEL, PLAN, RESULTS, features, places
from tools.notes.examples import Example, Task

_DIVISIONS = {EXAM: divisions.EXAM, RESULTS: divisions.RESULTS, PLAN: divisions.PLAN}
_COMMON = frozenset(
    "the a an of to in on at for with and or but is was were are be been has had have not no it this that his her he "
    "she they their patient i we you your will would can as by from who which do does did there if so any some also "
    "more than then them him about going go get like want know think just s".split()
)
_HELD, _LEAST = 0.65, 0.4  # share of the content words that stand in the division


def examples(data: Path) -> Sequence[Example]:
    """Every clause of every doctor of ACI-Bench train and valid, and of PriMock57."""
    american = [example for encounter in aci(data) for example in _of(encounter)]
    return [*american, *(example for encounter in primock(data) for example in _british(encounter))]


def _british(encounter: Encounter) -> list[Example]:
    """Clauses that may be part of the plan; what is told of an examination or of results was not read."""
    consult = read_consult(encounter.turns)
    clauses = doctor_clauses(consult)
    rows = zip(places(clauses), planned(encounter.id, consult, clauses), strict=True)
    return [
        Example(encounter.id, features(place), PLAN if plan else "none", judged=False)
        for place, plan in rows
        if plan or not _told(place.clause)
    ]


def _told(clause: Clause) -> bool:
    return told_of_exam(clause.text) or bool(named_test(clause.text) and told_of_result(clause.text))


def _of(encounter: Encounter) -> list[Example]:
    consult = read_consult(encounter.turns)
    person, clauses = sex_of(consult, ""), doctor_clauses(consult)
    written = [rouge.tokens(notation(plan_text(c.text, person), c.mentions)) for c in clauses]
    gold = divisions.divide(encounter.gold)
    belongs = {part: _belonging(written, rouge.tokens(gold[name])) for part, name in _DIVISIONS.items()}
    return [
        Example(encounter.id, row, "+".join(part for part in belongs if at in belongs[part]) or "none")
        for at, row in enumerate(map(features, places(clauses)))
    ]


def _belonging(written: Sequence[list[str]], gold: list[str]) -> set[int]:
    chosen, stands = _greedy(written, gold), set(gold)
    found = set()
    for at, words in enumerate(written):
        content = [word for word in words if word not in _COMMON]
        share = sum(word in stands for word in content) / max(1, len(content))
        if (at in chosen and share >= _LEAST) or (share >= _HELD and len(content) >= 2):
            found.add(at)
    return found


def _greedy(written: Sequence[list[str]], gold: list[str]) -> set[int]:
    """Clauses that raise ROUGE-1 F against the division the most, one after the other, until none does."""
    wanted, have = Counter(gold), Counter[str]()
    counts = [Counter(words) for words in written]
    picked: set[int] = set()
    both = best = 0.0
    while True:
        gains = {at: _gain(count, have, wanted) for at, count in enumerate(counts) if at not in picked}
        size = len(gold) + have.total()
        scored = (2 * (both + gain) / max(1, size + counts[at].total()) for at, gain in gains.items())
        score, at = max(zip(scored, (-at for at in gains), strict=True), default=(0.0, 0))
        if score <= best:
            return picked
        best, both, have = score, both + gains[-at], have + counts[-at]
        picked.add(-at)


def _gain(count: Counter[str], have: Counter[str], wanted: Counter[str]) -> int:
    return sum(min(wanted[w], have[w] + n) - min(wanted[w], have[w]) for w, n in count.items())


TASK = Task(
    "soap",
    MODEL,
    examples,
    "ACI-Bench, train and valid parts (Yim et al., 2023), PriMock57 (Papadopoulos Korfiatis et al., 2022); CC BY 4.0",
    strength=0.7,
    rarest=3,
    most=12_000,
)

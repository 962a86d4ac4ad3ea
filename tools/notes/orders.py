"""The models of orders: what the signs around a medicine, a test, a wish to meet again, or a problem tell.

Gold: MEDIQA-OE's development dialogues, read twice, by turns and one sentence a turn, as engines differ; and the orders
of PriMock57's consults as read by hand (`bench.notes.british_orders`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.notes.british_orders import ReadOrder, read_orders
from bench.notes.corpora import Encounter, mediqa_oe, primock
from bench.notes.orders import OrderText, gold, numbered, words
from clinical_language import Consult, Turn, read_consult
from soap.order_candidates import Candidate, candidates, clinicians, never
from soap.order_reasons import Reasons, problems_of
from soap.order_weights import YES, features
from soap.orders import DECISION
from tools.notes.examples import Example, Task

_SOURCE = (
    "MEDIQA-OE (Corbeil et al., 2025), development dialogues of ACI-Bench, and PriMock57 (Papadopoulos "
    "Korfiatis et al., 2022) read by hand; CDLA-Permissive-2.0, CC BY 4.0"
)
_STRENGTH = {"medication": 0.2, "test": 0.15, "followup": 0.2, "reason": 0.07}
_EMPTY = frozenset(
    "a an the of your you to for in on and or me i will be as is at back again blood today urine".split()
)


@dataclass(frozen=True, slots=True)
class _Read:
    """A dialogue read one way, and its gold by turn of that way."""

    id: str
    consult: Consult
    gold: tuple[OrderText, ...]


def _ways(encounter: Encounter) -> Iterator[_Read]:
    sentences = numbered(encounter)
    turn_of = {number: turn for turn, said in enumerate(sentences) for number, _ in said}
    yield _Read(encounter.id, read_consult(encounter.turns), _by_turn(encounter, turn_of))
    single = [
        Turn(encounter.turns[turn].speaker, text) for turn, said in enumerate(sentences) for _, text in said
    ]
    yield _Read(encounter.id, read_consult(single), _by_turn(encounter, {n: n - 1 for n in turn_of}))


def _by_turn(encounter: Encounter, turn_of: dict[int, int]) -> tuple[OrderText, ...]:
    return tuple(
        OrderText(o.kind, o.description, o.reason, tuple(turn_of[n] for n in o.provenance if n in turn_of))
        for o in gold(encounter)
    )


def overlap(wanted: str, said: str) -> float:
    """F1 of the published metric's words, 0..1."""
    a, b = words(wanted), words(said)
    precision = sum(w in a for w in b) / len(b) if b else 0.0
    recall = sum(w in b for w in a) / len(a) if a else 0.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def meant(read: _Read, candidate: Candidate) -> OrderText | None:
    """The gold order that this mention makes, None when it makes none."""
    order = _named_in(read, candidate)
    return order if order and candidate.turn in order.provenance else None


def _again(read: _Read, candidate: Candidate) -> bool:
    """Whether the mention orders a thing that gold cites elsewhere: then nothing is known of this mention."""
    order = _named_in(read, candidate)
    return order is not None and candidate.turn not in order.provenance and "act" in candidate.signs


def _named_in(read: _Read, candidate: Candidate) -> OrderText | None:
    text = read.consult.turns[candidate.turn].text[candidate.first : candidate.last]
    name = set(words(text)) - (frozenset() if candidate.kind == "followup" else _EMPTY)
    rated = [
        (len(shared) / len(name) + 0.1 * (candidate.turn in order.provenance), order)
        for order in read.gold
        if DECISION[order.kind] == DECISION[candidate.kind]  # type: ignore[index]
        and (shared := name & set(words(order.description)))
    ]
    best = max(rated, key=lambda r: r[0], default=None)
    return best[1] if best else None


def _examples(decision: str, data: Path) -> Sequence[Example]:
    reads = [read for encounter in mediqa_oe(data) for read in _ways(encounter)]
    of = _reasons if decision == "reason" else _orders
    found = [example for read in reads for example in of(read, decision)]
    return found if decision == "reason" else [*found, *_british(decision, data)]


def _british(decision: str, data: Path) -> Iterator[Example]:
    """Consults read by hand: mentions in a turn that orders the thing, all others; none that repeat an order."""
    for encounter in primock(data):
        read = read_orders().get(encounter.id, ())
        for candidate in candidates(read_consult(encounter.turns)):
            if DECISION[candidate.kind] != decision or never(candidate):
                continue
            same = [order for order in read if _is_read(order, candidate)]
            here = any(candidate.turn in order.turns for order in same)
            if here or not same or candidate.turn < min(min(order.turns) for order in same):
                yield Example(encounter.id, features(candidate.signs), YES if here else "no")


def _is_read(order: ReadOrder, candidate: Candidate) -> bool:
    named = not order.names or candidate.key.rsplit(".", 1)[-1] in order.names
    return order.kind == candidate.kind and named


def _orders(read: _Read, decision: str) -> Iterator[Example]:
    for candidate in candidates(read.consult):
        if DECISION[candidate.kind] == decision and not never(candidate) and not _again(read, candidate):
            label = YES if meant(read, candidate) else "no"
            yield Example(read.id, features(candidate.signs), label)


def _reasons(read: _Read, _decision: str) -> Iterator[Example]:
    reasons = Reasons(problems_of(read.consult, clinicians(read.consult)))
    for candidate in candidates(read.consult):
        order = meant(read, candidate)
        for problem, signs in reasons.rated(candidate) if order else []:
            truth = overlap(order.reason, problem.words) if order else 0.0
            for label, weight in ((YES, truth), ("no", 1 - truth)):
                if weight:
                    yield Example(read.id, features(signs), label, weight)


TASKS = tuple(
    Task(
        "soap",
        f"order_{decision}",
        lambda data, decision=decision: _examples(decision, data),  # type: ignore[misc]
        _SOURCE,
        strength,
        rarest=3,
    )
    for decision, strength in _STRENGTH.items()
)

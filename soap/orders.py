"""Orders found in what the clinician says: medicines, tests, referrals, follow-up; offered as drafts, never placed.

An order is described in the words that were said, with the problem it is for and the turns both stand in. What is
conditional, past, declined or only discussed is no order; neither is what merely continues, nor stopping: plan lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from clinical_language import Consult
from soap import model
from soap.model import UNSURE, Order, OrderKind
from soap.order_agreement import settled
from soap.order_candidates import GUESSED, Candidate, candidates, clinicians, never, said_outright
from soap.order_details import details_of
from soap.order_generic import said_of_others
from soap.order_reasons import Reasons, problems_of
from soap.order_referrals import referrals
from soap.order_weights import BARS, probability
from soap.order_wording import Part, dose_after, follow_up_parts, medicine_parts, test_parts
from soap.phrasing import slug

_BREATHS = 3  # turns after a medicine in which its dose may still be told
_SHORT = 6  # words of an answer between them
_WIDE = 1_000
DECISION: Mapping[OrderKind, str] = {
    "medication": "medication",
    "lab": "test",
    "imaging": "test",
    "followup": "followup",
}


_SURE = 0.5  # chance from which on an order that was not said in so many words is certain
_OR = re.compile(r"[^.?]{0,60}\bor(?: (?:maybe|perhaps|else|even|an?|some))? ")


@dataclass(frozen=True, slots=True)
class _Found:
    """A mention that orders; `until`: turn, and place in it, where the next thing is named; `either`: one of two."""

    candidate: Candidate
    chance: float
    until: tuple[int, int]
    either: bool = False


def found_orders(consult: Consult) -> tuple[Order, ...]:
    """Orders in order of speech; the same thing named again is one order. Pure."""
    speakers = clinicians(consult)
    groups = _specific(_ordered(consult))
    reasons = Reasons(problems_of(consult, speakers))
    orders = [_order(consult, group, reasons) for group in groups]
    return tuple(
        sorted([*orders, *_referred(consult, speakers)], key=lambda order: (order.evidence[-1], order.key))
    )


def _ordered(consult: Consult) -> list[list[_Found]]:
    """For each thing that is ordered, the mentions that order it, surest first."""
    groups: dict[str, list[_Found]] = {}
    for found in _mentions(consult, list(settled(consult, list(candidates(consult))))):
        groups.setdefault(found.candidate.key, []).append(found)
    return [sorted(group, key=lambda f: (-f.chance, f.candidate.turn)) for group in groups.values()]


def _mentions(consult: Consult, named: list[Candidate]) -> Iterator[_Found]:
    chances = [_chance(candidate) for candidate in named]
    orders = [chance >= BARS[DECISION[c.kind]] for chance, c in zip(chances, named, strict=True)]
    two = [
        orders[i] and orders[i + 1] and _is_either(consult, named[i], named[i + 1])
        for i in range(len(named) - 1)
    ]
    for place in (i for i, ordered in enumerate(orders) if ordered):
        following = named[place + 1] if place + 1 < len(named) else None
        until = (following.turn, following.first) if following else (len(consult.turns), 0)
        yield _Found(named[place], chances[place], until, any(two[max(0, place - 1) : place + 1]))


def _is_either(consult: Consult, one: Candidate, other: Candidate) -> bool:
    """ "Either nitrofurantoin or trimethoprim"."""
    if one.turn != other.turn or one.key == other.key or {one.kind, other.kind} != {"medication"}:
        return False
    return bool(_OR.fullmatch(consult.turns[one.turn].text.lower()[one.last : other.first]))


def _chance(candidate: Candidate) -> float:
    """How likely the mention orders, between 0 and 1."""
    if never(candidate):
        return 0.0
    learned = probability(DECISION[candidate.kind], candidate.signs)
    return max(learned, _SURE) if said_outright(candidate) else learned


def _specific(groups: list[list[_Found]]) -> list[list[_Found]]:
    """ "Some blood tests" is said of the tests that are then named; alone it stays."""
    others = said_of_others([group[0].candidate for group in groups])
    return [group for group in groups if group[0].candidate.key not in others]


def _order(consult: Consult, group: list[_Found], reasons: Reasons) -> Order:
    best = group[0].candidate
    parts = _parts(consult, group)
    reason = reasons.of(best)
    evidence = {best.turn, *best.settled, *(part.turn for part in parts)} | (
        {reason.turn} if reason else set()
    )
    description = " ".join(part.text for part in parts)
    why = reason.words if reason else ""
    return Order(_key(best), best.kind, description, why, tuple(sorted(evidence)), _details(group, parts))


def _details(group: list[_Found], parts: list[Part]) -> dict[str, str]:
    best = group[0].candidate
    if GUESSED in best.signs:  # in the words that were said: the guess is for the doctor to make
        return details_of(replace(best, concept=None), parts) | {UNSURE: "name not certain"}
    if any(found.either for found in group):
        return details_of(best, parts) | {UNSURE: "one of two that were named"}
    return details_of(best, parts) | ({} if group[0].chance >= _SURE else {UNSURE: "not said outright"})


def _key(candidate: Candidate) -> str:
    family = {"medication": "medicine", "followup": ""}.get(candidate.kind, "test")
    name = candidate.key if candidate.concept else slug(candidate.key)
    return f"{model.PLAN}:{family}:{name}" if family else f"{model.PLAN}:{name}"


def _parts(consult: Consult, group: list[_Found]) -> list[Part]:
    """What was said of the thing where it was ordered; what another ordering mention adds comes behind."""
    parts: list[Part] = []
    for found in group[:3]:
        new = _said(consult, found)
        have = {part.name for part in parts}
        parts += [part for part in new if part.name not in have]
    return parts


def _said(consult: Consult, found: _Found) -> list[Part]:
    candidate = found.candidate
    text = consult.turns[candidate.turn].text.lower()
    place = (candidate.turn, text, candidate.first, candidate.last)
    if candidate.kind == "medication":
        parts = medicine_parts(*place, until=_reach(found, candidate.turn))
        have = {part.name for part in parts}
        return parts + [part for part in _said_on(consult, found) if part.name not in have]
    if candidate.kind == "followup":
        return follow_up_parts(*place)
    return test_parts(*place, blood=candidate.kind == "lab")


def _reach(found: _Found, turn: int) -> int:
    """How far a turn's text is still about the thing found."""
    return found.until[1] if found.until[0] == turn else 10**9


def _said_on(consult: Consult, found: _Found) -> Iterator[Part]:
    """How a medicine is taken, where that is said in the speaker's next breaths: a short answer may stand between."""
    speaker = consult.turns[found.candidate.turn].speaker
    first, last = found.candidate.turn + 1, min(found.candidate.turn + _BREATHS, found.until[0])
    for turn in range(first, min(last + 1, len(consult.turns))):
        said = consult.turns[turn]
        if said.speaker == speaker:
            yield from dose_after(turn, said.text[:_WIDE].lower(), _reach(found, turn))
        elif "?" in said.text or len(said.text.split()) > _SHORT:
            return


def _referred(consult: Consult, speakers: frozenset[str]) -> Iterator[Order]:
    seen: set[str] = set()
    for turn, said in enumerate(consult.turns):
        if said.speaker not in speakers:
            continue
        text = said.text.lower()
        for sentence in consult.sentences[turn]:
            for found in referrals(text, sentence.start, sentence.start + len(sentence.text)):
                key = f"{model.PLAN}:referral:{slug(found.who)}"
                if key not in seen:
                    seen.add(key)
                    to = {"to": found.who}
                    yield Order(key, "referral", f"referral to {found.who}", "", (turn,), to)

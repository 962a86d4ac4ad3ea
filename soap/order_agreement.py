"""What is settled over several turns: a medicine offered and then sent to the pharmacy, or offered and agreed to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from clinical_language import Consult
from clinical_language.remembering import remembered
from soap.order_candidates import Candidate, never
from soap.order_generic import said_of_others

_TURNS = 6  # after an offer, in which it may be settled
_WIDE = 600  # characters of a turn that are read
_SENT = re.compile(
    r"\b(?:i'?ll|i will|i can|i'?m (?:going to|gon ?na)|we'?ll|we will|we can|let me)(?:,? (?!not\b)[\w']+){0,3},? "
    r"(?:send|prescribe|pop|put|write|issue|arrange|give|get)(?: you)?(?:,? (?:a|some|the|,)){0,2},? "
    r"(?:(?:it|that|those|them|this|these)\b"
    r"(?: (?:one|on|off|over|through|across|up|out|for you|to (?:the|your))\b|,|$|\.)|"
    r"(?:prescription|script)\b(?! for (?!that|it|those|them|this|you)))"
)
_NOT_YET = re.compile(r"\b(?:if|unless|once|when|don't|not)\b")
_OFFER = re.compile(
    r"\b(?:happy (?:to|with|for)|would you like|do you want|shall (?:i|we)|(?:can|could|should) (?:i|we) (?:send|give|"
    r"prescribe|book|arrange|start|try)|(?:is|are) (?:that|you) (?:ok|okay|all right|alright)|how about)\b"
)
_YES = re.compile(
    r"^(?:(?:um+|uh+|oh+|mm+|well|right|great)\W+)*(?:yes|yeah|yep|yup|okay|ok|sure|fine|please|of course|absolutely|"
    r"definitely|that(?:'s| is| would be| sounds|'d be) (?:fine|good|great|okay|ok|perfect|all right))\b(?!,? but\b)"
)


def settled(consult: Consult, named: Sequence[Candidate]) -> Iterator[Candidate]:
    """The candidates, each with the turns in which it is settled that it is ordered."""
    turns: dict[int, set[int]] = {}
    open_ = [(place, c) for place, c in enumerate(named) if not never(c)]
    medicines: dict[int, list[tuple[int, Candidate]]] = {}
    for place, c in open_:
        if c.kind == "medication":
            medicines.setdefault(c.turn, []).append((place, c))
    for turn, until in _sendings(consult):
        near = (one for at in range(turn - _TURNS, turn + 1) for one in medicines.get(at, ()))
        offered = [(place, c) for place, c in near if _is_before(consult, c, turn, until)]
        others = said_of_others([c for _, c in offered])
        meant = [(place, c) for place, c in offered if c.key not in others]
        if len({c.key for _, c in meant}) == 1:  # of two that were offered nobody can tell which is sent
            turns.setdefault(meant[-1][0], set()).add(turn)
    for place, c in open_:
        if (answer := _agreed(consult, c)) is not None:
            turns.setdefault(place, set()).add(answer)
    for place, c in enumerate(named):
        yield replace(c, settled=tuple(sorted(turns[place]))) if place in turns else c


def _sendings(consult: Consult) -> Iterator[tuple[int, int]]:
    """Turns in which somebody says that what was spoken of is sent or prescribed, and where in them."""
    for turn, said in enumerate(consult.turns):
        if (at := _sends(said.text[:_WIDE].lower())) is not None:
            yield turn, at


@remembered
def _sends(text: str) -> int | None:
    found = _SENT.search(text)
    if found is None or _NOT_YET.search(text, max(0, found.start() - 60), found.start()):
        return None
    return None if text.find("?", found.end(), found.end() + 60) >= 0 else found.start()


def _is_before(consult: Consult, candidate: Candidate, turn: int, until: int) -> bool:
    same_side = consult.turns[candidate.turn].speaker == consult.turns[turn].speaker
    return same_side and (candidate.turn, candidate.last) <= (turn, until)


def _agreed(consult: Consult, candidate: Candidate) -> int | None:
    """The turn in which the other side says yes to the thing that is offered at the end of a turn."""
    asked = consult.turns[candidate.turn]
    text = asked.text[max(0, candidate.first - 150) : candidate.last + 200].lower()
    if candidate.turn + 1 >= len(consult.turns) or not (_OFFER.search(text) and text.rstrip().endswith("?")):
        return None
    answer = consult.turns[candidate.turn + 1]
    said_yes = answer.speaker != asked.speaker and _YES.match(answer.text[:120].lower())
    return candidate.turn + 1 if said_yes else None

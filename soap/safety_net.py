"""A condition and what to do then, said in two breaths: "if you get a fever, or a rash ... ring us straight away".

A safety net holds only with both halves: a condition without its consequence warns of nothing, and a
consequence without its condition sends everybody to hospital.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from soap.clauses import Clause
from soap.strands import Strand

_REACH = 6  # clauses after the condition in which its consequence may come
_LEAD = re.compile(
    r"^(?:(?:so|and|but|then|however|obviously|or|also|now|,|in the meantime|the other thing is|otherwise|"
    r"i (?:will|'ll) admit|like i said|initially|again|while [^,]{3,60}?(?:,| (?=if\b))|"
    r"(?:the )?(?:main )?things? to (?:look|watch) out for"
    r"(?: (?:is|are|would be))?) ?)*"
    r",? ?"
    r"(?=(?:if|in case|should you|should your)\b)"
)
_ANY = re.compile(r"^any (?:deterioration|worsening|changes?|new symptoms)\b")
_WITH = re.compile(  # "with chest pain, if you get that, it's an emergency": what follows is said again as what to do
    r"^(?:(?:so|and|but|obviously|again|then) )*with (?:any )?([^.?!]{3,60}?),? "
    r"if you (?:get|have|develop|notice)(?: (?:that|this|them|it|those|any)\b.*)?$"
)
_WEIGHS = re.compile(r"^(?:that|this|it) ?(?:'s|is|would be) [^.]{0,30}\bemergency\W*$")
_CONDITION = re.compile(r"^(?:if|in case|should you|should your) ")
_GOES_ON = re.compile(
    r"^(?:or |and )?(?:you (?:get|have|feel|are|notice|develop|start)|it (?:is|'s|gets|feels)|"
    r"they (?:are|'re|persist|get)|feel|any|your \w+)\b|^or "
)
_SEEKS = re.compile(
    r"\b(?:call|ring|phone|contact|come back|come in|speak to (?:you|us|me|a|your)|a and e|a & e|999|111|911|hospital|"
    r"emergency|ambulance|let (?:me|us) know|get back to|in touch|appointment|(?:see|examine|review) you|"
    r"see (?:me|us|a|your|the) ?(?:gp|doctor)?|urgent\w*|straight away|immediately|medical attention|samples?)\b"
)
_CONSEQUENCE = re.compile(
    r"^(?:(?:then|either|please|just|so|do|i think|,) ?)*"
    r"(?:we (?:would|'d|will|may|might|do )?|you (?:would|'d|will|should|"
    r"need|must|can|may|might|have to)|i (?:would|'d|want|will|need)|feel free|"
    r"call|ring|phone|contact|come|speak|go|get|let|give|see|make|"
    r"book|seek|that (?:would|will) be (?:an? )?(?=a and e|999|hospital|emergency)|that 's urgent)\b"
)
_REWORDED = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(?:(?:then|so|just|,|do|please|i think) )+", ""),
        (r"^feel free to ", ""),
        (r"^that (?:would|will) be (?:an? )?(?=a and e|999|hospital|emergency)", "go to "),
        (r"^(?:(?:i|we)(?: (?:would|'d|will|do))? (?:like|want|need)(?: for)? you to |"
            r"you(?: (?:would|'d|will|do))? (?:need|have|want) to |you (?:must|should) |please )", ""),
        (r"^(?:i|we) (?:would|'d) like to come and see (?:you|me|us)\b", "come back"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Warned:
    """A strand as it is to be read: `at` its place among the clauses, `turns` all it rests on."""

    at: int
    strand: Strand
    turns: tuple[int, ...]
    places: tuple[int, ...]


_HANGING = re.compile(
    r"(?:^| )((?:if|unless|in case)(?: you (?:feel|think|find|notice)(?: like| that)?)?)"
    r"(?:[ ,]+(?:in the meantime|at any point|meanwhile))?[ ,.]*$"
)


def carried(strands: Sequence[Strand]) -> list[Strand]:
    """An "if" that stands alone at the end of a clause belongs to the next one, which is no fact then."""
    found = list(strands)
    for at in range(1, len(found)):
        before, clause = found[at - 1].clause, found[at].clause
        hangs = _HANGING.search(before.words)
        if hangs and clause.turn - before.turn <= 2:
            found[at] = replace(found[at], clause=replace(clause, text=f"{hangs[1]} {clause.text}"))
    return found


_BEGUN = re.compile(
    r"\b(?:giv(?:e|ing)|get(?:ting)?|prescrib(?:e|ing)|start(?:ing)?|tak(?:e|ing)|try(?:ing)?|do(?:ing)?|arrang(?:e|ing)|"
    r"send(?:ing)?)(?: you)?(?: on)?$"
)
_OPEN = re.compile(r"\b(?:an?|the|some)[ ,.]*$")


def _spoken_on(strands: Sequence[Strand], at: int) -> bool:
    """Whether a breath ends before the thing it is about ("we can think about giving you a, / a script for ...")."""
    if at + 1 == len(strands):
        return False
    clause, after = strands[at].clause, strands[at + 1].clause
    begun = _BEGUN.search(clause.text) and _OPEN.search(clause.words)
    return bool(begun) and not after.asked and after.turn - clause.turn <= 2


def _one(parts: Sequence[Strand]) -> Strand:
    """Two breaths of one thought."""
    first, last = (part.clause for part in parts)
    text = f"{first.text} {last.text}"
    clause = replace(first, words=text, text=text, asked=False, heard=(*first.heard, *last.heard))
    return replace(parts[0], clause=clause, plan=max(part.plan for part in parts))


def rejoined(strands: Sequence[Strand]) -> list[Warned]:
    """All strands in order; a condition whose consequence came later is one strand with it."""
    found: list[Warned] = []
    at = 0
    while at < len(strands):
        run = _run(strands, at)
        on = run == at and _spoken_on(strands, at)
        run += on
        parts = strands[at : run + 1]
        whole = _one(parts) if on else _joined(parts) if run > at else strands[at]
        found.append(Warned(at, whole, _turns(parts), tuple(range(at, run + 1))))
        at = run + 1
    return found


def _turns(parts: Sequence[Strand]) -> tuple[int, ...]:
    return tuple(sorted({part.clause.turn for part in parts}))


def _open(clause: Clause) -> bool:
    """Whether it is a condition that still waits for what to do."""
    text = _condition(clause)
    return not clause.asked and bool(_CONDITION.match(text)) and not _SEEKS.search(text)


def _condition(clause: Clause) -> str:
    """The condition without what leads it in: "any deterioration ..." is one, too."""
    text = _WITH.sub(r"if you get \1", _LEAD.sub("", clause.text))
    return f"if there is {text}" if _ANY.match(text) else text


def _run(strands: Sequence[Strand], at: int) -> int:
    """Place of the consequence of the condition at `at`; `at` itself when there is none."""
    if not _open(strands[at].clause):
        return at
    last = strands[at].clause.turn
    for place in range(at + 1, min(len(strands), at + 1 + _REACH)):
        clause = strands[place].clause
        if clause.asked or clause.turn > last + 3:
            return at
        last = clause.turn
        if _CONSEQUENCE.match(clause.text) and _SEEKS.search(clause.text):
            return place
        goes_on = _GOES_ON.match(clause.text) or _WEIGHS.match(clause.text)
        if not goes_on and not _open(clause) and len(clause.text.split()) > 2:
            return at
    return at


def _joined(parts: Sequence[Strand]) -> Strand:
    """One strand of a condition's pieces and its consequence."""
    clauses = [part.clause for part in parts]
    conditions = [_condition(clauses[0])]
    conditions += [
        c.text if c.text.startswith(("or ", "and ")) else f"or {c.text}"
        for c in clauses[1:-1]
        if _GOES_ON.match(c.text) or _open(c)
    ]
    text = f"{', '.join(conditions)}, {consequence(clauses[-1].text)}"
    heard = tuple(pair for clause in clauses for pair in clause.heard)
    clause = replace(clauses[0], words=text, text=text, asked=False, heard=heard)
    return replace(parts[0], clause=clause, plan=max(part.plan for part in parts))


def consequence(text: str) -> str:
    """What to do, as an instruction: "i want you to ring us" -> "you should ring us"."""
    told = text
    for pattern, by in _REWORDED:
        told = pattern.sub(by, told)
    return (
        told
        if told.startswith(("we ", "i ", "either ", "you may ", "you might "))
        else f"you should {told.removeprefix('you should ')}"
    )

"""The problems of a visit in the doctor's words, and which clause of the plan is about which.

A problem opens where the doctor names it ("for your second problem of diabetes") or gives an impression of it ("i think
you have ..."). What the patient takes it to be is never a problem here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from clinical_language import Kind, Mention, State
from clinical_language.context import state_of
from soap.clauses import Clause
from soap.impressions import Impression, heading, impressions, named_diagnosis
from soap.notation import notation
from soap.phrasing import capital
from soap.problem_names import conditions, name_of, split_at
from soap.strands import Strand

_OPENS = re.compile(
    r"^(?:(?:so|and|now|then|but|also|okay|again|well|lastly|first|second|next|finally|,) )*"
    r"(?:for|regarding|in terms of|as far as|with regards? to|when it comes to|in regards? to|"
    r"concerning|from (?:a|an)) (?:(?:your|the|his|her|this|that|my) )?"
    r"(?:(?P<number>first|second|third|fourth|fifth|next|last|final|other|main|primary|1st|2nd|"
    r"3rd|1|2|3)(?: of all)? )?"
    r"(?P<noun>(?:problems?|issues?|concerns?|diagnosis|complaint|thing)(?: of| is| ,| :|,|:)* ?)?"
)


@dataclass(slots=True)
class Problem:
    """One problem. `text` is its heading, `said` the diagnosis the doctor gives of it, if any."""

    key: str
    text: str
    state: State = State.PRESENT
    confidence: float = 0.7
    codes: dict[str, str] = field(default_factory=dict)
    evidence: set[int] = field(default_factory=set)
    opened: str = ""  # concept id it was opened with


_OPENED = 0.12  # probability of the plan under which "in terms of your ..." is talk
_ASKED = re.compile(r"^[ ,]*(?:is (?:it|there|that)|are|do|does|did|have|has|any|anything|when|how|what)\b")
_ASKING = re.compile(r"\b(?:any|how|what|whether|helping|getting|if|when|while)\b")


def _asks(clause: Clause, start: int, mention: Mention) -> bool:
    """Whether the doctor asks about it ("in terms of your ears, any dullness", "for the cough, is it dry")."""
    before, after = split_at(clause.words, mention)
    return bool(_ASKING.search(before[start:]) or _ASKED.match(after))


_OPINION = re.compile(
    r"\b(?:think|likely|unlikely|doubt|sounds?|looks?|seems?|suspect|believe|suggest\w*|concerned)\b"
)


def opened(clause: Clause, plan: float) -> Mention | str | None:
    """What a clause opens as the problem to talk of: a concept, or its words when no table knows it."""
    found = _OPENS.match(clause.words)
    if found is None:
        return None
    rest = clause.words[found.end() :]
    named = next(
        (m for m in conditions(clause) if len(split_at(clause.words, m)[0]) <= found.end() + 30), None
    )
    numbered = bool(found["number"] or found["noun"])
    if named is not None and (numbered or (plan >= _OPENED and not _asks(clause, found.end(), named))):
        return named
    words = re.split(r" (?:i|we|let|you|it|that|so|what|this|,|my)\b|[,.]", f"{rest} ")[0].split()
    words = [w for w in words if w not in {"your", "the", "of", "a", "first", "all", "for", "just"}]
    return (
        " ".join(words) if found["noun"] and any(len(w) > 3 for w in words) and 1 <= len(words) <= 5 else None
    )


_JUDGED = 0.04  # probability of the plan under which an impression is talk
_SURE = 0.25  # and under which words no table knows are no diagnosis


_NOT_SAYING = re.compile(r"\bnot (?:saying|suggesting)(?: that)?$")
_PAST = re.compile(r"\b(?:history|past|previous\w*|ago|used to|before|had)\b")
_AGO = re.compile(r"^(?: \w+){0,2} (?:years?|months?) ago\b")


class Problems:
    """Problems in the order opened, and the one being talked of."""

    def __init__(self) -> None:
        self.found: dict[str, Problem] = {}
        self.current: Problem | None = None
        self._before: Clause | None = None

    def hear(self, strand: Strand, *, goes_on_to_ask: bool = False) -> None:
        """Take in a clause of the doctor; `goes_on_to_ask`: what follows in the same turn is a question."""
        clause = strand.clause
        if clause.asked:
            return
        said = opened(clause, strand.plan)
        if goes_on_to_ask and isinstance(said, Mention) and said.concept.kind is Kind.FINDING:
            said = None  # "so for the cough, is it dry?"
        if said is not None:
            self._open(said, clause)
        unsaid = self._unsaid(clause)
        judged = [] if unsaid or strand.plan < _JUDGED else list(impressions(clause))
        for told in judged:
            self._judge(told, clause)
        if not judged and said is None and strand.plan >= _SURE and (named := named_diagnosis(clause)):
            self._open(named, clause)

    def _unsaid(self, clause: Clause) -> bool:
        """Whether the breath before took it back: "i am not saying / you have a heart attack"."""
        before, self._before = self._before, clause
        return before is not None and before.turn == clause.turn and bool(_NOT_SAYING.search(before.text))

    def _open(self, said: Mention | str, clause: Clause) -> None:
        if isinstance(said, str):
            key, text, codes, concept = re.sub(r"\W+", "_", said), capital(notation(said)), {}, ""
        else:
            state, _, who = state_of(clause.sentence_of(said), said, speaker="doctor")
            if who or state is State.ABSENT or _AGO.match(split_at(clause.text, said)[1]):
                return
            key, text, concept = said.concept.id, capital(name_of(clause, said)), said.concept.id
            codes = dict(said.concept.codes)
        problem = self.found.setdefault(key, Problem(key, text, codes=codes, opened=concept))
        problem.evidence.add(clause.turn)
        self.current = problem

    def _judge(self, told: Impression, clause: Clause) -> None:
        mention, before = told.mention, told.before
        state, confidence, who = state_of(clause.sentence_of(mention), mention, speaker="doctor")
        past = _PAST.search(before.rpartition(",")[2]) or _AGO.match(split_at(clause.text, mention)[1])
        if state is State.HISTORICAL and not past:
            state = State.PRESENT  # the history in the same breath is of something else
        if who or state in {State.HYPOTHETICAL, State.HISTORICAL, State.RESOLVED, State.FAMILY}:
            return
        if state is State.ABSENT and not _OPINION.search(before):
            return  # "you have no food allergies" is told of the past, not judged
        text, state = heading(name_of(clause, mention), told, state)
        key = mention.concept.id
        problem = self.found.get(key) or Problem(key, text, opened=key)
        problem.text, problem.state, problem.confidence = text, state, min(confidence, 0.8)
        problem.codes = dict(mention.concept.codes)
        problem.evidence.add(clause.turn)
        self.found[key] = problem
        if state is not State.ABSENT:
            self.current = problem


def heard_problems(strands: Sequence[Strand]) -> tuple[list[Problem], list[str]]:
    """Problems, and the key of the problem each clause is about ("" before any)."""
    problems = Problems()
    about = []
    for at, strand in enumerate(strands):
        after = strands[at + 1].clause if at + 1 < len(strands) else None
        asks = after is not None and after.asked and after.turn == strand.clause.turn
        problems.hear(strand, goes_on_to_ask=asks)
        about.append(problems.current.key if problems.current else "")
    return list(problems.found.values()), about

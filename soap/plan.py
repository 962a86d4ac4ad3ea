"""P of the note: treatment, tests, referrals, advice, follow-up, safety net, agreement; each line with its problem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from clinical_language import Consult, State
from soap import model
from soap.model import Statement
from soap.notation import notation
from soap.phrasing import sentence, slug
from soap.plan_continued import PlanLine, continued
from soap.plan_parts import (
    AGREEMENT,
    EDUCATION,
    FOLLOW_UP,
    PARTS,
    PLAIN,
    REFERRAL,
    SAFETY_NET,
    TESTING,
    TREATMENT,
    advises,
    is_surely_done,
    part_of,
    plain_advice,
)
from soap.plan_wording import plan_text
from soap.pronouns import referred
from soap.register import Person
from soap.safety_net import rejoined
from soap.strands import Strand

_LABELS = {
    TREATMENT: "Medical Treatment", TESTING: "Additional Testing", REFERRAL: "Specialist Referrals",
    EDUCATION: "Patient Education and Counseling", AGREEMENT: "Patient Agreements",
}  # fmt: skip
_AGREES = re.compile(
    r"^(?:(?:yes|yeah|yep|okay|ok|alright|all right|sure|no|oh|well|great|perfect|um|uh|,|"
    r"\.)[ ,.]*)*(?:that |this |it |all |both )?(?:all )?(?:sounds? (?:good|great|"
    r"like a (?:good )?plan|fine|perfect|okay|reasonable)|works(?: for me)?|"
    r"you got it|that 's (?:fine|good|great|perfect|okay)|that is (?:fine|good|great)|"
    r"(?:i )?agree|i can do that|i will do that|i 'll do that|let 's do (?:that|it)|absolutely|"
    r"makes sense|i understand|understood|will do|"
    r"that would be (?:good|great|fine|perfect)|i 'm (?:fine|okay|happy|good) with that|"
    r"i would like (?:that|to do that)|perfect|fair enough|sounds)\b"
)
_ASKED_CONSENT = re.compile(
    r"\b(?:sounds? (?:good|okay|all right|alright|like a plan|reasonable|fine)|"
    r"how does that sound|does that (?:sound|work|make sense)|is that (?:okay|all right|alright|"
    r"fine)|okay with (?:that|you)|agree)\b"
)
_AGREED = "The patient understands and agrees with the recommended medical treatment plan."
_YES = re.compile(
    r"^(?:(?:um|uh|,|oh) )*(?:yes|yeah|yep|okay|ok|sure|alright|all right|mm-hmm|absolutely|"
    r"definitely|perfect|great)\b"
)
_OBJECTS = re.compile(r"\b(?:but|not sure|do not want|don't want|rather not|would prefer|worried|no)\b")


_TOLD = 0.5  # over it "we will ..." is a plan whatever it is about
_LEAST, _SURE = 0.03, 0.5  # under the first nothing is a plan; a question is one only over the second


def plan_lines(strands: Sequence[Strand], about: Sequence[str], person: Person, bar: float) -> list[PlanLine]:
    """Clauses that plan something, worded as a note, each with the problem talked of."""
    lines: list[PlanLine] = []
    for warned in rejoined(strands):
        strand, clause = warned.strand, warned.strand.clause
        if lines and (longer := continued(lines[-1], warned, person)):
            lines[-1] = longer
            continue
        joined = len(warned.turns) > 1 or clause is not strands[warned.at].clause
        if (clause.asked and strand.plan < _SURE) or _completes_question(strands, warned.at):
            continue
        worded, turns = referred(plan_text(clause.text, person), strands[: warned.at], clause)
        part = part_of(worded, clause)
        sure = joined or part == SAFETY_NET or is_surely_done(worded, part)
        if strand.plan < _LEAST and not sure:
            continue
        if (
            part
            and 3 <= len(worded.split()) <= 55
            and (strand.plan >= bar or part in PLAIN or plain_advice(worded))
            and (part != EDUCATION or strand.plan >= _TOLD or advises(worded, clause))
        ):
            text = notation(worded, clause.mentions)
            evidence = tuple(sorted({*warned.turns, *turns}))
            lines.append(PlanLine(part, text, clause, about[warned.at], evidence, warned.places))
    return lines


_ASKS_HOW = re.compile(r"\bhow (?:many|far|much|long|often)\b|^(?:how|what|where|when)\b")


def _completes_question(strands: Sequence[Strand], at: int) -> bool:
    """ "How many stairs / you can climb before ...": the second half of a question."""
    before = strands[at - 1].clause if at else None
    clause = strands[at].clause
    return (
        before is not None
        and before.turn == clause.turn
        and (before.asked or _ASKS_HOW.search(before.text) is not None)
        and clause.text.startswith(("you can ", "you could ", "you may ", "you might "))
    )


def agreement(consult: Consult, since: int) -> tuple[int, ...]:
    """Turns in which the patient agrees to the plan talked of from turn `since` on; empty when nobody says so."""
    found = []
    for turn in range(since + 1, len(consult.turns)):
        if consult.turns[turn].speaker == "doctor" or not consult.sentences[turn]:
            continue
        said = " ".join(s.plain for s in consult.sentences[turn])
        asked = consult.turns[turn - 1].speaker == "doctor" and consult.sentences[turn - 1]
        question = consult.sentences[turn - 1][-1].plain if asked else ""
        if _OBJECTS.search(said):
            continue
        if _AGREES.match(said) or (_ASKED_CONSENT.search(question) and _YES.match(said)):
            found.append(turn)
    return tuple(found)


_SEES = re.compile(
    r"^we (?:will|would|should|can) (?:want to |need to |like to )*see the patient (?!\w+ again)"
)


def _both_see(line: PlanLine, other: PlanLine) -> bool:
    """Two ways to say that the patient is to be seen, the later without a time of its own."""
    sees = _SEES.match(line.text) and _SEES.match(other.text)
    return bool(sees) and not any(c.isdigit() for c in other.text)


def _once(lines: Sequence[PlanLine]) -> list[PlanLine]:
    """A line whose words all stand in an earlier one of the same part is that line, said again."""
    kept: list[PlanLine] = []
    for line in lines:
        content = line.content()
        same = next(
            (k for k in kept if k.part == line.part and (content <= k.content() or _both_see(k, line))), None
        )
        if same is None:
            kept.append(line)
        else:
            evidence = tuple(sorted({*same.evidence, *line.evidence}))
            kept[kept.index(same)] = replace(same, evidence=evidence)
    return kept


def _of_the_visit(line: PlanLine, problems: Sequence[str]) -> PlanLine:
    """Follow-up and safety net said at the end of several problems are about none of them by name."""
    closing = len(problems) > 1 and line.problem == problems[-1] and line.part in {FOLLOW_UP, SAFETY_NET}
    return replace(line, problem="") if closing and not line.clause.mentions else line


def plan_statements(
    lines: Sequence[PlanLine], titles: Mapping[str, str], consult: Consult
) -> Iterator[Statement]:
    """Lines by problem, each problem's together, then those of the visit; by part within; agreement closes the plan.

    `titles`: heading of each problem by key, in the order of the problems.
    """
    first: set[tuple[str, str]] = set()
    rank = {key: at for at, key in enumerate(titles)}
    ordered = sorted(
        (_of_the_visit(line, list(titles)) for line in _once(lines)),
        key=lambda x: (rank.get(x.problem, len(rank)), PARTS.index(x.part)),
    )
    for line in ordered:
        label = _LABELS.get(line.part, "") if (line.problem, line.part) not in first else ""
        first.add((line.problem, line.part))
        text = f"{label}: {sentence(line.text)}" if label else sentence(line.text)
        key = f"{model.PLAN}:{line.part}:{slug(line.clause.text)}"
        heading = titles.get(line.problem, "")
        yield Statement(key, model.PLAN, text, line.evidence, State.PRESENT, 0.8, {}, heading, line.part)
    agreed = agreement(consult, min((line.clause.turn for line in lines), default=len(consult.turns)))
    if agreed and lines:
        text = f"{_LABELS[AGREEMENT]}: {_AGREED}"
        yield Statement(
            f"{model.PLAN}:{AGREEMENT}", model.PLAN, text, agreed, State.PRESENT, 0.8, part=AGREEMENT
        )

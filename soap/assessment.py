"""A of the note: what the doctor takes it to be, problem by problem, with the reasoning said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clinical_language import State
from soap import model
from soap.clauses import Clause
from soap.model import Statement
from soap.notation import notation, third_person
from soap.phrasing import capital, sentence, slug
from soap.plan_wording import plan_text
from soap.problems import Problem
from soap.register import Person
from soap.strands import Strand

_SUMMARY = re.compile(
    r"^(?:(?:so|and|hi|,) )*(?P<who>(?:(?:mr|mrs|ms|miss|dr)\.? )?[a-z' -]{2,40}?|this|"
    r"the patient) is (?P<what>an? (?:\w+ ){0,4}?\d{1,3}[- ]+(?:year|month|week)s?[- ]+old .+)$"
)
_REASONS = re.compile(
    r"^(?:the patient (?:is|has|does|seems|appears|was|continues|looks)|(?:his|her|their|"
    r"the) (?:[\w'-]+ ){1,5}?(?:is|are|was|were|looks?|seems?|has|have|appears?)|"
    r"(?:this|it|that|these) (?:is|are|was|could|may|might|seems|appears|looks|sounds|does|can)|"
    r"i (?:think|believe|suspect|do not think|do think|feel|am (?:concerned|worried)|would not)|"
    r"my (?:concern|impression)|"
    r"(?:it )?(?:sounds|looks|seems|appears) (?:like|that|to be)|symptoms|there (?:is|are))\b"
)
_CUE = re.compile(
    r"\b(?:likely|probably|consistent|due to|because|caus\w+|suggest\w*|exacerbation|concern\w*|"
    r"believe|suspect|doing well|stable|"
    r"(?:un)?controlled|elevated|normal|improv\w+|wors\w+|healing|risk|related|retaining|flare\w*|"
    r"diagnos\w+|secondary|result of|"
    r"inflam\w+|infect\w+|managing|compliant|resolved|progress\w*|positive|negative|severe|mild|"
    r"chronic|acute|high|low)\b"
)
_NO_REASON = re.compile(
    r"\b(?:questions?|thank|good to see|nice to|hear|talk|look at|show me|let me|sounds (?:good|"
    r"fine)|how|what (?:that|this|it) means|mean|know what|tell|said|mentioned|dragon|"
    r"the patient .* the patient|weather|kids|fun|hope|sorry|happy|glad|proud|joke|love|guess|"
    r"ready|likely to get|back in|be in|nurse|going to|will)\b"
)
_OPENS_WITH = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"^(?:i|we) (?:do )?(?:think|feel like|feel)(?: that)? ", "i believe "),
        (r"^(?:it )?(?:sounds|looks|seems)(?: to me)? like ", "it appears that "),
        (r"\bdoing (?:a )?(?:really |pretty |very )?(?:good|great) job\b", "doing well"),
        (r"\b(?:pretty|really|very|quite) (?=well|good|stable)", ""),
        (r"^i believe (?:you are|that you are) doing well", "you are doing well"),
        (r"^it appears that (?:you are|you 're) doing", "you are doing"),
    )
)


def summary(strands: Sequence[Strand]) -> Iterator[Statement]:
    """The one-line summary the doctor dictates ("... is a 61-year-old male with ... who presents with ...")."""
    for strand in strands:
        found = _SUMMARY.match(strand.clause.text) if not strand.clause.asked else None
        if found is None:
            continue
        who = (
            "The patient"
            if found["who"] in {"this", "he", "she", "the patient", "patient"}
            else _title(found["who"])
        )
        text = notation(f"is {found['what']}", strand.clause.mentions)
        text = re.sub(r"(\d) ?- ?(year|month|week)s? ?- ?old|(\d) (year|month|week)s? old", _aged, text)
        yield Statement(
            f"{model.ASSESSMENT}:summary",
            model.ASSESSMENT,
            sentence(f"{who} {text}"),
            (strand.clause.turn,),
            State.PRESENT,
            0.75,
        )
        return


def _aged(found: re.Match[str]) -> str:
    return f"{found[1] or found[3]}-{found[2] or found[4]}-old"


def _title(name: str) -> str:
    return " ".join(word.capitalize() for word in name.split())


def problem_statements(problems: Sequence[Problem]) -> Iterator[Statement]:
    """A heading per problem, in the order opened."""
    for problem in problems:
        key, evidence = f"{model.ASSESSMENT}:{problem.key}", tuple(sorted(problem.evidence))
        text = sentence(problem.text)
        yield Statement(
            key, model.ASSESSMENT, text, evidence, problem.state, problem.confidence, problem.codes
        )


def _reason(clause: Clause, person: Person) -> str:
    text = clause.text
    for pattern, by in _OPENS_WITH:
        text = pattern.sub(by, text)
    worded = (
        plan_text(text, person)
        if not text.startswith(("i believe", "it appears"))
        else third_person(text, person)
    )
    return notation(worded, clause.mentions)


def reasoning(
    strands: Sequence[Strand],
    about: Sequence[str],
    naming: set[int],
    planned: set[int],
    person: Person,
    bar: float,
) -> Iterator[tuple[str, Statement]]:
    """What the doctor says of a problem that is neither its name nor a plan, with the problem's key."""
    for at, (strand, problem) in enumerate(zip(strands, about, strict=True)):
        clause = strand.clause
        if strand.plan < bar or at in planned or clause.asked or _SUMMARY.match(clause.text):
            continue
        text = _reason(clause, person)
        if (
            not _REASONS.match(text)
            or not _CUE.search(text)
            or _NO_REASON.search(text)
            or not 4 <= len(text.split()) <= 40
        ):
            continue
        key = f"{model.ASSESSMENT}:reasoning:{slug(clause.text)}"
        yield (
            problem,
            Statement(key, model.ASSESSMENT, sentence(capital(text)), (clause.turn,), State.PRESENT, 0.7),
        )

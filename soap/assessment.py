"""A of the note: the summary the doctor gives, and the problems he names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clinical_language import State
from soap import model
from soap.model import Statement
from soap.notation import notation
from soap.phrasing import sentence
from soap.problems import Problem
from soap.strands import Strand

_SUMMARY = re.compile(
    r"^(?:(?:so|and|hi|,) )*(?P<who>(?:(?:mr|mrs|ms|miss|dr)\.? )?[a-z' -]{2,40}?|this|"
    r"the patient) is (?P<what>an? (?:\w+ ){0,4}?\d{1,3}[- ]+(?:year|month|week)s?[- ]+old .+)$"
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

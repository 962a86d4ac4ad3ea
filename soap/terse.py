"""The assessment and plan of a note in the short form, and how many words such a note may have.

A doctor who meets the patient afresh jots; the plan is jotted too: no labels of its parts (`Statement.part` has them),
no "the patient". What explains the plan gives way when the note is long; what is done, and when to come back, never.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from soap import model
from soap.model import Statement
from soap.phrasing import capital
from soap.plan_parts import AGREEMENT, EDUCATION
from soap.register import Person
from soap.register.brief import without_grammar

WORDS = 225  # of a note, from which on lines that explain give way
EXPLAINED = 250  # from which on advice does
FULL = 280
_BARELY, _SURELY = 0.7, 0.95  # how sure a told line must be not to give way, at `WORDS` and at `FULL` words
_FACT = 5  # words that a finding costs in its line, so that a line that grows later changes nothing here
_GIVES_WAY = frozenset({EDUCATION, AGREEMENT})
_LABEL = re.compile(
    r"^(?:[A-Z][a-z]+ ){1,3}(?:and Counseling|Treatment|Testing|Referrals|Reasoning|Agreements): "
)
_OPENINGS = (
    (
        re.compile(
            r"\b(if|when|once|unless) (?:the patient|he|she) is "
            r"(?=(?:still|not|getting|feeling|having|struggling|more|passing|happy|unwell)\b)"
        ),
        r"\1 ",
    ),
    (re.compile(r"\b(if|when|once|unless) (?:the patient|he|she)\b"), r"\1 patient"),
    (re.compile(r", (?i:i) (?:suggest|recommend) (?:taking )?"), ", "),
    (
        re.compile(r"^i (advised|encouraged|asked|told) (?:the patient|him|her) (?:to do, is )?(?:to )?"),
        r"\1 to ",
    ),
    (re.compile(r"^i "), ""),
    (re.compile(r"^(?:the patient|he|she) (?:understands and )?agrees with .*"), "agrees with the plan"),
    (re.compile(r"^(?:the patient|he|she|we) (?=(?:will|should|can|may|could|must|would)\b)"), ""),
    (re.compile(r"\b(to|see|with|call) (?:him|her)\b(?= (?:and|or|if|again|about)\b|[,.])"), r"\1 patient"),
    (re.compile(r"\b(give|send|provide) (?:the )?patient (?:with )?(?=\w)"), r"\1 "),
    (re.compile(r"\b(if|when|unless) (?:the )?patient is (?=\w+ing\b)"), r"\1 "),
    (
        re.compile(
            r",? (?:as well|in (?:the )?meantime|of course|anything like that|or anything like that)(?=[,.]|$)"
        ),
        "",
    ),
    (re.compile(r",? (?:the patient|he|she) should (?=(?:call|come|see|contact|go|ring|seek)\b)"), ", "),
)


def jotted(statements: Sequence[Statement], person: Person) -> Iterator[Statement]:
    """A note's statements in the short form, within its budget."""
    left_out = _over(statements)
    for at, statement in enumerate(statements):
        if at not in left_out:
            spoken = statement.section in {model.PLAN, model.ASSESSMENT}
            yield replace(statement, text=terse(statement.text, person)) if spoken else statement


def terse(text: str, person: Person) -> str:
    """ "I advised the patient to drink the fluids." -> "Advised to drink fluids."."""
    text = _LABEL.sub("", text)
    text = text if text[1:2].isupper() else text[:1].lower() + text[1:]
    for opening, by in _OPENINGS:
        text = opening.sub(by, text)
    return capital(without_grammar(text, person)) or text


def _gives_way(statement: Statement, used: int) -> bool:
    """Whether it explains, reasons, or was told and is not worth its words when so many are `used`."""
    bar = _BARELY + (_SURELY - _BARELY) * (used - WORDS) / (FULL - WORDS)
    reasons = statement.key.startswith(f"{model.ASSESSMENT}:") and "reasoning" in statement.key
    return (
        statement.part in _GIVES_WAY or reasons or (":told:" in statement.key and statement.confidence < bar)
    )


def _over(statements: Sequence[Statement]) -> frozenset[int]:
    """Places of the lines that give way: told when the note had its words already, whatever came after."""
    left_out, used = set(), 0
    for at in sorted(range(len(statements)), key=lambda i: statements[i].evidence[0]):
        statement = statements[at]
        told = ":told:" in statement.key or statement.section in {model.PLAN, model.ASSESSMENT}
        if used > (EXPLAINED if statement.part == EDUCATION else WORDS) and _gives_way(statement, used):
            left_out.add(at)
        else:
            used += len(statement.text.split()) if told else _FACT
    return frozenset(left_out)

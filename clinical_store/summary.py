"""The visit summary a patient reads: built from the signed statements alone, under plain titles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from clinical_store.note import Addendum, Frozen, Statement

#: Plain words for the note's sections, in the order a patient reads them.
PLAIN_TITLES = {
    "subjective.chief_complaint": "Why you came",
    "subjective.hpi": "What you told us",
    "subjective.review_of_systems": "Other symptoms we asked about",
    "subjective.past_medical_history": "Your earlier illnesses",
    "subjective.medications": "Medicines you take",
    "subjective.allergies": "Your allergies",
    "subjective.family_history": "Illnesses in your family",
    "subjective.social_history": "Your daily life",
    "subjective": "What you told us",
    "objective.vitals": "Your measurements",
    "objective.exam": "What we saw when examining you",
    "objective.results": "Your test results",
    "objective": "What we found",
    "assessment": "What we think it is",
    "plan.medications": "Your treatment",
    "plan.orders": "Tests we ordered",
    "plan": "What happens next",
    "plan.follow_up": "When to come back",
    "plan.safety_net": "When to call us right away",
}
_ORDER = {section: position for position, section in enumerate(PLAIN_TITLES)}
_LAST = len(_ORDER)


InPlainWords = Callable[[str], str]
"""A signed line as the patient reads it: the same facts in plain words."""


def as_signed(text: str) -> str:
    """`InPlainWords` that changes nothing."""
    return text


class SummarySection(Frozen):
    """One heading and its lines. `section` is the note's name for it; `signed_lines` are the doctor's own words."""

    section: str
    title: str
    lines: tuple[str, ...]
    signed_lines: tuple[str, ...]


class SummaryAddendum(Frozen):
    """Something the doctor added after signing."""

    id: UUID
    author_name: str
    added_at: datetime
    text: str


class VisitSummary(Frozen):
    """The signed visit in plain headings. `date`: when the visit began (UTC)."""

    visit_id: UUID
    doctor_name: str
    patient_name: str
    date: datetime
    signed_at: datetime
    signed_by: str
    sections: tuple[SummarySection, ...]
    addenda: tuple[SummaryAddendum, ...] = ()


def plain_title(section: str) -> str:
    """The heading of a section; an unknown one takes its parent's, and at last its own name in words.

    >>> plain_title("plan.diet"), plain_title("care_team")
    ('What happens next', 'Care team')
    """
    name = section
    while name not in PLAIN_TITLES and "." in name:
        name = name.rpartition(".")[0]
    return PLAIN_TITLES.get(name) or section.replace("_", " ").replace(".", ", ").capitalize()


def sections_of(
    statements: Sequence[Statement], in_plain_words: InPlainWords = as_signed
) -> tuple[SummarySection, ...]:
    """Statements under their headings; lines keep the note's order, equal headings become one."""
    first_section: dict[str, str] = {}
    lines: dict[str, list[str]] = {}
    for statement in sorted(statements, key=lambda line: _place(line.section)):
        title = plain_title(statement.section)
        first_section.setdefault(title, statement.section)
        lines.setdefault(title, []).append(statement.text)
    return tuple(
        SummarySection(
            section=first_section[title],
            title=title,
            lines=tuple(in_plain_words(text) for text in texts),
            signed_lines=tuple(texts),
        )
        for title, texts in lines.items()
    )


def _place(section: str) -> int:
    name = section
    while name not in _ORDER and "." in name:
        name = name.rpartition(".")[0]
    return _ORDER.get(name, _LAST)


def addenda_of(addenda: Sequence[Addendum]) -> tuple[SummaryAddendum, ...]:
    return tuple(SummaryAddendum(**addendum.model_dump(exclude={"author_id"})) for addendum in addenda)

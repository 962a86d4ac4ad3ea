"""The draft note: statements with evidence, what needs review, orders. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from clinical_language import State

OrderKind = Literal["medication", "lab", "imaging", "referral", "followup"]
ReviewReason = Literal["unanswered", "contradicted", "unclear", "spelling"]

UNSURE = "unsure"
"""In an order's details: why it is not certain. The doctor decides; nothing is drafted from it before."""

CHIEF_COMPLAINT = "subjective.chief_complaint"
HPI = "subjective.hpi"
REVIEW_OF_SYSTEMS = "subjective.review_of_systems"
PAST_MEDICAL_HISTORY = "subjective.past_medical_history"
MEDICATIONS = "subjective.medications"
ALLERGIES = "subjective.allergies"
FAMILY_HISTORY = "subjective.family_history"
SOCIAL_HISTORY = "subjective.social_history"
VITALS = "objective.vitals"
EXAM = "objective.exam"
RESULTS = "objective.results"
ASSESSMENT = "assessment"
PLAN = "plan"

SECTIONS: Mapping[str, str] = {
    CHIEF_COMPLAINT: "Chief complaint",
    HPI: "History of present illness",
    REVIEW_OF_SYSTEMS: "Review of systems",
    PAST_MEDICAL_HISTORY: "Past medical history",
    MEDICATIONS: "Medications",
    ALLERGIES: "Allergies",
    FAMILY_HISTORY: "Family history",
    SOCIAL_HISTORY: "Social history",
    VITALS: "Vital signs",
    EXAM: "Examination",
    RESULTS: "Results",
    ASSESSMENT: "Assessment",
    PLAN: "Plan",
}


@dataclass(frozen=True, slots=True)
class VisitContext:
    """What is known of the visit before anybody speaks. `age` in years."""

    age: float | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the note. `evidence`: indexes of the turns it rests on, ascending, never empty.

    `key` is the same for the same line when turns are appended ("subjective.hpi:finding.headache"). `part` of the plan:
    treatment, testing, referral, education, follow_up, safety_net, agreement. `problem`: heading of the problem that a
    line of assessment or plan is about, "" when none was named.
    """

    key: str
    section: str
    text: str
    evidence: tuple[int, ...]
    state: State
    confidence: float
    codes: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    part: str = ""

    def __post_init__(self) -> None:
        if not self.evidence:
            raise ValueError("a statement needs evidence")


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Something the doctor must decide; it is not in the note, or stands there and is doubtful."""

    key: str
    reason: ReviewReason
    text: str
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """An order found in the plan, to be offered as a draft. `description`, `reason`: the words that were said, "" when
    no reason was. `details`: its parts by name (`soap.order_details`): "dose", "frequency", "length" (ISO 8601), ...
    """

    key: str
    kind: OrderKind
    description: str
    reason: str
    evidence: tuple[int, ...]
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Coding:
    """An ICD-10-CM code that a line of the note supports: a suggestion, never more.

    `statement`: key of the line; `evidence`: the turns it rests on; `score` between 0 and 1.
    """

    code: str
    title: str
    statement: str
    evidence: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class DraftNote:
    """Statements in the order of the note, review tray, orders, suggested codes."""

    statements: tuple[Statement, ...]
    review: tuple[ReviewItem, ...]
    orders: tuple[Order, ...]
    coding: tuple[Coding, ...] = ()

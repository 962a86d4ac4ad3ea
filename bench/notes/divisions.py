"""A clinician's note divided as ACI-Bench divides it: by headings, into four divisions.

A division begins at the first line that opens with one of its headings and ends where the next division begins; what
stands before every heading is subjective. Headings stay in the text, as there.
"""

from __future__ import annotations

import re

SUBJECTIVE, EXAM, RESULTS, PLAN = "subjective", "objective_exam", "objective_results", "assessment_and_plan"
DIVISIONS = (SUBJECTIVE, EXAM, RESULTS, PLAN)
_HEADINGS = {
    SUBJECTIVE: r"(?:cc|chief complaint|reason for visit|history|history of present illness|hpi|hpi notes|"
    r"interval history|interval hx|subjective|ros|review of systems?|social history|past history)",
    EXAM: r"(?:physical exam|physical examination|pe|physical findings|examination|exam|vitals reviewed)",
    RESULTS: r"(?:results|findings)",
    PLAN: r"(?:assessment|a|plan|plan of care|p|medical decision-making plan|summary plan|ap|a / p|"
    r"assessment and plan|assessment & plan|disposition / plan)",
}
_BEGINS = {
    name: re.compile(rf"\s*{heading}\s*(?::.*|$)", re.IGNORECASE) for name, heading in _HEADINGS.items()
}
# Our sections: prefixes of a statement's section, by division.
OURS = {
    SUBJECTIVE: ("subjective",),
    EXAM: ("objective.vitals", "objective.exam"),
    RESULTS: ("objective.results",),
    PLAN: ("assessment", "plan"),
}


def divide(note: str) -> dict[str, str]:
    """Text by division; "" where the note has none."""
    starts: dict[str, int] = {}
    offset = 0
    for number, line in enumerate(note.split("\n")):
        found = _division(line) or (SUBJECTIVE if number == 0 else None)
        if found is not None:
            starts.setdefault(found, offset)
        offset += len(line) + 1
    ends = sorted([*starts.values(), len(note)])
    return {
        name: note[starts[name] : ends[ends.index(starts[name]) + 1]] if name in starts else ""
        for name in DIVISIONS
    }


def _division(line: str) -> str | None:
    if re.match(r"\s*IMPRESSION", line):
        return PLAN
    return next((name for name, begins in _BEGINS.items() if begins.match(line)), None)

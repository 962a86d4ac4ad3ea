"""What comes of an allergen is its reaction, not a finding of today."""

from __future__ import annotations

import re
from dataclasses import replace

from clinical_language.model import Fact, Kind, Sentence, State

_GIVES = re.compile(
    r"\W*(?:and |because )?(?:(?:it|that|they|this|which) (?:just |always |usually |really )?"
    r"(?:gives?|gave|makes?|made|causes?|caused|brings?|brought)|i (?:get|got|come out|came out|break out|broke out))\b"
)


def reaction_told(own: list[Fact], found: list[Fact], sentence: Sentence) -> tuple[list[Fact], list[Fact]]:
    """ "Penicillin. It gives me a rash.": what comes of an allergen named in the sentence before is its reaction."""
    if not _GIVES.match(sentence.plain):
        return own, found
    last = next((fact for fact in reversed(own) if fact.values.get("role") == "allergy"), None)
    if last is None:
        return own, found
    told, *others = with_reactions([last, *found])
    return [told if fact is last else fact for fact in own], others


def with_reactions(found: list[Fact]) -> list[Fact]:
    """ "Penicillin gives me a rash": the rash is the reaction, not today's finding."""
    allergens = [f for f in found if f.values.get("role") == "allergy"]
    findings = [f for f in found if f.concept.kind is Kind.FINDING and f.state is State.PRESENT]
    if not allergens or not findings:
        return found
    reaction = ", ".join(dict.fromkeys(f.concept.label for f in findings))
    return [
        replace(f, values={**f.values, "reaction": reaction}) if f is allergens[-1] else f
        for f in found
        if f not in findings
    ]

"""ICD-10-CM suggestions for a note: a code, and the line with its turns that justifies it.

By the official guidelines for outpatient care: what is only possible, likely or suspected is not coded, its symptoms
are (IV.H); symptoms are not coded beside a confirmed diagnosis (I.B.5). Nothing denied, past or somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clinical_language import Concept, Consult, Fact, Kind, State, concepts
from soap import model
from soap.icd import best_codes, known, words_of
from soap.model import Coding, Statement

_CONCEPT = re.compile(r"\b(?:finding|condition)\.[a-z0-9_]+$")
_AROUND = 8  # words on either side of a mention that may tell its side, place or kind
_UNPLACED = frozenset({"finding.pain"})  # pain of nobody knows where: the places have concepts of their own
_COMPLAINT = frozenset({model.CHIEF_COMPLAINT, model.HPI})
_TYPE = re.compile(r"\b(?:type|stage|grade) (\w+)")
_SIDES = frozenset({"left", "right", "bilateral"})
_NOT_OURS = frozenset("no not never denies without mother father family history".split())


def suggested_codes(consult: Consult, statements: Sequence[Statement]) -> tuple[Coding, ...]:
    """Suggestions in the order of the note, best first within a line; a code stands once."""
    problems = list(_confirmed(statements)) or list(_symptoms(consult, statements))
    found: dict[str, Coding] = {}
    for statement, concept in problems:
        said = _said(consult, statement, concept)
        for code, score in best_codes(concept.label, said, concept.codes.get("icd10cm", "")):
            found.setdefault(
                code.code, Coding(code.code, code.title, statement.key, statement.evidence, score)
            )
    return tuple(found.values())


def _confirmed(statements: Sequence[Statement]) -> Iterator[tuple[Statement, Concept]]:
    for statement in statements:
        named = _CONCEPT.search(statement.key)
        if statement.section == model.ASSESSMENT and statement.state is State.PRESENT and named:
            yield statement, _concept(named[0])


def _concept(id_: str) -> Concept:
    """The table's concept, or one that the grammar of places and sensations made ("finding.knee_pain")."""
    kind, _, name = id_.partition(".")
    return concepts().get(id_) or Concept(id_, Kind(kind), name.replace("_", " "), name.replace("_", " "), "")


def _symptoms(consult: Consult, statements: Sequence[Statement]) -> Iterator[tuple[Statement, Concept]]:
    """What the patient has, in the order of the note's complaint and history."""
    present = [f for f in consult.facts if f.state is State.PRESENT and f.concept.kind is Kind.FINDING]
    seen: set[str] = set()
    for statement in statements:
        if statement.section not in _COMPLAINT or statement.state is not State.PRESENT:
            continue
        for fact in (f for f in present if f.concept.id not in _UNPLACED):
            if fact.concept.id not in seen and _tells(statement, fact):
                seen.add(fact.concept.id)
                yield statement, fact.concept


def _tells(statement: Statement, fact: Fact) -> bool:
    if fact.at not in statement.evidence:
        return False
    return statement.key.endswith(fact.concept.id) or fact.concept.label.lower() in statement.text.lower()


def _said(consult: Consult, statement: Statement, concept: Concept) -> frozenset[str]:
    """Words of the code list said near the problem, where no denial stands among them."""
    near: set[str] = set()
    kinds: set[str] = set()
    for turn in statement.evidence:
        for sentence in consult.sentences[turn]:
            for mention in sentence.mentions:
                if mention.concept.id == concept.id:
                    first, last = max(0, mention.first - _AROUND), mention.last + _AROUND
                    near |= set(sentence.words[first:last])
                    kinds |= set(_TYPE.findall(" ".join(sentence.words[first:last])))
    sides = {
        f.values.get("side", "")
        for f in consult.facts
        if f.concept.id == concept.id and f.state is State.PRESENT
    }
    if near & _NOT_OURS:
        near = set()
    near -= _SIDES  # "right?", "the left is fine": only a side that was bound to the problem counts
    sides |= _SIDES & words_of(statement.text)
    near = {word for word in words_of(" ".join(sorted(near | sides))) if not word.isdigit()}
    return known(frozenset(near) | words_of(" ".join(sorted(kinds))))

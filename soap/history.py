"""S of the note whole: the sections made of facts, and the narrative among them, nothing said twice in a section."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from clinical_language import Consult, Fact, State
from soap import model, opening, subjective
from soap.model import Statement
from soap.register import Person
from soap.resolution import Resolved, resolve
from soap.social import social_history
from soap.told import Told, content, joined, told
from soap.withheld import unclear_self_harm

_SECTIONS = (
    (subjective.past_medical_history, model.PAST_MEDICAL_HISTORY),
    (subjective.medications, model.MEDICATIONS),
    (subjective.allergies, model.ALLERGIES),
    (subjective.family_history, model.FAMILY_HISTORY),
    (social_history, model.SOCIAL_HISTORY),
)
_DENIES = frozenset("no not never none nothing without cannot".split())
_HISTORY = re.compile(r"\bhistory\b")
_OPENER = re.compile(r"\b(?:year|month|week|day)s?[- ]old\b")


def history(consult: Consult, lines: Sequence[Resolved], person: Person) -> Iterator[Statement]:
    """Statements of the subjective sections in the order of the note."""
    lines = settled(consult, lines)
    heard = subjective.Heard(consult, lines)
    listed = [(name, list(section(heard))) for section, name in _SECTIONS]
    instead = _Listed(consult, [*subjective.hpi(heard), *(line for _, stated in listed for line in stated)])
    narrative = [part for part in told(consult, person, instead.tell) if not _overruled(part, lines)]
    jotted = not opening.known(consult)
    about = list(opening.chief_complaint(consult, lines))
    said = frozenset().union(*(_words(s.text) for s in about)) if jotted else frozenset()
    present = [
        *about,
        *(s for s in _present_illness(heard, narrative, instead.needed) if not _words(s.text) <= said),
    ]
    yield from present
    yield from subjective.review_of_systems(
        heard, " ".join(s.text.lower() for s in present) if jotted else ""
    )
    for name, stated in listed:
        facts, own = _once(
            stated,
            [part for part in narrative if part.statement.section == name],
            _lay(lines, {fact.key.rpartition(":")[2] for fact in stated}),
            instead.needed,
        )
        yield from [*_untold(facts, own), *own]


def settled(consult: Consult, lines: Sequence[Resolved]) -> list[Resolved]:
    """The lines that may stand in the note: what was affirmed and denied only where it is affirmed in the end.

    A denial of what the visit is about, or of what the patient affirmed before, is for the doctor to read; so is
    self-harm that is not clearly the patient's own.
    """
    about = opening.complaint(consult)
    affirmed = _affirmed(consult, about.concept.id) if about else None
    return [
        affirmed if affirmed and line.state is State.ABSENT and _same(line, affirmed) else line
        for line in lines
        if not unclear_self_harm(consult, line)
        and (
            line.state is not State.ABSENT
            or not (
                line.contradicted or (about and about.concept.id == line.concept.id and not line.relation)
            )
            or (affirmed and _same(line, affirmed))
        )
    ]


def _same(line: Resolved, other: Resolved) -> bool:
    return (line.concept.id, line.relation, line.allergy) == (other.concept.id, other.relation, other.allergy)


def _affirmed(consult: Consult, complaint: str) -> Resolved | None:
    """What the visit is about, as it was affirmed: what is denied of it (of others, of now) is in the review tray."""
    facts = [
        f for f in consult.facts if f.concept.id == complaint and f.state is State.PRESENT and not f.relation
    ]
    return replace(resolve(facts, consult.turns)[0], contradicted=True) if facts else None


def _overruled(part: Told, lines: Sequence[Resolved]) -> bool:
    """Whether what it says was taken back later in the talk."""
    stands = {(line.concept.id, line.relation): line for line in lines if line.contradicted}
    for fact in part.facts:
        line = stands.get((fact.concept.id, fact.relation))
        if line is not None and fact.state is not line.state and State.ABSENT in {fact.state, line.state}:
            return True
    return False


def _present_illness(
    heard: subjective.Heard, narrative: Sequence[Told], needed: Collection[str]
) -> Iterator[Statement]:
    own = [part for part in narrative if part.statement.section == model.HPI]
    first = next((part.statement for part in own if _OPENER.search(part.statement.text)), None)
    lines = list(subjective.hpi(heard))
    if not opening.known(heard.consult):
        rest = _jotted_with(heard.consult, lines, own, needed)
    else:
        facts, parts = _once(lines, own, _lay(heard.lines, {line.key.rpartition(":")[2] for line in lines}))
        rest = sorted([*facts, *parts], key=_told_at)
    if first is not None:
        yield first
    else:
        yield from opening.opening(heard.consult, heard.lines)
    if first is None or not _HISTORY.search(first.text):
        yield from opening.background(heard.consult, subjective.held(heard))
    yield from (s for s in rest if first is None or s.key != first.key)


def _jotted_with(
    consult: Consult, lines: Sequence[Statement], jotted: Sequence[Told], needed: Collection[str]
) -> list[Statement]:
    """The line of what the visit is about, with what it does not say already; then findings nothing jotted is about."""
    complaint = opening.complaint(consult)
    about = complaint.concept.id if complaint else ""
    first = [line for line in lines if line.key.endswith(f":{about}")]
    whole = frozenset().union(*(_words(line.text.replace("-sided", "")) for line in first))
    kept = [part for part in jotted if not _repeats(part, whole)]
    held = {(fact.concept.id, fact.state) for part in kept for fact in part.facts}
    others = [
        line
        for line in lines
        if line not in first and (line.key in needed or (line.key.rpartition(":")[2], line.state) not in held)
    ]
    return [*first, *sorted([*others, *joined(kept)], key=_told_at)]


_ADDS_NOTHING = frozenset(
    """pain bit lot little feel location like side take use get got go everything else fine other than regular regularly
medication medicine generally normally location described duration onset severity frequency work lives said
last couple past probably maybe history""".split()
)
_NAME = 2  # of a concept as it was said; in more words ("awake all night") more is told than its name
_SHORT = 4  # words that carry something, in an answer of which nothing is left when its values are in a line


@dataclass(frozen=True, slots=True)
class _Listed:
    """The lines of facts, in the place of what was jotted of them. `needed`: keys of those that took such a place."""

    consult: Consult
    lines: Sequence[Statement]
    needed: set[str] = field(default_factory=set)

    def tell(self, part: Told) -> bool:
        """Whether what was jotted stands in lines that rest on the same words, of the same polarity."""
        denies = bool(_DENIES & set(part.statement.text.lower().split()))
        turns = set(part.statement.evidence)
        near = [
            line for line in self.lines
            if turns & set(line.evidence) and (line.state is State.ABSENT) is denies
        ]  # fmt: skip
        own = _words(part.statement.text) - _ADDS_NOTHING
        said = {
            line.key: own & (_words(line.text.replace("-sided", "")) | self._spoken(line, turns))
            for line in near
        }
        if not near or len(frozenset().union(*said.values())) < 0.7 * len(own):
            return False
        self.needed.update(key for key, words in said.items() if words)
        return True

    def _spoken(self, line: Statement, turns: Collection[int]) -> frozenset[str]:
        """The words behind a line in these turns."""
        of = line.key.rpartition(":")[2]
        facts = (f for f in self.consult.facts if f.turn in turns and f.concept.id == of and _tells(f))
        return frozenset().union(*(_words(f.words) for f in facts))


def _tells(fact: Fact) -> bool:
    """Whether nothing is left of its words beside the concept and its values."""
    longest = _NAME if fact.named else _SHORT if fact.values else 0
    return len(_words(fact.words)) <= longest


def _told_at(statement: Statement) -> int:
    return statement.evidence[-1]


def _lay(lines: Sequence[Resolved], ids: set[str]) -> frozenset[str]:
    """The words in which these concepts were spoken of."""
    words = (line.first.words + " " + line.last.words for line in lines if line.concept.id in ids)
    return frozenset().union(*(_words(text) for text in words))


def _once(
    facts: Sequence[Statement],
    narrative: Sequence[Told],
    lay: frozenset[str] = frozenset(),
    needed: Collection[str] = (),
) -> tuple[list[Statement], list[Statement]]:
    """Lines without what the other group says: a sentence that only repeats lines, then lines that a sentence "
    "holds."""
    said = [_words(f.text.replace("/", " ")) for f in facts]
    whole = lay.union(*said)
    kept = [part for part in narrative if not _repeats(part, whole)]
    held = {(fact.concept.id, fact.state) for part in kept for fact in part.facts}
    bags = [(_words(part.statement.text), part.statement.state) for part in kept]
    lines = [
        fact for fact, own in zip(facts, said, strict=True)
        if not any(own <= bag and fact.state is state for bag, state in bags)
        and (
            fact.key in needed
            or _valued(fact)
            or not any(fact.key.endswith(f":{id_}") and fact.state is state for id_, state in held)
        )
    ]  # fmt: skip
    return lines, list(joined(kept))


def _untold(facts: Sequence[Statement], narrative: Sequence[Statement]) -> Iterator[Statement]:
    """Lines without the answers about work and home that the narrative tells, too."""
    for fact in facts:
        answer = fact.key.rpartition(":")[2] in {"work", "living"} and fact.evidence[-1]
        if not (answer and any(answer in part.evidence for part in narrative)):
            yield fact


def _valued(fact: Statement) -> bool:
    return any(c.isdigit() for c in fact.text)


def _words(text: str) -> frozenset[str]:
    return content(re.findall(r"[a-z0-9%'/.-]+", text.lower().rstrip(".")))


_SAYS_NOTHING_NEW = content("pain bit lot little feel location like side it gives gave get gets".split())


def _repeats(part: Told, whole: frozenset[str]) -> bool:
    own = _words(part.statement.text) - _SAYS_NOTHING_NEW
    return len(own & whole) >= 0.7 * len(own)

"""Which concept a value belongs to: the nearest in its sentence, else the symptom the talk is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from clinical_language.concepts import sensation_at
from clinical_language.model import Fact, Kind, Mention, Sentence, State
from clinical_language.values import Value, medicine_values, values_in

_ABOUT_IT = re.compile(
    r"^(?:(?:yes|yeah|no|um|uh|,|\.|well|so|oh|and|i think|i would say|i 'd say|maybe|probably|"
    r"about|around|i guess|like|or|er|okay|also|actually)\s)*"
    r"(?:it|they|that|this|these|the|my|\d+|for|since|just|mostly|mainly|in|on|started|a|an|"
    r"about|left|right|both|last|yesterday|gets|getting|"
    r"over|during|within|severe|mild|moderate|sharp|dull|throbbing|burning|constant|comes|"
    r"suddenly|gradually|all|every|really|very|pretty|"
    r"worse|better|at|after|when|almost|nearly|approximately|kind|sort|more|quite|couple|few|"
    r"stabbing|aching|probably)\b"
)
_ANSWERED = {
    "onset": {"duration", "onset"}, "severity": {"severity"}, "place": {"side"}, "frequency": {"course", "timing"},
    "quality": {"quality", "course", "severity", "timing"}, "complaint": {"duration", "onset"},
}  # fmt: skip
_TREATMENT = {Kind.MEDICINE}
_SIDED = frozenset({"musculoskeletal", "skin", "eye", "neurological"})


def pain_like(concept_id: str, label: str) -> bool:
    """Whether "the pain" may mean this concept."""
    return (
        "pain" in label
        or label in {"headache", "sore throat", "myalgia", "migraine", "toothache"}
        or concept_id.endswith("_cramping")
    )


def has_side(fact: Fact) -> bool:
    """Whether left or right can be said of it; a side beside a fever belongs to something else."""
    concept = fact.concept
    return (
        concept.group in _SIDED
        or pain_like(concept.id, concept.label)
        or concept.label in {"swelling", "lump", "numbness"}
    )


def _place(mention: Mention, sentence: Sentence) -> tuple[int, int]:
    first = sentence.offsets[mention.first]
    last = sentence.offsets[mention.last] if mention.last < len(sentence.offsets) else len(sentence.plain)
    return first, last


def _gap(value: Value, place: tuple[int, int]) -> int:
    if value.first >= place[1]:
        return value.first - place[1]
    return max(0, place[0] - value.last) + 1


def _mine(value: Value, fact: Fact, sentence: Sentence, kinds: set[Kind]) -> bool:
    """Whether no other concept of the same kinds stands nearer to the value."""
    places = {_place(m, sentence): m for m in sentence.mentions if m.concept.kind in kinds}
    if not places:
        return False
    nearest = min(places, key=lambda place: (_gap(value, place), place))
    return (places[nearest].start, places[nearest].end) == fact.span


def _asked_about(sentence: Sentence, value: Value) -> bool:
    """A number in a negated or purposeful clause ("not for three days") is left out."""
    return bool(re.search(r"\b(?:not|never)\b[^,]{0,12}$", sentence.plain[: value.first]))


def attach(fact: Fact, sentence: Sentence, focus: Focus) -> Fact:
    """The fact with the values that belong to it; "the pain" becomes the pain the talk is about."""
    if fact.concept.kind is Kind.MEDICINE:
        found = [v for v in medicine_values(sentence.plain) if _mine(v, fact, sentence, _TREATMENT)]
        return replace(fact, values={**fact.values, **_first(found)})
    if fact.concept.kind in {Kind.FINDING, Kind.CONDITION} and fact.state is not State.ABSENT:
        kinds = {Kind.FINDING, Kind.CONDITION}
        found = [
            v
            for v in values_in(sentence.plain)
            if _mine(v, fact, sentence, kinds) and not _asked_about(sentence, v)
        ]
        if not has_side(fact):
            found = [v for v in found if v.name != "side"]
        fact = replace(fact, values={**fact.values, **_first(found)})
    if fact.concept.kind is Kind.HABIT:
        fact = replace(fact, values={**fact.values, "said": sentence.plain})
    return focus.resolve(fact)


def _first(found: Sequence[Value]) -> dict[str, str]:
    values: dict[str, str] = {}
    for value in found:
        values.setdefault(value.name, value.text)
    return values


@dataclass(slots=True)
class Focus:
    """What the talk is about: the last present symptom, and the last pain."""

    symptom: Fact | None = None
    pain: Fact | None = None
    seen: dict[str, Fact] = field(default_factory=dict)

    def see(self, fact: Fact) -> None:
        """Move the focus to a present symptom of the patient."""
        if fact.concept.kind is not Kind.FINDING or fact.state is not State.PRESENT:
            return
        if fact.concept.id == "finding.pain" and self.symptom is not None:
            return
        self.symptom = fact
        self.seen.setdefault(fact.concept.id, fact)
        if pain_like(fact.concept.id, fact.concept.label):
            self.pain = fact

    def resolve(self, fact: Fact) -> Fact:
        """ "The pain" is the pain in focus; "swelling" the swelling in focus."""
        if fact.concept.id == "finding.pain" and self.pain is not None:
            return replace(fact, concept=self.pain.concept)
        if fact.concept.id == "finding.cramping" and self.pain is not None:
            return replace(fact, concept=self.pain.concept, values={**fact.values, "quality": "cramping"})
        return fact

    def _about(self, slots: Sequence[str], themes: Sequence[str]) -> Fact | None:
        """The symptom an answer is about: the one the question names, a pain for how bad and where, else the last."""
        for theme in themes:
            if theme == "finding.pain" and self.pain is not None:
                return self.pain
            if theme in self.seen:
                return self.seen[theme]
        return (
            self.pain
            if self.pain is not None and {"severity", "place", "quality"} & set(slots)
            else self.symptom
        )

    def dangling(
        self, sentence: Sentence, slots: Sequence[str], themes: Sequence[str] = ()
    ) -> Iterator[Fact]:
        """Values of a sentence that names no symptom: facts about the one in focus, evidence still to be set."""
        about = self._about(slots, themes)
        if about is None or any(
            m.concept.kind in {Kind.FINDING, Kind.CONDITION, Kind.MEDICINE} for m in sentence.mentions
        ):
            return
        wanted = set().union(*(_ANSWERED.get(slot, set()) for slot in slots)) if slots else set()
        values: dict[str, str] = {}
        for value in values_in(sentence.plain):
            if (value.name in wanted or _ABOUT_IT.match(sentence.plain)) and not _asked_about(
                sentence, value
            ):
                values.setdefault(value.name, value.text)
        if slots and not wanted and not _ABOUT_IT.match(sentence.plain):
            values = {}
        placed = self._placed(sentence, about) if "place" in slots else None
        if not has_side(about):
            values.pop("side", None)
        if placed is not None:
            yield replace(placed, values=values)
        elif values:
            yield replace(
                about,
                values=values,
                words=sentence.text,
                span=(sentence.start, sentence.start + len(sentence.text)),
            )

    def _placed(self, sentence: Sentence, about: Fact) -> Fact | None:
        """ "Where does it hurt?" - "my lower back" names an unplaced pain."""
        if not sentence.parts or about.concept.id != "finding.pain":
            return None
        concept = sensation_at("pain", sentence.parts[0][0])
        span = (sentence.start, sentence.start + len(sentence.text))
        self.pain = self.symptom = replace(about, concept=concept)
        return replace(about, concept=concept, words=sentence.text, span=span)

"""Which concept a value belongs to: the nearest in its sentence, else the symptom the talk is about."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from clinical_language.concepts import sensation_at
from clinical_language.dosing import medicine_values, treatment_values
from clinical_language.influences import answer_of, radiation_of
from clinical_language.model import Fact, Kind, Mention, Sentence, State, Value
from clinical_language.replies import polarity
from clinical_language.values import rating, values_in

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
    "onset": {"duration", "onset"}, "severity": {"severity"}, "place": {"side", "place"},
    "frequency": {"course", "timing", "frequency"}, "quality": {"quality", "course", "severity", "timing"},
    "complaint": {"duration", "onset"}, "worse": {"worse_with", "timing"},
    "better": {"better_with", "not_helped_by", "timing"}, "radiation": {"radiation"}, "course": {"course", "onset"},
}  # fmt: skip
_TREATMENT = {Kind.MEDICINE, Kind.PROCEDURE}
_SIDED = frozenset({"musculoskeletal", "skin", "eye", "neurological"})
_OF_PAIN = frozenset({"severity", "place", "quality", "radiation"})
_JOINED = frozenset({"quality", "worse_with", "better_with", "not_helped_by", "frequency"})
_SPECIFIC = {  # qualities that only these concepts have: a dry cough, not a dry headache
    "dry": "cough", "wet": "cough", "productive": "cough", "barking": "cough", "chesty": "cough",
    "watery": "stool|diarrhea|discharge|runny", "loose": "stool|diarrhea|bowel", "bloody": "stool|diarrhea|"
    "sputum|cough|vomit|discharge",
    "green": "sputum|discharge|phlegm|vomit|nasal|runny|cough", "yellow": "sputum|discharge|phlegm|vomit|nasal|"
    "runny|cough|jaundice",
    "white": "sputum|discharge|phlegm|runny|cough", "brown": "sputum|discharge|phlegm|urine|"
    "cough", "rusty": "sputum|cough",
    "clear": "sputum|discharge|phlegm|runny|rhin|cough", "thick": "sputum|discharge|phlegm|runny|"
    "cough", "frothy": "sputum|urine",
    "raw": "throat|skin|rash", "scratchy": "throat|eye|voice",
    "black": "stool|vomit|diarrhea", "foul - smelling": "stool|discharge|urine|sputum", "smelly": "stool|"
    "discharge|urine",
}  # fmt: skip
_IT_HELPED = re.compile(
    r"^(?:(?:um|uh|,|but|and|yeah|no|well|so|i think|honestly|maybe)\s)*(?:it|that|they|those|this|which)\b"
)
_NOTHING = re.compile(
    r"^(?:(?:um|uh|uhm|,|well|no|not really|so|honestly)\s)*(?:nothing|not (?:really|that i)|no\b)"
)
_CIRCUMSTANCE = re.compile(
    r"^(?:(?:um|uh|uhm|,|well|so|yeah|yes|like|just|only|mostly|mainly|maybe|probably|usually|i think|i guess|"
    r"it 's)\s)*"
    r"(?:when|if|with|after|during|at|while|[a-z]+ing|eating|in the|going|rest|sleep)\b"
)
_OWN_STATEMENT = re.compile(r"\b(?:i|it|that|this|we|he|she|they|yes|yeah|no|not|okay|is|was|are)\b")
_COMPARED = re.compile(r"\b(?:compared (?:to|with)|than|unlike)(?: \w+)? $")
_HOPED = re.compile(r"\b(?:so that|until|hop(?:e|ed|ing)(?: that)?|make|makes) (?:it|they|that|them) $")
_DISCOURSE = re.compile(r"^right\b")  # no side, but where a side was asked for
_THAT_ONE = re.compile(
    r"\bago was (?:it|that)\b|\bwhen was (?:it|that)\b|\b(?:start|started|take|taking|use|using|been on) "
    r"(?:it|that|those|them|these|this one)\b"
)
_TOILET = re.compile(r"\b(?:are|have|do) you (?:been )?(?:going|go|to go)\b(?! (?:through|on|out|home|back))|"
                     r"\b(?:toilet|loo|bathroom|bowels?)\b")  # fmt: skip
_ELSEWHERE = re.compile(
    r"\b(?:check(?:ed|s|-up)?|test(?:ed|s)?|prescriptions?|appointment|travel\w*|trip|holiday|vacation|job|work\w*|"
    r"moved?|living|lived?|hospital\w*|married|relationship|partner|vaccin\w*|shot|jabs?|smok\w*|drink\w*|retired?|"
    r"x - rays?|scans?|blood pressure|weigh\w*|last (?:time|meal|period)|eat|ate|sex\w*|born|pregnant|drugs?)\b"
)
_WHAT_ABOUT = re.compile(r"^.*\b(?:what|how) about\b")
_OF_A_FUNCTION = re.compile(  # "my weight's about the same" tells nothing of a symptom
    r"^(?:(?:yes|yeah|no|um|uh|,|well|so|oh|and|i think|i would say|but)\s)*my (?:weight|appetite|sleep\w*|mood|energy|"
    r"periods?|diet|work|job|vision|hearing|sight|blood pressure|sugars?|bowels?|urine|memory|balance|voice)\b"
)
_WHETHER = re.compile(
    r"\b(?:any|(?:have|did|do|are) you (?:also |been |ever |noticed? |felt |feel |have |had |get |getting |having )+)\b"
)
_BOWELS = ("finding.diarrhea", "finding.constipation", "finding.change_in_bowel_habit")
_WHERE = frozenset("in at on around behind over under below above across between near inside".split())


def asks_of_symptom(question: Sentence) -> bool:
    """Whether a question may be of the symptom the talk is about, and not of a test, a trip or a job."""
    named = any(m.concept.kind in {Kind.FINDING, Kind.CONDITION} for m in question.mentions)
    return named or not _ELSEWHERE.search(question.plain)


def asks_whether(question: Sentence, seen: Collection[str]) -> bool:
    """ "Any sore throat?": what the answer tells is of that, and of no symptom before, when it is new."""
    found = {m.concept.id for m in question.mentions if m.concept.kind is Kind.FINDING}
    return bool(found) and not found & set(seen) and bool(_WHETHER.search(question.plain))


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
    """A number in a negated clause ("not for three days"), a side only compared with ("than my right knee")."""
    before = sentence.plain[: value.first]
    compared = value.name == "side" and _COMPARED.search(before)
    hoped = value.name == "course" and _HOPED.search(before)
    return bool(compared or hoped or re.search(r"\b(?:not|never)\b[^,]{0,12}$", before))


def attach(fact: Fact, sentence: Sentence, focus: Focus) -> Fact:
    """The fact with the values that belong to it; "the pain" becomes the pain the talk is about."""
    if fact.concept.kind is Kind.MEDICINE:
        found = [v for v in medicine_values(sentence.plain) if _mine(v, fact, sentence, {Kind.MEDICINE})]
        found += treatment_values(_stretch(fact, sentence))
        return replace(fact, values={**fact.values, **_together(found)})
    if fact.concept.kind in {Kind.FINDING, Kind.CONDITION} and fact.state is not State.ABSENT:
        kinds = {Kind.FINDING, Kind.CONDITION}
        said = [
            v
            for v in values_in(sentence.plain)
            if _mine(
                v, fact, sentence, kinds | {Kind.MEDICINE} if v.name in {"frequency", "duration"} else kinds
            )
        ]
        found = [v for v in said if not _asked_about(sentence, v) and _fits(v, fact)]
        fact = replace(fact, values={**fact.values, **_together(found)})
    if fact.concept.kind is Kind.HABIT:
        fact = replace(fact, values={**fact.values, "said": sentence.plain})
    return focus.resolve(fact)


def _stretch(fact: Fact, sentence: Sentence) -> str:
    """The words from a medicine to the next one: "Tylenol didn't help but ibuprofen did"."""
    places = sorted(_place(m, sentence) for m in sentence.mentions if m.concept.kind is Kind.MEDICINE)
    own = next((_place(m, sentence) for m in sentence.mentions if (m.start, m.end) == fact.span), None)
    if own is None:
        return ""
    following = [place[0] for place in places if place[0] >= own[1]]
    before = 0 if own == places[0] else own[0]
    return sentence.plain[before : following[0] if following else len(sentence.plain)]


def _fits(value: Value, fact: Fact) -> bool:
    """Whether a symptom can have the value: only what is on a side has one, only a cough is dry."""
    if value.text in fact.concept.label.split():  # the "dry" of a dry cough
        return False
    if value.name == "control" and fact.concept.kind is not Kind.CONDITION:
        return False
    if fact.concept.group == "exposure" and value.name not in {"onset", "duration", "frequency"}:
        return False
    if value.name in {"frequency", "timing"} and fact.concept.kind is Kind.CONDITION:
        return False
    if value.name == "side":
        return has_side(fact)
    if value.name == "radiation":
        return pain_like(fact.concept.id, fact.concept.label) or fact.concept.group == "neurological"
    if value.name == "quality" and value.text in _SPECIFIC:
        return bool(re.search(_SPECIFIC[value.text], f"{fact.concept.id} {fact.concept.label}".lower()))
    return True


def _together(found: Sequence[Value]) -> dict[str, str]:
    """One text per name: the first, or all of them for qualities and what helps; ISO durations beside their texts."""
    values: dict[str, str] = {}
    for value in found:
        earlier = values.get(value.name)
        if earlier is None:
            values[value.name] = value.text
            if value.iso:
                values[f"{value.name}_iso"] = value.iso
        elif value.name in _JOINED and value.text not in earlier and len(earlier) < 60:
            values[value.name] = earlier + (" " if value.name == "frequency" else ", ") + value.text
    return values


def _places_in(sentence: Sentence) -> str:
    """ "In the middle of my chest", as the words after the preposition; "" when no body part follows one."""
    for _, at in sentence.parts:
        first = at
        while first > 0 and at - first < 6 and sentence.words[first - 1] not in _WHERE:
            first -= 1
        if first > 0 and sentence.words[first - 1] in _WHERE:
            words = [
                w
                for w in sentence.words[first : at + 1]
                if w not in {"my", "the", "his", "her", "like", "um", "uh", ","}
            ]
            return " ".join(words)
    return ""


@dataclass(slots=True)
class Focus:
    """What the talk is about: the last present symptom, and the last pain."""

    symptom: Fact | None = None
    pain: Fact | None = None
    medicine: Fact | None = None
    latest: Fact | None = None  # of any kind
    seen: dict[str, Fact] = field(default_factory=dict)

    def see(self, fact: Fact) -> None:
        """Move the focus to a present symptom of the patient, or to the medicine spoken of."""
        if fact.concept.kind is Kind.MEDICINE and not fact.relation and not fact.values.get("role"):
            self.medicine = fact
        self.latest = fact if fact.state is not State.ABSENT else self.latest
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

    def themes_of(self, question: Sentence) -> list[str]:
        """Ids of what a question is about: what it names, the treatment that it calls "that", the bowels."""
        after = _WHAT_ABOUT.search(
            " ".join(question.words)
        )  # "the cough began on Monday, what about the fever?"
        asked = [m for m in question.mentions if after is None or m.first >= len(after[0].split())]
        named = [m.concept.id for m in asked or question.mentions]
        if (
            not named
            and self.latest
            and self.latest.concept.kind in _TREATMENT
            and _THAT_ONE.search(question.plain)
        ):
            return [self.latest.concept.id]
        if not named and _TOILET.search(question.plain):
            return [id_ for id_ in _BOWELS if id_ in self.seen]
        return named

    def _about(self, slots: Sequence[str], themes: Sequence[str]) -> Fact | None:
        """The symptom an answer is about: the one the question names, a pain for how bad and where, else the last."""
        latest = self.latest
        if latest and latest.concept.id in themes and latest.concept.id not in self.seen:
            return latest
        for theme in themes:
            if theme == "finding.pain" and self.pain is not None:
                return self.pain
            if theme in self.seen:
                return self.seen[theme]
        return self.pain if self.pain is not None and _OF_PAIN & set(slots) else self.symptom

    def dangling(
        self, sentence: Sentence, slots: Sequence[str], themes: Sequence[str] = (), *, timed: bool = True
    ) -> Iterator[Fact]:
        """Values of a sentence that names no symptom: facts about the one in focus, evidence still to be set.

        `timed`: False when the question is of something else, whose time the answer tells ("when were you tested?").
        """
        if any(m.concept.kind in {Kind.FINDING, Kind.CONDITION, Kind.MEDICINE} for m in sentence.mentions):
            return
        if _OF_A_FUNCTION.match(sentence.plain):
            return
        yield from self._treated(sentence, slots)
        about = self._about(slots, themes)
        if about is None:
            return
        wanted = self._wanted(sentence, slots)
        values = _together(
            [v for v in wanted if _fits(v, about) and (timed or v.name not in {"onset", "duration"})]
        )
        placed = self._placed(sentence, about) if "place" in slots else None
        if placed is not None or values:
            yield _elliptic(placed or about, sentence, values)

    def _wanted(self, sentence: Sentence, slots: Sequence[str]) -> Iterator[Value]:
        """Values that answer what was asked, or that the sentence says of "it"."""
        wanted = set().union(*(_ANSWERED.get(slot, set()) for slot in slots)) if slots else set()
        about_it = bool(_ABOUT_IT.match(sentence.plain))
        found = [
            value
            for value in values_in(sentence.plain)
            if (value.name in wanted or about_it)
            and not _asked_about(sentence, value)
            and ("place" in slots or not _DISCOURSE.match(sentence.plain))
        ]
        yield from found
        names = {value.name for value in found}
        if "severity" in slots and "severity" not in names and (rated := rating(sentence.plain)):
            yield rated
        if "place" in slots and (place := _places_in(sentence)):
            yield Value("place", place, 0, 0)
        yield from _told(sentence, slots, names)

    def _treated(self, sentence: Sentence, slots: Sequence[str]) -> Iterator[Fact]:
        """ "It didn't help": the effect of the medicine spoken of."""
        if self.medicine is None or not ("effect" in slots or _IT_HELPED.match(sentence.plain)):
            return
        values = _together(list(treatment_values(sentence.plain)))
        if not values and "effect" in slots:
            opening = polarity(" ".join(sentence.words))
            effect = {"no": "no relief", "yes": "relief"}.get(opening, "")
            partly = re.search(r"\b(?:little|bit|somewhat|slightly|some|kind of|sort of)\b", sentence.plain)
            values = (
                {"effect": "partial relief" if effect == "relief" and partly else effect} if effect else {}
            )
        if values:
            yield _elliptic(self.medicine, sentence, values)

    def _placed(self, sentence: Sentence, about: Fact) -> Fact | None:
        """ "Where does it hurt?" - "my lower back" names an unplaced pain."""
        if not sentence.parts or about.concept.id != "finding.pain":
            return None
        concept = sensation_at("pain", sentence.parts[0][0])
        self.pain = self.symptom = replace(about, concept=concept)
        return replace(about, concept=concept)


def _elliptic(about: Fact, sentence: Sentence, values: dict[str, str]) -> Fact:
    """The fact in focus with what this sentence says of it."""
    span = (sentence.start, sentence.start + len(sentence.text))
    return replace(about, values=values, words=sentence.text, span=span, named=False)


def _says_what(sentence: Sentence) -> bool:
    """ "When I lie down", "bright lights": a circumstance or a bare thing, no statement of its own."""
    if _CIRCUMSTANCE.match(sentence.plain):
        return True
    return len(sentence.words) <= 6 and not _OWN_STATEMENT.search(sentence.plain)


def _told(sentence: Sentence, slots: Sequence[str], names: set[str]) -> Iterator[Value]:
    """Short answers in their own words: "what makes it worse?" - "when I lie down", "nothing"."""
    for slot, name in (("worse", "worse_with"), ("better", "better_with")):
        if slot not in slots or names & _ANSWERED[slot]:
            continue
        if _NOTHING.match(sentence.plain):
            yield Value(name, "nothing", 0, 0)
        elif _says_what(sentence) and (text := answer_of(sentence.plain)):
            yield Value(name, text, 0, 0)
    if "radiation" in slots and "radiation" not in names:
        denied = polarity(" ".join(sentence.words)) == "no"
        if place := "none" if denied else radiation_of(sentence.plain):
            yield Value("radiation", place, 0, 0)

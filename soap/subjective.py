"""S of the note: chief complaint, history, review of systems, past, medicines, allergies, family, social."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinical_language import Consult, Kind, State
from clinical_language.said import is_thing
from soap import model, opening, systems
from soap.claims import claimed
from soap.model import Statement
from soap.phrasing import capital, join, sentence
from soap.register.verbs import gerund
from soap.resolution import Resolved
from soap.systems import in_figures
from soap.withheld import SELF_HARM

CONTACTS = frozenset(
    "wife husband partner friend colleague flatmate child children son daughter grandchild grandchildren".split()
)
_OFFERED = re.compile(r"\b(?:do you (?:need|want)|would you (?:like|want|prefer)|are you interested in)\b")
_NOTED = re.compile(
    r"[,. ]*(?:ok|okay|right|alright|all right|great|perfect|good|fine|yes|yeah)\b|[^?]*\.[^?]*\?"
)
_FOR_ALLERGIES = "antihistamine"  # what is taken for allergies, hardly ever their cause
_HERE = frozenset({State.PRESENT, State.RESOLVED, State.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Heard:
    """What the S sections are made from: the consult and its resolved facts."""

    consult: Consult
    lines: Sequence[Resolved]

    def of(self, *kinds: Kind, allergy: bool = False) -> Iterator[Resolved]:
        """The patient's own lines of these kinds."""
        return (r for r in self.lines if r.concept.kind in kinds and not r.relation and r.allergy is allergy)


def line_statement(
    section: str, key: str, text: str, line: Resolved, state: State | None = None
) -> Statement:
    """A statement of `section` about one resolved concept."""
    return Statement(
        f"{section}:{key}",
        section,
        text,
        line.evidence,
        state or line.state,
        line.confidence,
        line.codes,
    )


def _attributes(line: Resolved) -> list[str]:
    """What is known of a symptom, in the order notes give it."""
    values = line.values
    parts: list[str] = []
    if "onset" in values:
        onset = values["onset"]
        parts.append(
            f"onset {onset}" if onset in {"suddenly", "gradually"} or "ago" in onset else f"since {onset}"
        )
    if "side" in values and values["side"] not in line.name:
        parts.append("bilateral" if values["side"] == "bilateral" else f"{values['side']}-sided")
    parts += [
        values[name] for name in ("quality", "severity", "course", "frequency", "timing") if name in values
    ]
    told = (("worse_with", "worse"), ("better_with", "better"), ("not_helped_by", "not helped by"))
    parts += [_under(how, values[name]) for name, how in told if values.get(name, "nothing") != "nothing"]
    if "radiation" in values:
        parts.append(
            "not radiating" if values["radiation"] == "none" else f"radiating to {values['radiation']}"
        )
    return list(dict.fromkeys(parts))


def _under(how: str, circumstance: str) -> str:
    """ "Worse when lying down", "better with rest"."""
    own = how.endswith("by") or re.match(r"(?:when|if|after|at|in|on|by|during|with|while)\b", circumstance)
    return f"{how} {circumstance}" if own else f"{how} with {circumstance}"


def describe(line: Resolved) -> str:
    """ "Headache for three days, left-sided, 7/10"."""
    head = capital(f"possible {line.name}" if line.state is State.UNCERTAIN else line.name)
    if "duration" in line.values:
        head += f" for {_third(line.values['duration'])}"
    attributes = [_third(part) for part in _attributes(line)]
    if attributes == [line.values.get("timing", "")]:
        head = f"{head} {_third(attributes.pop())}"
    if line.state is State.RESOLVED:
        attributes.append("now resolved")
    return ", ".join([head, *attributes])


def _third(text: str) -> str:
    text = re.sub(r"\bwhen i (?:when i )+", "when i ", in_figures(text)).replace("when i am ", "when ")
    return re.sub(r"\bwhen (?:i|you) (\w+)", lambda m: f"when {_gerund(m[1])}", text)


def _gerund(verb: str) -> str:
    return verb if verb.endswith("ing") else gerund(verb)


def hpi(heard: Heard) -> Iterator[Statement]:
    """Present, resolved and doubtful symptoms, the chief complaint first; contacts who are ill."""
    first = opening.complaint(heard.consult)
    lines = [r for r in heard.of(Kind.FINDING) if r.state in _HERE and _tellable(r)]
    lines.sort(key=lambda r: first is None or r.concept.id != first.concept.id)
    for line in lines:
        if line.concept.id not in systems.WITHOUT_WORDS and (
            line.state is not State.PRESENT or _valued(line)
        ):
            yield line_statement(model.HPI, line.concept.id, sentence(describe(line)), line)
    for line in heard.of(Kind.CONDITION):
        if line.state is State.PRESENT and _acute(line):
            yield line_statement(model.HPI, line.concept.id, sentence(describe(line)), line)
        if line.state is State.UNCERTAIN:
            yield line_statement(
                model.HPI, line.concept.id, sentence(f"Patient mentions possible {_named(line)}"), line
            )
    for line in heard.lines:
        if (
            line.relation in CONTACTS
            and line.state is State.FAMILY
            and line.concept.kind in {Kind.FINDING, Kind.CONDITION}
        ):
            text = f"{capital(line.relation)} with {_named(line)}"
            yield line_statement(model.HPI, f"{line.relation}:{line.concept.id}", sentence(text), line)


def _tellable(line: Resolved) -> bool:
    """Pregnancy and things about the house have no course; doubt is told of things ("possible fever")."""
    circumstance = line.concept.group == "exposure" and line.name != line.concept.label
    if line.concept.id == "finding.pregnancy" or circumstance:
        return False
    return line.state is not State.UNCERTAIN or is_thing(line.name)


def _valued(line: Resolved) -> bool:
    """Whether more is known than that it is there, which the review of systems says."""
    return bool(
        set(line.values) & {"duration", "onset", "quality", "severity", "course", "timing", "radiation"}
    )


def _acute(line: Resolved) -> bool:
    """An illness of now (infection, injury) is history of present illness, not past."""
    return line.concept.codes.get("icd10cm", "").startswith(
        ("J0", "J1", "J2", "A0", "B34", "S", "T", "N39", "H66", "K52.9")
    )


def _named(line: Resolved) -> str:
    label = line.name
    return label if _proper(label) else label[0].lower() + label[1:]


def _proper(name: str) -> bool:
    """ "HIV infection", "Crohn's disease", "EpiPen"."""
    return any(letter.isupper() for letter in name[1:]) or "'" in name


def _by_exchange(lines: Sequence[Resolved]) -> list[list[Resolved]]:
    """Denials of one exchange are one line; a later correction of one item does not rename the others."""
    groups: dict[tuple[int, int | None], list[Resolved]] = {}
    for line in lines:
        groups.setdefault((line.first.at, line.first.asked), []).append(line)
    return list(groups.values())


def _denials(section: str, lines: Sequence[Resolved], opening: str, last: str) -> Iterator[Statement]:
    for group in _by_exchange(lines):
        evidence = tuple(sorted({turn for line in group for turn in line.evidence}))
        drugs = section == model.MEDICATIONS
        names = list(dict.fromkeys((_as_said if drugs else _named)(line) for line in group))
        codes = group[0].codes if len(group) == 1 else {}
        confidence = min(line.confidence for line in group)
        key = f"{section}:absent:{group[0].concept.id}"
        yield Statement(
            key, section, f"{opening} {join(names, last)}.", evidence, State.ABSENT, confidence, codes
        )


def review_of_systems(heard: Heard, written: str = "") -> Iterator[Statement]:
    """What is reported and denied by body system; a finding that stands in what is `written` is not reported again."""
    yield from systems.review(
        [
            r
            for r in heard.of(Kind.FINDING)
            if r.state is State.ABSENT
            or r.contradicted
            or r.concept.id in SELF_HARM
            or (_unwritten(r, written) and claimed(heard.consult, r))
        ]
    )


def _unwritten(line: Resolved, written: str) -> bool:
    return line.concept.label.lower() not in written and line.name.lower() not in written


_GENERIC = frozenset(
    {"procedure.surgery", "condition.tumor", "condition.infection", "condition.cancer", "condition.injury"}
)


def held(heard: Heard) -> list[Resolved]:
    """Conditions the patient (or the record the doctor reads out) states as the patient's own, those of now apart."""
    return [
        r
        for r in heard.of(Kind.CONDITION)
        if r.concept.id not in _GENERIC
        and claimed(heard.consult, r)
        and (r.state in {State.HISTORICAL, State.RESOLVED} or (r.state is State.PRESENT and not _acute(r)))
    ]


def past_medical_history(heard: Heard) -> Iterator[Statement]:
    """Conditions and operations; denied ones as such."""
    conditions = held(heard)
    past = [r for r in heard.of(Kind.FINDING) if r.state is State.HISTORICAL and claimed(heard.consult, r)]
    operations = [
        r
        for r in heard.of(Kind.PROCEDURE)
        if r.concept.group == "surgery" and r.state in {State.PRESENT, State.HISTORICAL}
    ]
    for line in conditions:
        text = capital(_named(line)) if line.state is not State.HISTORICAL else f"History of {_named(line)}"
        since = line.values.get("duration") or line.values.get("onset")
        if since and since.endswith(("year", "years", "ago")):
            text += f", {since}" if since.endswith("ago") else f" for {since}"
        text += ", resolved" if line.state is State.RESOLVED else ""
        text += f", {line.values['control']}" if "control" in line.values else ""
        yield line_statement(model.PAST_MEDICAL_HISTORY, line.concept.id, sentence(text), line)
    for line in past:
        yield line_statement(
            model.PAST_MEDICAL_HISTORY, line.concept.id, sentence(f"History of {_named(line)}"), line
        )
    for line in operations:
        if line.concept.id not in _GENERIC:
            since = line.values.get("onset") or (
                f"{lasted} ago" if (lasted := line.values.get("duration")) else ""
            )
            text = f"{_named(line)}, {in_figures(since)}" if since else _named(line)
            yield line_statement(model.PAST_MEDICAL_HISTORY, line.concept.id, sentence(text), line)
    denied = [
        r
        for r in heard.of(Kind.CONDITION)
        if r.state is State.ABSENT and r.concept.id != "condition.any_family"
    ]
    none = [r for r in denied if r.concept.id == "condition.any"]
    if none and not conditions and not operations:
        yield line_statement(
            model.PAST_MEDICAL_HISTORY, "none", "No past medical problems reported.", none[0]
        )
    others = [r for r in denied if r.concept.id != "condition.any"]
    yield from _denials(model.PAST_MEDICAL_HISTORY, others, "No history of", "or")
    never = [r for r in heard.of(Kind.PROCEDURE) if r.state is State.ABSENT and r.concept.id in _STAYS]
    yield from _denials(model.PAST_MEDICAL_HISTORY, never, "No", "or")


_STAYS = frozenset({"procedure.surgery", "procedure.hospital_admission"})


def _as_said(line: Resolved) -> str:
    """The medicine's name as it was spoken of, by brand or generic; its codes name the substance."""
    said = line.first.words.strip()
    one = said.replace("-", "").isalpha() and line.certain
    return said.lower() if one and line.name == line.concept.label else _named(line)


def medicine_text(line: Resolved) -> str:
    """ "Lisinopril 10 mg once a day"; what was heard is told when the spelling was guessed."""
    values = [_third(line.values[v]) for v in ("dose", "count", "frequency", "route") if v in line.values]
    text = " ".join([capital(_as_said(line)), *values])
    return text if line.certain else f"{text} (heard as \u201c{line.first.words}\u201d)"


def _denied(consult: Consult, line: Resolved) -> bool:
    """Whether the answer is about taking it: not where it was only offered ("Do you need something for the pain?"
    "No."), nor where the doctor takes note of it before another question ("Metformin, okay. Any allergies?" "No.").
    """
    fact = line.last if line.last.state is State.ABSENT else line.first
    if fact.asked is None:
        return True
    asked = consult.turns[fact.asked].text.lower()
    noted = fact.turn == fact.asked and _NOTED.match(asked[fact.span[1] :])
    return not noted and _OFFERED.search(asked) is None


def medications(heard: Heard) -> Iterator[Statement]:
    """What the patient takes, took or does not take."""
    lines = [r for r in heard.of(Kind.MEDICINE) if r.concept.id != "medicine.any"]
    known = {r.concept.id for r in lines}
    harmful = {r.concept.id for r in heard.of(Kind.MEDICINE, allergy=True) if r.state is not State.ABSENT}
    lines += [
        r
        for r in heard.of(Kind.MEDICINE, allergy=True)
        if r.concept.group == _FOR_ALLERGIES and r.state is State.PRESENT and r.concept.id not in known
    ]
    taken = [
        r
        for r in lines
        if r.state in {State.PRESENT, State.UNCERTAIN}
        and claimed(heard.consult, r)
        and (r.concept.id not in harmful or r.concept.group == _FOR_ALLERGIES)
    ]
    for line in taken:
        yield line_statement(model.MEDICATIONS, line.concept.id, sentence(medicine_text(line)), line)
    for line in lines:
        if line.state in {State.RESOLVED, State.HISTORICAL}:
            yield line_statement(
                model.MEDICATIONS, line.concept.id, sentence(f"No longer taking {_as_said(line)}"), line
            )
    denied = [r for r in lines if r.state is State.ABSENT and _denied(heard.consult, r)]
    yield from _denials(model.MEDICATIONS, denied, "Not taking", "or")
    for line in heard.of(Kind.MEDICINE):
        if line.concept.id == "medicine.any":
            text = "No other medication reported." if taken else "Takes no medication."
            yield line_statement(model.MEDICATIONS, "none", text, line)


def allergies(heard: Heard) -> Iterator[Statement]:
    """Allergens with reaction; "No known allergies." only when the patient said so."""
    lines = [
        r for r in heard.of(Kind.ALLERGEN, Kind.MEDICINE, allergy=True) if r.concept.group != _FOR_ALLERGIES
    ]
    named = [r for r in lines if r.concept.id != "allergen.any"]
    for line in named:
        reaction = (
            f" ({line.values['reaction']})" if line.values.get("reaction", "allergy") != "allergy" else ""
        )
        if line.state in {State.PRESENT, State.HISTORICAL}:
            heard_as = "" if line.certain else f" (heard as \u201c{line.first.words}\u201d)"
            yield line_statement(
                model.ALLERGIES, line.concept.id, f"Allergic to {_named(line)}{reaction}{heard_as}.", line
            )
        elif line.state is State.ABSENT:
            yield line_statement(model.ALLERGIES, line.concept.id, f"Not allergic to {_named(line)}.", line)
    present = any(r.state is not State.ABSENT for r in named)
    for line in lines:
        if line.concept.id == "allergen.any" and not present:
            yield line_statement(model.ALLERGIES, "none", "No known allergies.", line)
    turns = {line.last.at for line in named if line.state is State.PRESENT}
    others = [f for f in heard.consult.facts if f.at in turns and f.concept.id in _ANY_ALLERGY]
    if denied := [f for f in others if f.state is State.ABSENT and not f.relation]:
        key, text = f"{model.ALLERGIES}:none", "No other known allergies."
        evidence, sure = denied[0].evidence, denied[0].confidence
        yield Statement(key, model.ALLERGIES, text, evidence, State.ABSENT, sure)


_ANY_ALLERGY = frozenset({"allergen.any", "finding.allergy"})


def family_history(heard: Heard) -> Iterator[Statement]:
    """ "Mother: diabetes." and what the family does not have."""
    for line in heard.lines:
        if not line.relation or line.relation in CONTACTS or line.relation == "others":
            continue
        key = f"{line.relation}:{line.concept.id}"
        if line.concept.id == "condition.any_family" or line.concept.kind not in {
            Kind.CONDITION,
            Kind.FINDING,
        }:
            continue
        if line.state is State.FAMILY:
            yield line_statement(
                model.FAMILY_HISTORY, key, sentence(f"{capital(line.relation)}: {_named(line)}"), line
            )
        elif line.state is State.ABSENT and line.relation == "family":
            yield line_statement(model.FAMILY_HISTORY, key, f"No family history of {_named(line)}.", line)
    for line in heard.lines:
        if line.concept.id == "condition.any_family":
            yield line_statement(model.FAMILY_HISTORY, "none", "No family history of note.", line)

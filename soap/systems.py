"""Review of systems: what is reported and denied, a statement per body system."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clinical_language import State
from clinical_language.plain_numbers import digits
from clinical_language.said import is_thing
from soap import model
from soap.model import Statement
from soap.phrasing import join
from soap.register import clean_words
from soap.resolution import Resolved

SYSTEMS = {
    "general": "Constitutional", "eye": "Eyes", "ent": "HENT", "cardiovascular": "Cardiovascular",
    "respiratory": "Respiratory", "gastrointestinal": "Gastrointestinal", "genitourinary": "Genitourinary",
    "gynaecological": "Gynecological", "musculoskeletal": "Musculoskeletal", "skin": "Skin",
    "neurological": "Neurological", "psychiatric": "Psychiatric", "endocrine": "Endocrine",
    "haematological": "Hematological",
}  # fmt: skip
_MIDDLE = re.compile(
    r"headache|chest|abdom|back|flank|neck|face|facial|weakness|numbness|paresthesia|tingling|pelvic|throat"
)
_BARE = frozenset(  # names of groups, and findings that say nothing without what was told of them
    f"finding.{name}"
    for name in (
        "pain swelling injury fall malaise stress general_symptoms allergy bleeding recent_surgery discharge "
        "sexual_activity"
    ).split()
)


WITHOUT_WORDS = frozenset(
    {
        "finding.stress",
        "finding.malaise",
        "finding.general_symptoms",
        "finding.allergy",
        "finding.sexual_activity",
    }
)
_GROUPS = frozenset(f"finding.{name}" for name in "pain general_symptoms sexual_activity".split())


def named(line: Resolved) -> str:
    """The concept's label inside a sentence, with its side where one was said."""
    label = line.name
    label = label if label[:2].isupper() or "'" in label else label[:1].lower() + label[1:]
    side = line.values.get("side", "")
    if not side or side in label or not is_thing(label):
        return label
    return f"{side}-sided {label}" if _MIDDLE.search(label) and side != "bilateral" else f"{side} {label}"


def in_figures(text: str) -> str:
    """ "three days" -> "3 days"."""
    return " ".join(word for word, _ in digits(text.split()))


def review(lines: Sequence[Resolved]) -> Iterator[Statement]:
    """ "Cardiovascular: Denies chest pain or palpitations." for every system somebody spoke of.

    Findings of no system (group "exposure": sick contacts, new food, allergies) are no symptoms and stay out.
    """
    for system, title in SYSTEMS.items():
        own = [r for r in lines if r.concept.group == system and _named(r)]
        here = [
            r for r in own if r.state is State.PRESENT and r.concept.id not in _BARE and not _denied_later(r)
        ]
        gone = [r for r in own if r.state is State.ABSENT and r.concept.id not in _GROUPS]
        well = [r for r in gone if r.well]
        denied = [r for r in gone if not r.well]
        if here:
            yield _line(f"{system}:present", f"{title}: Reports", here, State.PRESENT, "and")
        if well:
            yield _line(f"{system}:well", f"{title}: Reports", well, State.PRESENT, "and")
        if denied:
            yield _line(f"{system}:absent", f"{title}: Denies", denied, State.ABSENT, "or")


def _denied_later(line: Resolved) -> bool:
    """Affirmed, and denied after that: for the doctor to read, no plain report."""
    return line.contradicted and line.evidence[-1] > line.last.at


def _named(line: Resolved) -> bool:
    """Whether a question or an answer says it in so many words, and not only values of it."""
    return line.first.named or line.last.named


_BROADLY = re.compile(r"\b(?:problems?|symptoms?|changes?|difficult\w*|trouble|issues?)\b")


def _as_asked(line: Resolved) -> str:
    """What was asked for broadly ("any problems with your bowels") is denied as broadly, in the question's words."""
    if line.state is not State.ABSENT or not _BROADLY.search(line.first.words.lower()):
        return ""
    words = [w for w in clean_words(line.first.words.lower().split()) if w not in _DETERMINERS]
    return " ".join(words) if len(words) <= 6 else ""


_DETERMINERS = frozenset("your my any the a an some ,".split())


def _line(key: str, opening: str, lines: Sequence[Resolved], state: State, last: str) -> Statement:
    names = list(dict.fromkeys(_as_asked(line) or named(line) for line in lines))
    evidence = tuple(sorted({turn for line in lines for turn in line.evidence}))
    codes = lines[0].codes if len(lines) == 1 else {}
    section = model.REVIEW_OF_SYSTEMS
    confidence = min(line.confidence for line in lines)
    return Statement(
        f"{section}:{key}",
        section,
        f"{opening} {join(names, last)}.",
        evidence,
        state,
        confidence,
        codes,
    )

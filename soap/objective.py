"""O of the note: vital signs, examination and results, only as the doctor states them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical_language import Consult, State
from clinical_language.values import vital_signs
from soap import model
from soap.model import Statement
from soap.phrasing import about_patient, sentence, tidy
from soap.spoken import EXAM, NORMAL_VITAL, RESULT, Spoken, is_exam, is_result, statements

_HOW = {
    "good": "normal",
    "fine": "normal",
    "great": "normal",
    "okay": "normal",
    "perfect": "normal",
    "high": "elevated",
    "higher": "elevated",
}
_NOT_TODAY = re.compile(r"\b(?:if|goal|should be|below|under|less than|last (?:time|year))\b")
_LEAD = re.compile(
    r"^.*?\b(?:i (?:do |can |also )*(?:hear|appreciate|see|notice|feel|do feel)(?: that)?|"
    r"you (?:do )?have|there is|there's|it looks like|i'm seeing)\s+",
    re.IGNORECASE,
)


def slug(words: str) -> str:
    """A short stable key part from a sentence's own words."""
    kept = [w for w in re.findall(r"[a-z0-9]+", words.lower()) if len(w) > 2]
    return "_".join(kept[:7])


def _line(section: str, spoken: Spoken, text: str, confidence: float) -> Statement:
    key = f"{section}:{slug(spoken.words)}"
    return Statement(key, section, text, (spoken.turn,), State.PRESENT, confidence)


def vitals(consult: Consult) -> Iterator[Statement]:
    """Numbers with their names; "normal" or "elevated" where no number was said."""
    last: dict[str, Statement] = {}
    for spoken in statements(consult):
        for value in vital_signs(spoken.words):
            if _NOT_TODAY.search(spoken.words[max(0, value.first - 30) : value.last]):
                continue
            key = f"{model.VITALS}:{value.name.lower().replace(' ', '_')}"
            last[key] = Statement(
                key, model.VITALS, f"{value.name} {value.text}.", (spoken.turn,), State.PRESENT, 0.9
            )
        for found in NORMAL_VITAL.finditer(spoken.words):
            name = "Vital signs" if found["what"].startswith("vital") else found["what"].capitalize()
            key = f"{model.VITALS}:{name.lower().replace(' ', '_')}"
            text = f"{name} {_HOW.get(found['how'], found['how'])}."
            last.setdefault(key, Statement(key, model.VITALS, text, (spoken.turn,), State.PRESENT, 0.75))
    yield from last.values()


def exam(consult: Consult) -> Iterator[Statement]:
    """What the doctor says to have found, in the doctor's words without lead-in."""
    for spoken in statements(consult):
        if (
            is_exam(spoken)
            and not is_result(spoken)
            and not RESULT.search(spoken.words)
            and not re.search(r"\byou (?:said|mentioned|told|were|had|'ve had)\b|\bi think\b", spoken.words)
        ):
            text = tidy(spoken.sentence.text)
            place = re.match(
                r"^on (?:your |the )?(?:physical )?(?P<part>\w+(?: \w+)?) exam(?:ination)?,?\s*",
                text,
                re.IGNORECASE,
            )
            shorter = _LEAD.sub("", text)
            text = shorter if len(shorter.split()) > 1 and EXAM.search(spoken.words) else text
            if place and place["part"].lower() not in {"physical", "your"}:
                text = f"{place['part']}: {text}"
            if 2 <= len(text.split()) <= 60:
                yield _line(model.EXAM, spoken, sentence(about_patient(text)), 0.7)


def results(consult: Consult) -> Iterator[Statement]:
    """What tests showed, in the doctor's words."""
    for spoken in statements(consult):
        if is_result(spoken) and not list(vital_signs(spoken.words)):
            text = tidy(spoken.sentence.text)
            if 3 <= len(text.split()) <= 60:
                yield _line(model.RESULTS, spoken, sentence(about_patient(text)), 0.7)

"""Words to a written sentence: capitals, units, punctuation; and whether it can stand in a note."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from clinical_language.remembering import remembered

_UNITS = ((r"\b(\d[\d.]*) (?:milligrams?)\b", r"\1 mg"), (r"\b(\d[\d.]*) (?:micrograms?)\b", r"\1 mcg"),
          (r"\b(\d[\d.]*) percent\b", r"\1%"), (r"\b(\d[\d.]*) (?:milliliters?|mls?)\b", r"\1 mL"),
          (r"\b(\d+) (?:out of|over|/) (10)\b", r"\1/\2"), (r"\b(\d+) point (\d+)\b", r"\1.\2"),
          (r"\b(\d+) (?:over) (\d+)\b", r"\1/\2"), (r"\$ (\d)", r"$\1"),
          (r"\s+([,.;:%!?)])", r"\1"), (r"\( ", "("), (r"\bcan not\b", "cannot"), (r",(?:\s*,)+", ","),
          (r"\s{2,}", " "),
          (r"\b(?:it|that) has has\b", "it has"))  # fmt: skip
_RULES = tuple((re.compile(pattern), by) for pattern, by in _UNITS)
_UPPER = frozenset("mri ct ekg ecg er gp copd uti ibs hiv adhd ptsd gerd std sti tv er icu cpap a1c nsaid "
                   "nsaids covid "
                   "iud cva dvt tia mmr dna bmi usa uk us-".split())  # fmt: skip
_DANGLING = frozenset("the a an my your his her their of with is am are was were to and or but because if when that "
                      "for from at in as than very i he she they who which while until into like doing going "
                      "having getting been had only "
                      "did does has have taking feeling about not maybe even some any".split())  # fmt: skip
_MAY_END: dict[str, set[str]] = {
    "not": {"does", "is", "do", "did"},
    "to": {"used", "want", "need", "have", "able", "supposed", "wanted", "needed", "like", "try", "tried"},
    "in": {"come", "came", "get", "sleeping", "breathe", "breathing", "breath", "go"},
    "like": {"feels"},
    "with": {"deal"},
    "at": {"look"},
    "been": {"have"},
}


def names_of(text: str) -> dict[str, str]:
    """Words written with a capital inside the sentence, so that a name keeps it."""
    found = re.findall(r"(?<=[a-z,] )([A-Z][\w'-]+)", text)
    return {word.lower(): word for word in found if word not in {"I", "I'm", "I've", "I'd", "I'll"}}


def written(words: Sequence[str], names: Mapping[str, str] | None = None) -> str:
    """The sentence with capital and full stop; "" for no words."""
    names = names or {}
    cased = [names.get(w, w.upper() if w in _UPPER else w) for w in words]
    return _punctuated(" ".join(cased))


@remembered
def _punctuated(text: str) -> str:
    for rule, by in _RULES:
        text = rule.sub(by, text)
    text = text.strip(" ,.;:-?!")
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def ends_whole(words: Sequence[str]) -> bool:
    """No word stands at the end that asks for another."""
    if not words:
        return False
    last = words[-1]
    if last in {"that", "it", "her", "him"}:
        return True
    return last not in _DANGLING or (len(words) > 1 and words[-2] in _MAY_END.get(last, ()))

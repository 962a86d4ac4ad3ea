"""A signed statement in words a patient reads: "Denies dyspnea." -> "You said no to: shortness of breath."

Only register and terms change: who speaks to whom, and a clinical term for its plain one (data/plain_words.tsv).
Numbers, negations and everything a rule does not know stay as they were signed. A line that speaks of somebody else
keeps its third person, since "her" could then be anybody.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from soap.orthography import in_british

_ELSE = re.compile(
    r"\b(?:mother|father|mum|mom|dad|sister|brother|son|daughter|wife|husband|partner|aunt|uncle|cousin|"
    r"grand\w+|parents?|friend|child|children|baby|carer|siblings?|family|doctor|nurse|surgeon|specialist)\b",
    re.IGNORECASE,
)
_SUBJECT = r"(?:the patient|patient|pt|she|he|they)"
_SAYS = (
    r"(?:reports?|states?|endorses?|notes?|mentions?|describes?|says|admits(?: to)?|complains of|indicates?)"
)
_VERBS = {
    "has": "have", "is": "are", "was": "were", "does": "do", "has not": "have not", "is not": "are not",
    "takes": "take", "feels": "feel", "uses": "use", "lives": "live", "works": "work", "smokes": "smoke",
    "drinks": "drink", "needs": "need", "wants": "want", "gets": "get", "goes": "go", "sleeps": "sleep", "eats": "eat",
    "tries": "try", "thinks": "think", "believes": "believe", "wakes": "wake", "walks": "walk", "exercises": "exercise",
    "understands": "understand", "agrees": "agree", "continues": "continue", "presents": "come", "experiences": "have",
}  # fmt: skip
_YOU_VERB = re.compile(rf"\byou ({'|'.join(sorted(_VERBS, key=len, reverse=True))})\b")
_OF_ANYTHING = {"is", "is not", "was", "does"}  # "Is swollen": not the patient
_OWN = sorted(_VERBS.keys() - _OF_ANYTHING, key=len, reverse=True)
_VERB_FIRST = re.compile(rf"^(?:{'|'.join(_OWN)})\b", re.IGNORECASE)  # notes leave their subject out
_AND_VERB = re.compile(rf"\b(you [a-z ]{{2,40}} and) ({'|'.join(_VERBS)})\b")
_STEPS = (
    (re.compile(rf"^(?:{_SUBJECT} )?denies (?:having |any )?", re.IGNORECASE), "You said no to: "),
    (re.compile(rf"^(?:{_SUBJECT} )?{_SAYS} that ", re.IGNORECASE), "You told us that "),
    (re.compile(rf"^{_SUBJECT} {_SAYS} (?={_SUBJECT}\b)", re.IGNORECASE), "You told us that "),
    (re.compile(rf"^(?:{_SUBJECT} )?{_SAYS} ", re.IGNORECASE), "You told us of: "),
    (re.compile(rf"(?:(?<=^)|(?<=\s)){_SUBJECT}(?:'s)?(?=\s)", re.IGNORECASE), "you"),
    (re.compile(r"\b(?:himself|herself|themselves)\b", re.IGNORECASE), "yourself"),
    (re.compile(r"\b(?:him|them)\b", re.IGNORECASE), "you"),
    (re.compile(r"\bher(?=\s+\w)(?!\s+(?:to|that|if|when|with|for|in|on|and|or|as|at|of)\b)", re.IGNORECASE), "your"),
    (re.compile(r"\bher\b", re.IGNORECASE), "you"),
    (re.compile(r"\b(?:his|their)\b", re.IGNORECASE), "your"),
)  # fmt: skip
_HEADINGS = (  # of a line, for clinicians: of the review of systems, and of parts of the plan
    "Constitutional", "Eyes", "HENT", "Cardiovascular", "Respiratory", "Gastrointestinal", "Genitourinary",
    "Gynecological", "Musculoskeletal", "Skin", "Neurological", "Psychiatric", "Endocrine", "Hematological",
    "Medical Treatment", "Additional Testing", "Specialist Referrals", "Patient Education and Counseling",
    "Patient Agreements",
)  # fmt: skip
_HEADING = re.compile(rf"^(?:{'|'.join((*_HEADINGS, *map(in_british, _HEADINGS)))}): ")
_POSSESSIVE = re.compile(r"\bthe patient(?:'|\u2019)s\b", re.IGNORECASE)


@cache
def plain_words() -> Mapping[str, str]:
    """Clinical term (lower case) to plain words; British spellings to British ones."""
    text = (files("soap") / "data" / "plain_words.tsv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    plain = {row["clinical"]: row["plain"] for row in rows}
    return {in_british(term): in_british(words) for term, words in plain.items()} | plain


@cache
def _terms() -> re.Pattern[str]:
    longest_first = sorted(plain_words(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", re.IGNORECASE)


def in_plain_words(text: str) -> str:
    """The line for the patient: spoken to, and without clinical terms that have a plain name."""
    bare = _HEADING.sub("", text)
    said = _sentence(_without_terms(bare if _ELSE.search(bare) else _to_you(bare)))
    return (
        f"{said}." if text.endswith(".") and not said.endswith(".") else said
    )  # "b.i.d." ended the sentence


def _without_terms(text: str) -> str:
    known = plain_words()
    return _terms().sub(lambda found: known[found[0].lower()], text)


def _to_you(text: str) -> str:
    said = _POSSESSIVE.sub("your", text)
    for pattern, by in _STEPS:
        said = pattern.sub(by, said)
    said = _VERB_FIRST.sub(lambda found: f"you {_VERBS[found[0].lower()]}", said)
    said = _AND_VERB.sub(lambda found: f"{found[1]} {_VERBS[found[2]]}", said)
    return _YOU_VERB.sub(lambda found: f"you {_VERBS[found[1]]}", said)


def _sentence(text: str) -> str:
    """First letters of sentences large again, where words were put in their place."""
    return re.sub(r"(^|[.!?] )([a-z])", lambda found: found[1] + found[2].upper(), text)

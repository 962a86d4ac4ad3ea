"""Notation of a note: digits with units, clinical abbreviations, names in capitals; the patient in the third person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from clinical_language import Consult, Kind, Mention

_NUMERIC = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"(?<=\d) (?:\.|point) (?=\d)", "."),
        (r"(?<![\d.])(?<!\d )\b(?:point|\. ?) ?(?=\d)", "0."),
        (r"\b(\d) (?:over|out of|/) 6\b", r"\1/6"),
        (r"\b(\d) (?:over|out of|/) 5\b(?! (?:days|weeks|times))", r"\1/5"),
        (r"\b(\d{1,2}) out of 10\b", r"\1/10"),
        (r"\b(\d{2,3}) (?:over|/) (\d{2,3})\b", r"\1/\2"),
        (r"\b(?:milligrams?|mgs|milli(?= |$))", "mg"),
        (r"\bmicrograms?\b", "mcg"),
        (r"\bmillilit(?:er|re)s?\b", "mL"),
        (r"\bcentimet(?:er|re)s?\b", "cm"),
        (r"\bmillimet(?:er|re)s?\b", "mm"),
        (r" ?percent\b", "%"),
        (r"(?<=\d) %", "%"),
        (r"\bx[ -]+ray", "x-ray"),
        (r"\bfollow - ?up\b", "follow-up"),
        (r"\b(\d) plus\b", r"\1+"),
        (r"\b1 and a half plus\b", "1.5+"),
        (r"\ba 1 c\b", "a1c"),
        (r"\bs 1\b", "s1"),
        (r"\bp r n\b", "as needed"),
        (r"(?<=\w) - (?=\w)", "-"),
        (r"(?<=\w) (?='(?:s|re|ll|ve|d|m)\b)", ""),
        (r" / ", "/"),
        (r"\s+(?=[,.;:])", ""),
    )
)
_CAPITALS = re.compile(
    r"\b(?:mri|ct|ekg|ecg|cbc|cmp|bmp|tsh|psa|copd|chf|mcl|acl|pcl|lcl|nsaids?|emg|egd|pft|cva|jvd|gp|bmi|hiv|uti|dvt|mrsa|"
    r"pcr|ldl|hdl|ana|crp|esr|inr|bnp|pcp|gerd|ibs|tmj|rsv|iv|cpap|bph|orif|rice|ssri|msu|snri|tb|std|sti|pip|mcp|dip|lad|"
    r"[tlcs]\d{1,2}|[tlcs]\d-[tlcs]?\d)\b"
)
_NAMES = re.compile(
    r"\b(?:lyme|murphy|homans?|mcmurray|lachman|tinel|phalen|finkelstein|spurling|romberg|hawkins|neer|crohn|alzheimer|parkinson|"
    r"hashimoto|graves|babinski|hoffman|dix|hallpike|epley|doppler|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|"
    r"february|april|june|july|august|september|october|november|december|covid|aircast|cushing|lisfranc|colles|"
    r"english|i)(?='|\b)"
)
_DOCTOR = re.compile(r"\b(?:dr\.?|doctor) ([a-z]+)\b")
_PLACES = re.compile(r"\b(hemoglobin )?a1c\b")


def notation(text: str, mentions: Sequence[Mention] = ()) -> str:
    """Digits, units, abbreviations and names as notes write them; no word is added or taken away."""
    for pattern, by in _NUMERIC:
        text = pattern.sub(by, text)
    text = _CAPITALS.sub(lambda m: m[0].upper().replace("NSAIDS", "NSAIDs"), text)
    text = _NAMES.sub(lambda m: m[0].capitalize(), text)
    text = _DOCTOR.sub(lambda m: f"Dr. {m[1].capitalize()}", text)
    text = _PLACES.sub(lambda m: f"{m[1] or ''}A1c", text)
    for mention in mentions:
        said = mention.text.lower()
        if mention.concept.kind is Kind.MEDICINE and said[:6] not in mention.concept.label.lower() and said.isalpha():
            text = re.sub(rf"\b{said}\b", said.capitalize(), text)
    return text


@dataclass(frozen=True, slots=True)
class Person:
    """Pronouns of the patient: "he", "his", "him"; "they" while nobody said whether man or woman."""

    subject: str = "they"
    possessive: str = "their"
    object: str = "them"

    def conjugate(self, plural: str, singular: str) -> str:
        """The verb form that goes with the pronoun."""
        return plural if self.subject == "they" else singular


_HE, _SHE, _THEY = Person("he", "his", "him"), Person("she", "her", "her"), Person()
_MALE = re.compile(r"\b(?:year - old|years? old)(?: \w+){0,3} (?:male|man|gentleman|boy)\b|\bmr\.?\b|\bsir\b")
_FEMALE = re.compile(r"\b(?:year - old|years? old)(?: \w+){0,3} (?:female|woman|lady|girl)\b|\bm(?:r?s|iss)\.? [a-z]|\bma'am\b")


def person_of(consult: Consult, sex: str = "") -> Person:
    """Pronouns from the visit or from how the patient is spoken of ("a 61-year-old male", "Mrs ...")."""
    if sex[:1].lower() in {"m", "f"}:
        return _HE if sex[:1].lower() == "m" else _SHE
    for turn, sentences in enumerate(consult.sentences):
        if consult.turns[turn].speaker == "doctor":
            for said in sentences:
                if _FEMALE.search(said.plain):
                    return _SHE
                if _MALE.search(said.plain):
                    return _HE
    return _THEY


_VERB_S = re.compile(
    r"^(?:have|do|go|get|feel|take|want|need|gain|start|notice|experience|see|think|like|continue|develop|use|eat|drink|walk|run|"
    r"come|lose|know|tolerate|say|report|describe|smoke|wear|keep|try|work|look|seem|still|just|work|weigh|stop|push|bend|move)$"
)
_IRREGULAR = {"have": "has", "do": "does", "go": "goes", "push": "pushes", "try": "tries", "still": "still", "just": "just"}
_YOU = re.compile(r"\b(?:yourselves|yourself|yours|your|you)\b(?: ('re|'ve|'ll|'d|are|were|have|do|\w+))?")
_AS_OBJECT = re.compile(
    r"(?:\b(?:to|for|with|on|of|about|from|give|gave|send|sent|help|tell|call|see|put|set|get|let|ask|start|started|make|refer|"
    r"prescribe|keep|want|need|like|place|recommend|advise|encourage|switch|have|treat|continue|allow|test|check|schedule|"
    r"provide|remind|bring|hurting|hurt|bothering|monitor|had|at|around|between|than))$"
)


_SUBJECT_AFTER = re.compile(r"^(?:'|are$|were$|have$|do$|can$|will$|would$|should$|could$|may$|might$|must$|need$)")


def third_person(text: str, person: Person) -> str:
    """Words to the patient as words about the patient: "your x-ray" -> "his x-ray", "you have" -> "the patient has"."""
    named = False

    def replace(found: re.Match[str]) -> str:
        nonlocal named
        word, _, verb = found[0].partition(" ")
        if word in {"your", "yours"}:
            return f"{person.possessive if word == 'your' else person.possessive + 's'}{' ' + verb if verb else ''}"
        if word.startswith("yoursel"):
            return f"{person.object}self".replace("themself", "themselves").replace("hisself", "himself") + (
                f" {verb}" if verb else ""
            )
        before = text[: found.start()].rstrip()
        if _AS_OBJECT.search(before) and not _SUBJECT_AFTER.match(verb):
            who = person.object if named else "the patient"
            named = True
            return f"{who}{' ' + verb if verb else ''}"
        who, first = (person.subject, False) if named else ("the patient", True)
        named = True
        if not verb:
            return who
        singular = first or person.subject != "they"
        return f"{who} {_conjugated(verb, singular)}"

    return _YOU.sub(replace, text)


def _conjugated(verb: str, singular: bool) -> str:
    if verb in {"'re", "are"}:
        return "is" if singular else "are"
    if verb in {"'ve", "have"}:
        return "has" if singular else "have"
    if verb in {"'ll", "'d"}:
        return {"'ll": "will", "'d": "would"}[verb]
    if verb == "were":
        return "was" if singular else "were"
    if singular and _VERB_S.match(verb):
        return _IRREGULAR.get(verb, verb + "s")
    return verb

"""Notation of a note: digits with units, clinical abbreviations, names in capitals; the patient in the third person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from clinical_language import Kind, Mention
from soap.register import THEY, Person
from soap.register.verbs import bases, third

_NUMERIC = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"(?<=\d) (?:\.|point) (?=\d)", "."),
        (r"(?<!\d)(?<!\d )(?:(?<= )\.|\bpoint) ?(?=\d)", "0."),
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
        (r"\b(\d) (?:plus\b|\+)", r"\1+"),
        (r"\b1 and a half plus\b", "1.5+"),
        (r"\ba 1 c\b", "a1c"),
        (r"\bs 1\b", "s1"),
        (r"\bp r n\b", "as needed"),
        (r"(?<=\w) - (?=\w)", "-"),
        (r"(?<=\w) (?='(?:s|re|ll|ve|d|m)\b)", ""),
        (r"\b(days|weeks|months) ' time", r"\1' time"),
        (r"\ba (?:and|&) e\b", "A&E"),
        (r"\b1 of (?=(?:our|the|my|his|her|their|your)\b)", "one of "),
        (r" / ", "/"),
        (r"\s+(?=[,.;:])", ""),
    )
)
_CAPITALS = re.compile(
    r"\b(?:mri|ct|ekg|ecg|cbc|cmp|bmp|tsh|psa|copd|chf|mcl|acl|pcl|lcl|nsaids?|emg|egd|pft|cva|"
    r"jvd|gp|bmi|hiv|uti|dvt|mrsa|"
    r"pcr|ldl|hdl|ana|crp|esr|inr|bnp|pcp|gerd|ibs|tmj|rsv|iv|cpap|bph|orif|rice|ssri|msu|snri|tb|"
    r"std|sti|tia|msu|fbc|ckd|cad|afib|adhd|ptsd|cbt|pip|mcp|dip|lad|"
    r"[tlcs]\d{1,2}|[tlcs]\d-[tlcs]?\d)\b"
)
_NAMES = re.compile(
    r"\b(?:lyme|murphy|homans?|mcmurray|lachman|tinel|phalen|finkelstein|spurling|romberg|hawkins|"
    r"neer|crohn|alzheimer|parkinson|"
    r"hashimoto|graves|babinski|hoffman|dix|hallpike|epley|doppler|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday|january|"
    r"february|april|june|july|august|september|october|november|december|covid|aircast|cushing|"
    r"lisfranc|colles|"
    r"english|i)(?='|\b)"
)
_DOCTOR = re.compile(  # "doctor smith", but "see a doctor urgently"
    r"\b(?P<any>(?:an?|the|any|another|your|his|her|our|[a-z]+'s|stroke|family|other|emergency|gp) doctor)\b|"
    r"\b(?:dr\.?|doctor) (?P<name>[a-z]+)\b"
)
_PLACES = re.compile(r"\b(hemoglobin )?a1c\b")


_GENERIC = frozenset(
    {"paracetamol", "salbutamol", "adrenaline", "frusemide", "aspirin", "antibiotics", "antibiotic"}
)


def notation(text: str, mentions: Sequence[Mention] = ()) -> str:
    """Digits, units, abbreviations and names as notes write them; no word is added or taken away."""
    for pattern, by in _NUMERIC:
        text = pattern.sub(by, text)
    text = _CAPITALS.sub(lambda m: m[0].upper().replace("NSAIDS", "NSAIDs"), text)
    text = _NAMES.sub(lambda m: m[0].capitalize(), text)
    text = _DOCTOR.sub(lambda m: m["any"] or f"Dr. {m['name'].capitalize()}", text)
    text = _PLACES.sub(lambda m: f"{m[1] or ''}A1c", text)
    for mention in mentions:
        said = mention.text.lower()
        if said in _GENERIC:
            continue
        if (
            mention.concept.kind is Kind.MEDICINE
            and said[:6] not in mention.concept.label.lower()
            and said.isalpha()
        ):
            text = re.sub(rf"\b{said}\b", said.capitalize(), text)
    return text


_DAYS = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|april|june|july|september|october|november|"
    r"december)\b"
)


def days(text: str) -> str:
    """The text with a capital for the days and months that are no other word ("may", "march").

    >>> days("Cough, since monday.")
    'Cough, since Monday.'
    """
    return _DAYS.sub(lambda found: found[0].capitalize(), text)


_YOU = re.compile(r"\b(?:yourselves|yourself|yours|your|you)\b(?: ('re|'ve|'ll|'d|\w+))?")
_AS_OBJECT = re.compile(
    r"(?:\b(?:to|for|with|on|of|about|from|give|gave|send|sent|help|tell|call|see|put|set|get|let|"
    r"ask|start|started|make|refer|"
    r"prescribe|keep|want|need|like|place|recommend|advise|encourage|switch|have|treat|continue|"
    r"allow|test|check|schedule|"
    r"provide|remind|bring|hurting|hurt|bothering|monitor|had|at|around|between|than))$"
)


_SUBJECT_AFTER = re.compile(
    r"^(?:'|are$|were$|have$|do$|can$|will$|would$|should$|could$|may$|might$|must$|need$)"
)


UNNAMED = Person("the patient", "the patient", "the", "the patient")


def third_person(text: str, person: Person) -> str:
    """Words to the patient as words about the patient: "your x-ray" -> "his x-ray", "you have" -> "the patient has".

    While nobody said whether man or woman, "your knee" is "the knee" and the patient is named again.
    """
    person = UNNAMED if person == THEY else person
    named = False

    def replace(found: re.Match[str]) -> str:
        nonlocal named
        word, _, verb = found[0].partition(" ")
        if word in {"your", "yours"}:
            return f"{person.possessive} {verb}".rstrip()
        if word.startswith("yoursel"):
            return f"{person.reflexive} {verb}".rstrip()
        acted_on = _AS_OBJECT.search(text[: found.start()].rstrip()) and not _SUBJECT_AFTER.match(verb)
        again = person.object if acted_on else person.subject
        who, named = (again if named else "the patient"), True
        return f"{who} {verb if acted_on else _conjugated(verb)}".rstrip()

    return _YOU.sub(replace, text)


_CONJUGATED = {
    "'re": "is",
    "are": "is",
    "'ve": "has",
    "have": "has",
    "'ll": "will",
    "'d": "would",
    "were": "was",
}


def _conjugated(verb: str) -> str:
    return _CONJUGATED.get(verb) or (third(verb) if verb in bases() else verb)

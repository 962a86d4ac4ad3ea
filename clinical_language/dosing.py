"""How a medicine is taken: dose, count, how often, route, how long, what for, with what effect, how faithfully."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical_language.model import Value
from clinical_language.spans_of_time import DAYS, SPAN, iso_length, length, spelled
from clinical_language.spoken_numbers import NUMBER_WORDS, as_dose

_FIGURES = r"(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)"
_NUMBER = rf"(?:{_FIGURES}|{'|'.join(sorted(NUMBER_WORDS))})"
_RANGE = re.compile(rf"(?P<least>{_FIGURES})(?: (?P<joint>to|or|-) (?P<most>{_FIGURES}))?")
_COUNTED = r"(?:tablet|pill|puff|capsule|drop|spray|patch|teaspoon|sachet)(?:e?s)?"
# The whole number and what is joined to it: a part of it ("4" of "point 4", "000" of "1 000") is another dose.
_DOSE = re.compile(
    rf"(?<![\w.,])(?P<n>{_NUMBER}(?: (?:(?:to|or|-|and) )?{_NUMBER}){{0,8}}) ?"
    r"(?P<u>milligrams?|mgs?|micrograms?|mcgs?|grams?|g|units?|millilit(?:er|re)s?|mls?|percent|%)(?![^\s.,;?!])"
    rf"(?! per (?:kilo|kg))(?P<f> {_COUNTED})?"
)
_COUNT = re.compile(
    rf"(?<![\w.,])(?<!of )(?<!point )(?<!hundred )(?P<n>{_FIGURES}(?: (?:to|or|-) {_FIGURES})?(?: and a half)?|"
    r"half a|(?<!got )(?<!have )(?<!had )(?<!was )(?<!is )(?<!'s )(?<!need )a) "
    rf"(?P<u>{_COUNTED})\b(?! and a (?:half|quarter))"
)
_FREQUENCY = re.compile(
    r"\b(?:(?P<times>once|twice|1 time|\d+(?: (?:or|to|-) \d+)? times)(?: (?:a|per|"
    r"each|every|in the))? ?(?P<per>day|daily|week|weekly|month|hour|night|morning|evening)"
    r"|every (?P<every>(?:\d+(?: (?:or|to|-) \d+)? )?(?:hours?|days?|weeks?|months?|morning|night|evening|other day|"
    r"single day))"
    r"|(?P<word>daily|nightly|weekly|as needed|when needed|if needed|when required|before meals|"
    r"with food|with meals|at bedtime|at night|"
    r"in the morning|b i d|bid|t i d|tid|q i d|qid|prn)"
    r"|(?P<perday>(?:a|per) day))\b"
)
_ROUTE = re.compile(
    r"\b(by mouth|orally|oral|inhaled|injections?|topical(?:ly)?|intravenous(?:ly)?|iv|im|intramuscular(?:ly)?|"
    r"subcutaneous(?:ly)?|"
    r"under the tongue|sublingual(?:ly)?|rectally|nasal(?:ly)?|up (?:my|the|your) nose|on (?:my|the|your) skin|"
    r"inject)\b"
)
_UNIT_SHORT = {
    "milligram": "mg",
    "mg": "mg",
    "microgram": "micrograms",  # never "mcg", which has been read as mg (ISMP)
    "mcg": "micrograms",
    "gram": "g",
    "g": "g",
    "unit": "units",
    "milliliter": "mL",
    "millilitre": "mL",
    "ml": "mL",
    "percent": "%",
    "%": "%",
}
_ROUTES = {"orally": "by mouth", "oral": "by mouth", "topically": "topical", "injections": "injection",
"inject": "injection",
           "iv": "intravenous", "intravenously": "intravenous", "im": "intramuscular", "sublingual": "under the "
           "tongue",
           "nasally": "nasal"}  # fmt: skip
_WORDS = {
    "b i d": "twice daily",
    "bid": "twice daily",
    "t i d": "three times daily",
    "tid": "three times daily",
    "q i d": "four times daily",
    "qid": "four times daily",
    "at bedtime": "at bedtime",
    "prn": "as needed",
    "when needed": "as needed",
    "if needed": "as needed",
    "when required": "as needed",
}
_SPAN2 = SPAN.replace("<n>", "<n2>").replace("<u>", "<u2>")
_LENGTH = re.compile(
    rf"\bfor (?:another |a total of |the next |the past |the last )?{SPAN}\b(?! (?:ago|old))|"
    rf"\b{_SPAN2} (?:course|supply)\b"
)
_START = re.compile(
    rf"\b(?:started|began|start|on it|put me on (?:it|\w+)|prescribed) (?:\w+ ){{0,4}}?{SPAN} (?:ago|back)\b|"
    rf"\b{_SPAN2} (?:ago|back)\b"
)
_INDICATION = re.compile(
    r"\bfor (?:my |the |this |some |his |her |that )?(?P<w>(?:[a-z']{2,20} ){0,2}[a-z']{3,20})(?= ?[,.;?!]|"
    r" and\b| but\b| which\b|$)"
)
_NO_INDICATION = re.compile(
    rf"\b(?:while|bit|long|now|sure|years?|months?|weeks?|days?|hours?|time|example|instance|me|it|him|her|you|"
    rf"that|today|tonight|ages|life|{DAYS})\b|\d"
)
_EFFECT = (
    (
        "no relief",
        re.compile(
            r"\b(?:not|never) (?:really |actually |seem to |even |been )*(?:help\w*|do(?:ne)? (?:anything|much)|"
            r"touch\w*|work\w*|make "
            r"(?:any|much) difference|made (?:any|much) difference)\b|\bno (?:relief|effect|help|difference)\b|"
            r"\bdid nothing\b|"
            r"\bnothing (?:\w+ )?(?:help|work|makes? it better)\w*"
        ),
    ),
    (
        "partial relief",
        re.compile(
            r"\b(?:help\w*|work\w*|relie\w+|better) (?:it |me |with it |them )?(?:a (?:little|bit|tiny bit)|"
            r"somewhat|slightly|some|for a "
            r"(?:while|bit)|temporarily)\b|\b(?:some|a little|little|a bit of|temporary|slight) relief\b|"
            r"\b(?:a (?:little|bit) better|takes? the "
            r"edge off|taken the edge off|took the edge off|edge off)\b"
        ),
    ),
    (
        "relief",
        re.compile(
            r"\b(?:helps?|helped|helping|works|worked|working well|relieve[sd]?|does the trick|did the trick|"
            r"made it better|makes it better|eased|"
            r"clear(?:ed|s) it)\b"
        ),
    ),
)
_ADHERENCE = (
    (
        "not taking",
        re.compile(
            r"\b(?:not|never) (?:been |really |actually )*(?:taking|taken|take|using|used|started)\b|"
            r"\bran out\b|\brun out\b"
        ),
    ),
    (
        "misses doses",
        re.compile(
            r"\b(?:forget|forgot|miss|missed|skip|skipped|skipping|missing|not very good about|inconsistent|"
            r"not consistent|"
            r"on and off|off and on|hit or miss)\b"
        ),
    ),
    (
        "as prescribed",
        re.compile(
            r"\b(?:as prescribed|religiously|regularly|consistently|faithfully|without fail|like clockwork|"
            r"as directed|"
            r"every single day|never miss\w*|pretty regular)\b"
        ),
    ),
)
_TIMES = ("", "once", "twice", "three times", "four times", "five times", "six times")


def _frequency(found: re.Match[str]) -> str:
    if found["times"]:
        times = found["times"].split()
        count = times[0]
        said = (
            _TIMES[int(count)]
            if count.isdigit() and int(count) < len(_TIMES) and len(times) == 2
            else found["times"]
        )
        per = {"day": "a day", "week": "a week", "month": "a month", "hour": "an hour", "weekly": "a week"}
        return f"{said} {per.get(found['per'], found['per'])}".replace(" daily", " a day")
    if found["every"]:
        return f"every {found['every']}"
    if found["perday"]:
        return "a day"
    return _WORDS.get(found["word"], found["word"])


def _dose(found: re.Match[str]) -> str:
    """ "0.4 mg", "25 to 50 mg"; what could be two numbers ("two hundred milligram tablets") as it was said."""
    amount = _RANGE.fullmatch(found["n"])
    if amount is None or not _rises(amount):
        return found[0]
    unit = found["u"].rstrip("s") or found["u"]
    most = f" {amount['joint'].replace('-', 'to')} {as_dose(amount['most'])}" if amount["most"] else ""
    return f"{as_dose(amount['least'])}{most} {_UNIT_SHORT.get(unit, unit)}".replace(" %", "%")


def _rises(amount: re.Match[str]) -> bool:
    least, most = amount["least"], amount["most"]
    return most is None or float(least.replace(",", "")) < float(most.replace(",", ""))


def _count(number: str, unit: str) -> str:
    """ "two tablets", "half a tablet", "1 to 2 puffs"."""
    said = "one" if number == "a" else spelled(number)
    singular = re.sub(r"(?<=h)es$|s$", "", unit)
    return f"{said} {singular}{'' if said in ('one', 'half a') else 'es' if singular.endswith('ch') else 's'}"


def medicine_values(plain: str) -> Iterator[Value]:
    """Dose ("10 mg"), count ("two tablets"), how often ("three times a day"), route, by place."""
    for found in _DOSE.finditer(plain):
        yield Value("dose", _dose(found), found.start(), found.end("u"))
    for found in _COUNT.finditer(plain):
        yield Value("count", _count(found["n"], found["u"]), *found.span())
    for found in _FREQUENCY.finditer(plain):
        yield Value("frequency", _frequency(found), *found.span())
    for found in _ROUTE.finditer(plain):
        yield Value("route", _ROUTES.get(found[1], found[1]), *found.span())
    yield from _course_of_treatment(plain)


def treatment_values(plain: str) -> Iterator[Value]:
    """Effect ("relief", "partial relief", "no relief") and adherence ("misses doses") said in these words."""
    for name, signs in (("effect", _EFFECT), ("adherence", _ADHERENCE)):
        for text, pattern in signs:
            if sign := pattern.search(plain):
                yield Value(name, text, *sign.span())
                break


def _course_of_treatment(plain: str) -> Iterator[Value]:
    """How long, since when, what for."""
    for name, pattern in (("length", _LENGTH), ("onset", _START)):
        for found in pattern.finditer(plain):
            number, unit = _span(found)
            text = length(number, unit) + (" ago" if name == "onset" else "")
            yield Value(name, text, *found.span(), iso_length(number, unit))
    for found in _INDICATION.finditer(plain):
        if not _NO_INDICATION.search(found["w"]):
            yield Value("indication", found["w"], *found.span("w"))


def _span(found: re.Match[str]) -> tuple[str, str]:
    groups = found.groupdict()
    return groups["n"] or groups["n2"], groups["u"] or groups["u2"]

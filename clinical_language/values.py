"""Values said beside a concept: how long, since when, how bad, what like, where, dose, route, how often, vital signs.

All work on `Sentence.plain` (lower case, number words already digits) and return texts in clinical style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBER = (
    r"(?:\d+(?:\.\d+)?(?: (?:or|to|-|and a) (?:\d+|half))?|a couple(?: of)?|a few|several|a|an|"
    r"half an?|couple(?: of)?|few)"
)
_UNIT = r"(?:second|minute|hour|day|night|week|month|year)s?"
_ABOUT = (
    r"(?:about |around |roughly |like |maybe |probably |approximately |almost |over |nearly |"
    r"just |only |at least )*"
)
_SPAN = rf"{_ABOUT}(?P<n>{_NUMBER}) (?P<u>{_UNIT})"
_DAYS = r"monday|tuesday|wednesday|thursday|friday|saturday|sunday"


@dataclass(frozen=True, slots=True)
class Value:
    """A value with its place in `Sentence.plain`. `name` is the slot: duration, onset, severity, dose, ..."""

    name: str
    text: str
    first: int
    last: int


_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("onset", rf"\b{_SPAN} (?:ago|back)\b"),
        (
            "onset",
            rf"\b(?:since|started|began|start(?:ed)? on|came on) (?P<t>(?:late |early )?(?:last |this |"
            rf"yesterday |the )?"
            rf"(?:{_DAYS}|yesterday|week|weekend|night|morning|evening|afternoon|month|year|summer|"
            rf"winter|spring|fall|christmas)"
            r"(?: morning| night| evening| afternoon)?)\b",
        ),
        ("onset", r"\b(?P<t>yesterday(?: morning| evening| afternoon)?|this morning|last night|overnight)\b"),
        ("onset", r"\b(?P<t>suddenly|all of a sudden|gradually|out of the blue)\b"),
        (
            "duration",
            rf"\b(?:for|since|(?:in|over|during|within|for)(?: the)? (?:past|last|"
            rf"previous)) {_SPAN}\b(?! (?:ago|back|apart))",
        ),
        ("duration", rf"\b(?:the )?(?:past|last) {_SPAN}\b"),
        ("duration", rf"\b{_SPAN} now\b"),
        (
            "duration",
            rf"^(?:(?:um|uh|,|oh|well|i think|i would say|it 's been|it has been|it is been|so|"
            rf"yeah)\s)*{_SPAN}\b(?! (?:ago|back|a|old|per|later|apart))",
        ),
        ("duration", rf"\bfor (?:the )?(?:past|last) (?P<u>{_UNIT})\b"),
        ("severity", r"\b(?P<s>\d{1,2})(?: or | to |-)?(?:\d{1,2})? ?(?:out of|/|over) ?(?:a )?10\b"),
        (
            "severity",
            r"\b(?P<w>very bad|really bad|severe|moderate|mild|unbearable|excruciating|terrible|"
            r"worst (?:\w+ )?(?:of|in) my life)\b",
        ),
        (
            "quality",
            r"\b(?P<w>sharp|dull|throbbing|stabbing|crampy|burning|pressing|aching|shooting|pounding|"
            r"squeezing|tight|stinging|pulsating)\b"
            r"(?! sensation when)",
        ),
        (
            "course",
            r"\b(?P<w>comes and goes|come and go|coming and going|comes and go|on and off|off and on|"
            r"intermittent(?:ly)?|constant(?:ly)?|all the time|"
            r"getting (?:much |a lot |a bit |a little |progressively )?worse|getting (?:much |a lot |"
            r"a bit |a little )?better|worsening|improving|every day)\b",
        ),
        (
            "timing",
            r"\b(?P<w>in the (?:morning|evening|afternoon|night|day|daytime)s?|at night|"
            r"during the night|after (?:meals|eating|food)|"
            r"when (?:i|you) (?:walk|run|cough|lie down|lay down|stand up|stand|sit|move|eat|breathe in|"
            r"bend over|bend|climb stairs|exercise))\b",
        ),
        (
            "side",
            r"\b(?:on|in|at|to|of) (?:the |my |your |his |her )(?:\w+ )?(?P<w>left|right)\b(?! (?:track|"
            r"way|place|thing|direction))",
        ),
        (
            "side",
            r"\b(?P<w>left|right)(?:[ -](?:hand|lower|upper|big|little|index|middle|"
            r"ring))?[ -](?:sided?|arm|leg|knee|hip|shoulder|elbow|wrist|hand|finger|thumb|foot|"
            r"ankle|heel|toe|calf|thigh|shin|ear|eye|breast|flank|groin|temple|jaw|cheek|forearm|"
            r"buttock|rib|ribs|kidney|testicle|back|neck|chest|abdomen|quadrant)\b",
        ),
        (
            "side",
            r"^(?:it 's |um |, |uh |on |(?P<the>the ))*(?P<w>left|(?(the)right|left))(?: one|"
            r" hand)? ?\.?$",
        ),
        ("side", r"\b(?P<w>both sides|bilateral(?:ly)?|both)\b"),
    )
)
_DOSE = re.compile(
    r"\b(?P<n>\d+(?:[.,]\d+)?) ?(?P<u>milligrams?|mgs?|micrograms?|mcgs?|grams?|g|units?|"
    r"millilit(?:er|re)s?|mls?|percent|%|milli)(?= |$|\b)"
)
_COUNT = re.compile(
    r"\b(?P<n>\d+|a|half a) (?P<u>tablet|pill|puff|capsule|drop|spray|patch|teaspoon|sachet)(?:e?s)?\b"
)
_FREQUENCY = re.compile(
    r"\b(?:(?P<times>once|twice|1 time|\d+(?: or \d+)? times|\d+(?: to \d+)? times)(?: (?:a|per|"
    r"each|every|in the))? ?(?P<per>day|daily|week|weekly|month|hour|night|morning|evening)"
    r"|every (?P<every>(?:\d+(?: to \d+)? )?(?:hours?|days?|weeks?|months?|morning|night|evening|other day))"
    r"|(?P<word>daily|nightly|weekly|as needed|when needed|if needed|when required|before meals|"
    r"with food|with meals|at bedtime|at night|"
    r"in the morning|b i d|bid|t i d|tid|q i d|prn)"
    r"|(?P<perday>(?:a|per) day))\b"
)
_ROUTE = re.compile(
    r"\b(by mouth|orally|inhaled|injection|topical(?:ly)?|intravenous(?:ly)?|under the tongue|rectally)\b"
)
_UNIT_SHORT = {
    "milligram": "mg",
    "mg": "mg",
    "milli": "mg",
    "microgram": "mcg",
    "mcg": "mcg",
    "gram": "g",
    "g": "g",
    "unit": "units",
    "milliliter": "mL",
    "millilitre": "mL",
    "ml": "mL",
    "percent": "%",
    "%": "%",
}
_WORDS = {
    "b i d": "twice daily",
    "bid": "twice daily",
    "t i d": "three times daily",
    "tid": "three times daily",
    "q i d": "four times daily",
    "prn": "as needed",
    "when needed": "as needed",
    "if needed": "as needed",
    "when required": "as needed",
}
_TIMES = ("", "once", "twice", "three times", "four times", "five times", "six times")
_SPELLED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spelled(number: str) -> str:
    """Small whole numbers as words, as notes write durations ("three days"); others unchanged."""
    return _SPELLED[int(number)] if number.isdigit() and int(number) < len(_SPELLED) else number


def _length(found: re.Match[str]) -> str:
    groups = found.groupdict()
    number, unit = groups.get("n"), groups["u"]
    if number is None:
        return f"one {unit.rstrip('s')}"
    number = {
        "a": "one",
        "an": "one",
        "few": "a few",
        "couple": "a couple of",
        "couple of": "a couple of",
        "a couple": "a couple of",
    }.get(number, number)
    parts = [spelled(part) for part in number.split()]
    plural = unit.rstrip("s") + ("" if parts == ["one"] or number in {"half an", "half a"} else "s")
    return " ".join([*parts, plural])


def _value(name: str, found: re.Match[str]) -> str:
    groups = found.groupdict()
    if groups.get("u"):
        length = _length(found)
        return f"{length} ago" if name == "onset" else length
    if groups.get("s"):
        return f"{groups['s']}/10"
    text = groups.get("t") or groups.get("w") or found[0]
    fixed = {
        "really bad": "severe",
        "very bad": "severe",
        "terrible": "severe",
        "come and go": "intermittent",
        "comes and goes": "intermittent",
        "coming and going": "intermittent",
        "on and off": "intermittent",
        "off and on": "intermittent",
        "all the time": "constant",
        "comes and go": "intermittent",
        "both": "bilateral",
        "both sides": "bilateral",
        "constantly": "constant",
        "bilaterally": "bilateral",
        "intermittently": "intermittent",
        "all of a sudden": "suddenly",
    }
    return fixed.get(text, text.replace(" i ", " ").replace(" you ", " ") if name != "timing" else text)


def values_in(plain: str) -> Iterator[Value]:
    """Values of symptoms, by place; of two that overlap the first pattern wins."""
    taken: list[tuple[int, int]] = []
    for name, pattern in _PATTERNS:
        for found in pattern.finditer(plain):
            if any(found.start() < last and first < found.end() for first, last in taken):
                continue
            if name == "severity" and found.groupdict().get("s") and int(found["s"]) > 10:
                continue
            taken.append(found.span())
            yield Value(name, _value(name, found), *found.span())


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


def medicine_values(plain: str) -> Iterator[Value]:
    """Dose ("10 mg"), count ("two tablets"), how often ("three times a day"), route, by place."""
    for found in _DOSE.finditer(plain):
        unit = found["u"].lower().rstrip("s") or found["u"]
        yield Value("dose", f"{found['n']} {_UNIT_SHORT.get(unit, unit)}".replace(" %", "%"), *found.span())
    for found in _COUNT.finditer(plain):
        number = "one" if found["n"] == "a" else spelled(found["n"])
        yield Value(
            "count", f"{number} {found['u']}{'' if number in ('one', 'half a') else 's'}", *found.span()
        )
    for found in _FREQUENCY.finditer(plain):
        yield Value("frequency", _frequency(found), *found.span())
    for found in _ROUTE.finditer(plain):
        yield Value("route", found[1], *found.span())


_VITALS: tuple[tuple[str, str, re.Pattern[str]], ...] = tuple(
    (name, unit, re.compile(pattern))
    for name, unit, pattern in (
        (
            "Blood pressure",
            "",
            r"\b(?:blood pressure|bp)\b[^.?]{0,40}?\b(?P<v>\d{2,3}) ?(?:over|/) ?(?P<w>\d{2,3})\b",
        ),
        ("Heart rate", "/min", r"\b(?:heart rate|pulse(?: rate)?)\b[^.?]{0,30}?\b(?P<v>\d{2,3})\b"),
        (
            "Respiratory rate",
            "/min",
            r"\b(?:respiratory rate|respirations?|breathing rate)\b[^.?]{0,30}?\b(?P<v>\d{1,2})\b",
        ),
        (
            "Temperature",
            "",
            r"\btemp(?:erature)?\b[^.?]{0,30}?\b(?P<v>\d{2,3}(?:\.\d)?)\b(?! (?:day|hour|week))",
        ),
        (
            "Oxygen saturation",
            "%",
            r"\b(?:o2 sats?|oxygen(?: saturation| level| sats?)?|saturations?|sats?|o2|spo2|"
            r"pulse ox)\b[^.?]{0,30}?\b(?P<v>\d{2,3})\b",
        ),
        (
            "Weight",
            "",
            r"\b(?:weight|weigh)\b(?! loss| gain)[^.?]{0,20}?\b(?P<v>\d{2,3}(?:\.\d)? (?:pounds|lbs|"
            r"kilos|kilograms|kg|stone))\b",
        ),
        (
            "Height",
            "",
            r"\b(?:height)\b[^.?]{0,20}?\b(?P<v>\d{1,3}(?:\.\d+)? (?:cm|centimet(?:er|re)s|met(?:er|"
            r"re)s|feet|foot))\b",
        ),
    )
)
_PLAUSIBLE = {
    "Blood pressure": (60, 260),
    "Heart rate": (25, 250),
    "Respiratory rate": (5, 60),
    "Temperature": (34, 108),
    "Oxygen saturation": (50, 100),
}


def vital_signs(plain: str) -> Iterator[Value]:
    """Vital signs as ("Blood pressure", "140/90"); a number no body has is left out."""
    for name, unit, pattern in _VITALS:
        for found in pattern.finditer(plain.replace(" . ", ".").replace(" point ", ".")):
            low, high = _PLAUSIBLE.get(name, (0, 1000))
            if low <= float(found["v"].split()[0]) <= high:
                second = found.groupdict().get("w")
                yield Value(name, f"{found['v']}/{second}" if second else found["v"] + unit, *found.span())

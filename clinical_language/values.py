"""Values said of a symptom: how long, since when, how bad, what like, where, how it goes, what helps and worsens.

All work on `Sentence.plain` (lower case, number words already digits) and return texts in clinical style. Doses are in
`dosing`, vital signs and laboratory values in `measurements`; docs/notes.md has the table of all names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical_language.influences import influences
from clinical_language.model import Value
from clinical_language.remembering import remembered
from clinical_language.spans_of_time import DAYS, SPAN, UNIT, iso_length, iso_point, length

_WHEN = (
    rf"(?:late |early )?(?:last |this |the |yesterday )?(?:{DAYS}|yesterday|week|weekend|night|morning|evening|"
    rf"afternoon|"
    r"month|year|summer|winter|spring|fall|christmas)(?: morning| night| evening| afternoon)?"
)
_MY = r"(?:the |my |your |his |her )"
_OTHER = r"(?:upper |lower |outer |inner |front |back |far |whole |other |same )"
_SIDED = (
    r"arms?|legs?|knees?|hips?|shoulders?|elbows?|wrists?|hands?|fingers?|thumbs?|foot|feet|ankles?|heels?|toes?|"
    r"cal(?:f|ves)|thighs?|shins?|ears?|eyes?|breasts?|flanks?|groin|temples?|jaw|cheeks?|forearms?|buttocks?|ribs?|"
    r"kidneys?|testicles?|back|neck|chest|abdomen|quadrant|nostrils?|tonsils?|lungs?"
)
# "It came right back" names no side.
_UNSAID = (
    r"(?<!come )(?<!came )(?<!comes )(?<!coming )(?<!go )(?<!went )(?<!goes )(?<!going )(?<!get )(?<!be )"
)

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("onset", rf"\b{SPAN} (?:ago|back|before)\b(?! (?:i|he|she|it) (?:was|were) (?:fine|okay|ok|well|normal))"),
        ("onset", rf"\b(?:since|started|began|start(?:ed)? on|came on|first noticed (?:it )?) (?P<t>{_WHEN})\b"),
        ("onset", r"\b(?P<t>yesterday(?: morning| evening| afternoon)?|this morning|last night|overnight)\b"),
        ("onset", rf"\b(?:on |it was )(?P<t>(?:last |this )?(?:{DAYS}))\b"),
        ("onset", r"\b(?P<t>suddenly|all of a sudden|gradually|out of the blue|out of nowhere)\b"),
        (
            "duration",
            rf"\b(?:for|since|(?:in|over|during|within|for)(?: the)? (?:past|last|previous)) {SPAN}\b"
            r"(?! (?:ago|back|apart|before))",
        ),
        ("duration", rf"\b(?:the )?(?:past|last) {SPAN}\b"),
        ("duration", rf"\b{SPAN} now\b"),
        ("duration", rf"\b(?:lasts?|lasting|lasted|going on|been) (?:for )?{SPAN}\b(?! (?:ago|back|since))"),
        (
            "duration",
            rf"^(?:(?:um|uh|,|oh|well|i think|i would say|it 's been|it has been|it is been|so|"
            rf"yeah|actually|no|sorry)\s)*{SPAN}\b(?! (?:ago|back|a|old|per|later|apart|before))",
        ),
        ("duration", rf"\bfor (?:the )?(?:past|last) (?P<u>{UNIT})\b"),
        ("duration", r"\b(?P<w>all (?:day|night|week|morning)(?: long)?|my whole life|all my life|for years|"
        "for ages)\b"),
        (
            "severity",
            r"(?<![\d.,])(?<!point )\b(?P<s>\d{1,2}(?:\.\d)?)(?: ?(?:or|to|-) ?(?P<s2>\d{1,2}(?:\.\d)?))? ?"
            r"(?:out of|/|over|on a scale (?:of|"
            r"from) \d+ to) ?(?:a )?10\b",
        ),
        (
            "severity",
            r"\b(?P<w>very bad|really bad|so bad|severe|severely|moderate|mild|slight|unbearable|excruciating|"
            r"terrible|awful|"
            r"horrible|agoni[sz]ing|intense|worst (?:\w+ )?(?:of|in) my life)\b",
        ),
        (
            "quality",
            r"\b(?P<w>sharp|dull|throbbing|stabbing|crampy|cramping|burning|pressing|aching|achy|shooting|pounding|"
            r"squeezing|tight|stinging|pulsating|crushing|gnawing|tearing|heavy|pressure - like|like (?:a )?pressure|"
            r"(?<!blood )pressure|electric|pins and needles|tender|raw|scratchy|itchy)\b"
            r"(?! sensation when| in my| pressure| for)",
        ),
        ("quality", r"\b(?P<w>dry|wet|productive|barky|barking|chesty|watery|loose|bloody|greenish|green|"
        "yellowish|yellow|"
                    r"whitish|brown|rusty|clear|thick|frothy|black|foul - smelling|smelly)\b"),
        (
            "course",
            r"\b(?P<w>comes and goes|come and go|coming and going|comes and go|on and off|off and on|"
            r"intermittent(?:ly)?|constant(?:ly)?|persistent|all the time|non - stop|nonstop|"
            r"(?:getting|got|gotten|gets|become|becoming|it 's|is|are|been) (?:much |a lot |a bit |a little |"
            r"a little bit |"
            r"progressively |slowly |even )?(?:worse|better)(?! (?:when|with|if|after|at|by|than|in the|on))|"
            r"worsening|improving|improved|(?:about |stayed |staying |pretty much |been |still |remained )the same"
            r"(?! (?:time|as|way|thing|day|place|kind|sort|type|for|with|in|at))|"
            r"not (?:changed|getting (?:any )?(?:better|worse))|every day)\b",
        ),
        (
            "timing",
            r"\b(?P<w>in the (?:morning|evening|afternoon|night|day|daytime)s?|at night|first thing in the morning|"
            r"during the (?:night|day)|after (?:meals|eating|food)|at rest|"
            r"when (?:i|you) (?:walk|run|cough|lie down|lay down|stand up|stand|sit|move|eat|breathe in|"
            r"bend over|bend|climb stairs|exercise|swallow|pee|urinate|wake up|get up))\b",
        ),
        ("side", rf"\b(?:on|in|at|to|of|over|down|under|around) {_MY}(?:{_OTHER}){{0,2}}(?P<w>left|right)\b"
                 rf"(?! (?:track|way|place|thing|direction|now|after|away|before|here|there|time|moment))"),
        ("side", rf"{_UNSAID}\b(?P<w>left|right)[ -](?:hand|lower|upper|big|little|index|middle|ring)?[ -]?"
                 rf"(?:sided?|{_SIDED})\b"),
        ("side", r"^(?:it 's |um |, |uh |on |just |mainly |mostly |(?P<the>the ))*(?P<w>left|right|(?(the)right|left))"
                 r"(?: one| hand| side)? ?\.?$"),
        ("side", rf"\b(?P<w>both sides|bilateral(?:ly)?|both (?:of )?{_MY}?(?:{_OTHER})?(?:{_SIDED}))\b"),
        ("side", r"^(?:it 's |in |on |um |, |uh |yes |yeah )*(?P<w>both)(?: of them| sides)? ?\.?$"),
        ("control", r"\b(?P<w>(?:(?:not|badly|poorly|less) (?:so |very |that |too |as |really )?)?(?:well |pretty |"
                    r"quite |fairly |really |very )*(?:controlled|managed)|(?:not )?under (?:good )?control|"
                    r"out of control|uncontrolled)\b"),
        (
            "frequency",
            r"\b(?P<w>(?:once|twice|\d+(?: (?:or|to) \d+)? times|a couple of times|a few times|several times) "
            r"(?:a|per|every|each) (?:day|week|month|year|night|hour)|"
            rf"every (?:few|couple of|\d+|other) (?:{UNIT})|every (?:hour|night|morning|week)|"
            r"most (?:days|nights)|once in a while|every now and then)\b",
        ),
    )
)  # fmt: skip
_FIXED = {
    "really bad": "severe", "very bad": "severe", "so bad": "severe", "severely": "severe", "terrible": "severe",
    "awful": "severe", "horrible": "severe", "intense": "severe", "slight": "mild", "agonizing": "excruciating",
    "agonising": "excruciating", "come and go": "intermittent", "comes and goes": "intermittent",
    "coming and going": "intermittent", "comes and go": "intermittent", "on and off": "intermittent",
    "off and on": "intermittent", "intermittently": "intermittent", "all the time": "constant",
    "constantly": "constant",
    "non - stop": "constant", "nonstop": "constant",
    "bilaterally": "bilateral", "all of a sudden": "suddenly", "out of nowhere": "suddenly",
    "out of the blue": "suddenly", "improved": "improving", "achy": "aching", "crampy": "cramping",
    "like a pressure": "pressure", "like pressure": "pressure", "pressure - like": "pressure", "barky": "barking",
    "greenish": "green", "yellowish": "yellow", "whitish": "white",
}  # fmt: skip


def _course(text: str) -> str:
    if "same" in text:
        return "still the same"
    if text.startswith("not "):
        return text.replace(" any ", " ")
    return "worsening" if text.endswith("worse") else "improving" if text.endswith("better") else text


_UNCONTROLLED = re.compile(r"\b(?:not|badly|poorly|less|out|uncontrolled)\b")


def _text(name: str, found: re.Match[str]) -> str:
    groups = found.groupdict()
    if groups.get("u"):
        said = length(groups.get("n"), groups["u"])
        return f"{said} ago" if name == "onset" else said
    if groups.get("s"):
        upper = groups.get("s2")
        return f"{groups['s']}-{upper}/10" if upper else f"{groups['s']}/10"
    text = " ".join((groups.get("t") or groups.get("w") or found[0]).split())
    if name == "side" and text.startswith("both"):
        return "bilateral"
    if name == "control":
        return "not well controlled" if _UNCONTROLLED.search(text) else "well controlled"
    if name == "course":
        return _course(_FIXED.get(text, text))
    return _FIXED.get(text, text.replace(" i ", " ").replace(" you ", " ") if name != "timing" else text)


def _iso(name: str, found: re.Match[str]) -> str:
    groups = found.groupdict()
    if groups.get("u"):
        return iso_length(groups.get("n"), groups["u"])
    return iso_point(groups["t"]) if name == "onset" and groups.get("t") else ""


@remembered  # a sentence is asked for each of its symptoms, and again with the next utterance
def values_in(plain: str) -> tuple[Value, ...]:
    """Values of symptoms, by place; of two that overlap the first found wins."""
    found: list[Value] = []
    for value in _all_of(plain):
        if not any(value.first < other.last and other.first < value.last for other in found):
            found.append(value)
    return tuple(found)


def _all_of(plain: str) -> Iterator[Value]:
    yield from influences(plain)
    for name, pattern in _PATTERNS:
        for found in pattern.finditer(plain):
            if name != "severity" or not found.groupdict().get("s") or float(found["s"]) <= 10:
                yield Value(name, _text(name, found), *found.span(), _iso(name, found))


_RATED = re.compile(
    rf"^(?:[a-z',.]{{1,14}} ){{0,9}}?(?P<n>10|[0-9])(?: ?(?:or|to|-|and) ?(?:an? )?(?P<m>10|"
    rf"[0-9]))?\b(?! (?:{UNIT}|times|years?))"
)


def rating(plain: str) -> Value | None:
    """The bare number that answers "how bad, one to ten?": "I'd say a four" -> 4/10."""
    found = _RATED.match(plain)
    if found is None:
        return None
    text = f"{found['n']}-{found['m']}/10" if found["m"] else f"{found['n']}/10"
    return Value("severity", text, found.start("n"), found.end())


__all__ = ["Value", "rating", "values_in"]

"""The words of an order as they were said: name, dose, how often, how long, when; and where each stands.

Patterns read lower-case text of one turn in bounded windows, so a line of a megabyte costs no more than a short one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_COUNTED = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|point"
)
NUMBER = (
    rf"(?:\d[\d,]{{0,7}}(?:\.\d{{1,3}})?|(?:a |{_COUNTED})(?:[ -]?\b(?:{_COUNTED}|and a half)){{0,5}}|half)"
)
_RANGE = rf"{NUMBER}(?: (?:to|or|-) {NUMBER})?"
_PERIOD = r"(?:hour|day|night|week|month|year|morning|evening)s?"
_UM = r"(?: ?(?:,|uh|um|\.)(?= )){0,3} ?"
STRENGTH = (
    r"(?:milligrams?|mgs?|micrograms?|mcgs?|grams?|units?|percent|%|millilit(?:er|re)s?|mls?|"
    r"milliequivalents?)(?![\w])"
)
_PIECE = (
    r"(?:tablets?|pills?|capsules?|puffs?|drops?|sprays?|patch(?:es)?|teaspoons?|tablespoons?|sachets?|"
    r"doses?|lozenges?)(?![\w])"
)
_OFTEN = (
    rf"(?:(?:once|twice|{_RANGE} times) ?(?:a|per|each|every|in the|at)? ?(?:day|daily|week|weekly|"
    rf"month|night|morning)"
    rf"|(?:once|twice|{_RANGE} times) (?:daily|weekly)"
    rf"|every{_UM} ?(?:other )?(?:{_RANGE}{_UM} ?)?(?:to )?{_PERIOD}"
    r"|(?:take it |use it )?(?:at night(?:time)?|at bedtime|before bed)|(?:as|when|"
    r"if) (?:you )?(?:need(?:ed)?|required)"
    r"|daily|nightly|weekly|(?:a|per|each) day|first thing in the morning|in the (?:morning|evening)s?"
    r"|with (?:food|meals)|before meals|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?i\.?d\.?|prn)(?![\w])"
)
_ROUTE = (
    r"(?:by mouth|orally|intravenously|by injection|rectally|under the tongue|up (?:each|the|your) (?:nostril|nose)"
    r"|(?:in|into|to|onto|on)(?: (?:each|both|the|your|affected|right|left))+ "
    r"(?:nostrils?|ears?|eyes?|skin|areas?|scalp|gums?))(?![\w])"
)
_AGAIN = rf"{_RANGE}(?: more)? refills?"
_PARTS = re.compile(
    rf"(?P<changed>\b(?:from|rather than|instead of) (?:the )?{NUMBER}(?: ?{STRENGTH}| {_PIECE})?(?: (?:{_OFTEN}))?)"
    rf"|\b(?P<refills>{_AGAIN})"
    rf"|\b(?P<strength>{NUMBER}[ -]?{STRENGTH})"
    rf"|\b(?P<count>{_RANGE}(?: of)? {_PIECE}|half (?:a )?(?:tablet|pill))"
    rf"|\b(?P<frequency>{_OFTEN})"
    rf"|\b(?P<route>{_ROUTE})"
    rf"|\bfor (?P<lead>(?:about |the next |another |at least |up to )*)(?P<length>(?:{_RANGE}|"
    rf"a) ?-?(?:day|week|month)s?)(?![\w])"
    rf"|\b(?P<length2>{_RANGE}[ -]?(?:day|week|month)) (?:course|supply|worth)"
    rf"|\b(?:dispense|give you) (?P<quantity>{NUMBER}) (?:of (?:those|them|these)|tablets|pills)"
)
_FORM = re.compile(
    r"(?:\s+(?:swish and swallow|supplements?|patch(?:es)?|inhalers?|nebuli[sz]ers?|creams?|ointments?|gels?|"
    r"sprays?|drops|solution|shampoo|lotion|syrup|suspension|tablets?|injections?|shots?|therapy|"
    r"taper))+(?![\w])"
)
_STRENGTH_BEFORE = re.compile(
    rf"\b(?:{NUMBER}[ -]?{STRENGTH}|{NUMBER} {_PIECE})(?: of)?(?: (?:the|your))?\s$"
)
_REACH = 240  # characters after a medicine's name in which its dose is looked for
_NEW_SUBJECT = re.compile(
    r"\b(?:for|and) (?:your|the) (?:first|second|third|fourth|fifth|next|last|other)\b|\bhey ?,? dragon\b|"
    r"\bany questions\b|\bstandpoint\b|\bin terms of\b|\bas far as\b"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One said part of an order: `name` (name, strength, frequency, length, when, ...), range in its turn."""

    name: str
    text: str
    first: int
    last: int
    turn: int = -1


_CORRECTED = re.compile(
    r"[\W]*(?:(?:or|no|um+|uh+|wait)\b\W*){0,3}"
    r"(?:(?:i'?m |i am )?sorry|i mean|rather|actually|make that|scratch that)\W*(?:(?:it's|to|in)\W+)?"
)


def form_after(text: str, at: int) -> int:
    """Where the form that belongs to a medicine's name ends ("nicotine| patch"), `at` when none is said."""
    found = _FORM.match(text, at, at + 60)
    return found.end() if found else at


def strength_before(text: str, at: int) -> Part | None:
    """ "a 21 milligram| nicotine patch"."""
    found = _STRENGTH_BEFORE.search(text, max(0, at - 60), at)
    return Part("strength", found[0].strip(), found.start(), at) if found else None


def parts_after(text: str, first: int, last: int) -> Iterator[Part]:
    """Dose, count, frequency, length, refills said between two places, up to where another subject begins."""
    other = _NEW_SUBJECT.search(text, first, last)
    last = other.start() if other else last
    kept: list[Part] = []
    for found in _PARTS.finditer(text, first, last):
        name = str(found.lastgroup).removesuffix("2")
        begin, end = found.span(str(found.lastgroup))
        part = Part(name, text[begin:end].strip(), begin, end)
        if kept and kept[-1].name == name and _CORRECTED.fullmatch(text, kept[-1].last, begin):
            kept.pop()
        if name not in {"changed", "lead"} and all((k.name, k.text) != (name, part.text) for k in kept):
            kept.append(part)
    yield from kept


_AHEAD = rf"(?:{_RANGE}|a couple(?: of)?|couple(?: of)?|a few|few|a|an|another|the next|next)"
_WHEN = (
    rf"(?:(?:about |around |the |like |another )*{_AHEAD} ?-?(?:day|week|month|"
    rf"year)s?(?: to {_AHEAD} (?:week|month)s?)?|(?:the )?next (?:few|couple(?: of)?|{NUMBER}) (?:day|week|month)s?"
    r"|tomorrow|next (?:week|month|year|visit|appointment|tuesday|monday|wednesday|thursday|friday))(?![\w])"
)
_TIMED = re.compile(rf"\b(?:in|within|after|for)? ?(?P<when>{_WHEN}|today|this (?:afternoon|morning|week))")
_LASTING = re.compile(r"\b(?:over|for|last|past|these|after)(?: the| a| about| next)* ?$")
FOLLOW_UP = re.compile(
    r"\b(?P<action>se(?:e|eing) (?:you|me|us|them|him|her)(?: all| guys)?(?: back| again)*(?: here)?"
    r"|book you (?:back )?in(?:to)?|arrange (?:just )?an? (?:\w+ )?(?:review|follow[ -]up|appointment)"
    r"|be seen(?: again)?|bring you (?:back )?in(?:to)?|pop (?:back )?in|drop (?:back )?in"
    r"|come (?:in)?to (?:one of )?(?:our|my|the) (?:clinics?|surgery|practice)|come and see (?:me|us|one of us)"
    r"|give (?:me|us) (?:a |another )?(?:ring|call|bell)|ring (?:me|us)(?: back)?"
    r"|com(?:e|ing) (?:on )?(?:back|in)(?: (?:in )?(?:and|to) (?:see|visit)(?: with)? (?:me|us))?"
    r"|follow(?:ing)?[ -]?up(?: appointment| visit)?|return"
    r"|(?:schedule|make|book|set up|get) (?:an |a )?(?:\w+ )?appointment|check (?:back|in with you)|"
    r"touch base"
    r"|(?:have|get|bring) you back(?: in)?|catch up|speak (?:to you )?again|review you|recheck you|call you"
    r"|talk (?:to you )?again|revisit)\b"
)


BOOKED = re.compile(r"book you|arrange|bring you|(?:schedule|make|book|set up|get) (?!you)|come (?:in)?to ")
"""Words for meeting again that need no day beside them to be meant."""


def when_near(text: str, first: int, last: int, reach: int = 70) -> Part | None:
    """The time said for words [first, last): behind them in the sentence, or just before ("in 3 weeks return")."""
    end = min([text.find(stop, last, last + reach) % (last + reach + 1) for stop in (".", "?")])
    found = _TIMED.search(text, last, end)
    while found and (mended := _CORRECTED.match(text, found.end(), found.end() + 40)):
        again = _TIMED.match(text, mended.end(), mended.end() + 40)
        if again is None:
            break
        found = again
    if found is None:
        *_, found = (None, *_TIMED.finditer(text, max(0, first - 30), first))
        found = (
            found
            if found and not _LASTING.search(text, max(0, found.start() - 20), found.start("when"))
            else None
        )
    return Part("when", found["when"], *found.span("when")) if found else None


_SPECIMEN = re.compile(r"\bblood (?:tests?|work|draws?|counts?|samples?)\b|\bbloods\b|\bbloodwork\b")
_DAY_BEFORE = re.compile(
    rf"\bin (?:about |around )?(?P<when>{_WHEN})(?: time)? (?:to (?:get|have|do)|for)"
    r"(?: (?:an?|another|the|your))?(?: [\w-]+)? $"
)
_NO_BLOOD = re.compile(
    r"blood|urin|stool|swab|sputum|smear|biopsy|culture|semen|skin|saliva|pregnancy|strep|covid|flu\b|spirometry|"
    r"peak flow|e[ck]g|electrocardiogram|colonoscopy|endoscopy|sleep study|test of|scop[ey]|monitor|eye|hearing"
)
_BEFORE_TEST = re.compile(
    r"\b(?:(?:(?:rapid|fasting|renal artery|carotid|liver|kidney|renal|pelvic|abdominal|thyroid|chest|"
    r"cardiac|lumbar|"
    r"cervical|venous|doppler|left|right|lower|upper|repeat|random|24 hour|twenty four hour|transthoracic|"
    r"foot|knee|hip|ankle|shoulder|wrist|hand|elbow|spine|back|neck|head|brain) )+)$"
)
_SIDE_PART = (
    r"(?:(?:left|right|lower|upper|both|cervical|lumbar) )*(?:foot|feet|knees?|hips?|ankles?|"
    r"shoulders?|wrists?|hands?|elbows?|"
    r"spine|back|neck|head|brain|chest|abdomen|belly|pelvis|liver|kidneys?|thyroid|heart|finger|toe|"
    r"leg|arm|calf|sinuses)"
)
_PART_AFTER = re.compile(
    rf"\W*(?:scan )?(?:of|on|for) (?:(?:the|your|that|his|her|both) )*(?P<part>{_SIDE_PART})(?![\w])"
)


def medicine_parts(turn: int, text: str, first: int, last: int, until: int) -> list[Part]:
    """Name with its form, then dose, how often and how long as said up to `until`, where another thing is named."""
    end = form_after(text, last)
    before = strength_before(text, first)
    name = Part("name", " ".join(text[first:end].split()), first, end, turn)
    parts = list(parts_after(text, end, min(until, end + _REACH)))
    if before and any(part.name == before.name for part in parts):
        before = None
    return [replace(part, turn=turn) for part in ([before] if before else []) + [name, *parts]]


_GOES_ON = re.compile(
    r"\b(?:take|taking|takes|use|using|apply|it|it's|it'll|that|that's|them|those|(?:puffs?|tablets?|pills?|capsules?|"
    r"drops?|sachets?)(?= (?:once|twice|a|every|daily|in|at|before|three|four|two|per)))\b"
)


def dose_after(turn: int, text: str, until: int) -> list[Part]:
    """What a later turn adds to the medicine named before it: "you take two puffs twice a day"; a question nothing."""
    until = min(until, _REACH)
    if "?" in text[:until] or not _GOES_ON.search(text, 0, until):
        return []
    return [replace(part, turn=turn) for part in parts_after(text, 0, until)]


_EVENT = re.compile(
    r"[^.?]{0,40}?\b(?P<when>(?:after|once|following) (?:the|your|we|you|that|those)(?: [\w-]+){1,4})"
)


def met_again(text: str, first: int, last: int) -> Part | None:
    """When to meet again: a time, or after what; "see you today" is no second meeting."""
    when = when_near(text, first, last)
    if when and (
        when.text not in {"today", "this morning", "this afternoon"} or BOOKED.match(text, first, last)
    ):
        return when
    event = _EVENT.match(text, last, last + 90)
    return Part("when", event["when"], *event.span("when")) if event else None


def follow_up_parts(turn: int, text: str, first: int, last: int) -> list[Part]:
    """What is agreed and when: "see you back" + "two weeks"."""
    when = met_again(text, first, last)
    action = Part("name", " ".join(text[first:last].split()), first, last, turn)
    return [action, replace(when, turn=turn)] if when else [action]


def test_parts(turn: int, text: str, first: int, last: int, *, blood: bool) -> list[Part]:
    """Specimen, name with what narrows it, place of the body, time."""
    narrowing = _BEFORE_TEST.search(text, max(0, first - 50), first)
    begin = narrowing.start() if narrowing else first
    found: list[Part] = []
    specimen = _SPECIMEN.search(text) if blood and not _NO_BLOOD.search(text[first:last]) else None
    if specimen:
        found.append(Part("specimen", "blood", *specimen.span()))
    place = _PART_AFTER.match(text, last, last + 60)
    end = place.end() if place else last
    found.append(Part("name", " ".join(text[begin:end].split()), begin, end))
    when = when_near(text, last, end, reach=25)
    if when and when.first >= last:
        found.append(when)
    elif day := _DAY_BEFORE.search(text, max(0, begin - 60), begin):
        found.append(Part("when", day["when"], *day.span("when")))
    return [replace(part, turn=turn) for part in found]

"""Lengths and points of time as they are said: "three days ago", "since last Tuesday", "for a couple of weeks".

Texts are relative to the visit; beside them an ISO 8601 duration where the words are exact ("a few days" is not).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

NUMBER = (
    r"(?:\d+(?:\.\d+)?(?: (?:or|to|-|and a) (?:\d+|half))?|a couple(?: of)?|a few|several|a|an|one|"
    r"half an?|couple(?: of)?|few)"
)
UNIT = r"(?:second|minute|hour|day|night|week|month|year)s?"
ABOUT = (
    r"(?:about |around |roughly |like |maybe |probably |approximately |almost |over |nearly |"
    r"just |only |at least |more than |less than |up to )*"
)
SPAN = rf"{ABOUT}(?P<n>{NUMBER}) (?P<u>{UNIT}(?: or \d\d?\b(?! times?\b))?)"
"""A day or two is not a day: the unit takes the other end along ("day or 2")."""

DAYS = r"monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_SPELLED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WORDED = {
    "a": "one", "an": "one", "few": "a few", "couple": "a couple of", "couple of": "a couple of",
    "a couple": "a couple of",
}  # fmt: skip
_LETTER = {
    "second": "TS",
    "minute": "TM",
    "hour": "TH",
    "day": "D",
    "night": "D",
    "week": "W",
    "month": "M",
    "year": "Y",
}
_POINTS = {
    "today": "P0D", "this morning": "P0D", "tonight": "P0D", "overnight": "P1D", "yesterday": "P1D",
    "last night": "P1D",
    "yesterday morning": "P1D", "yesterday evening": "P1D", "yesterday afternoon": "P1D", "last week": "P1W",
    "last month": "P1M", "last year": "P1Y", "the day before yesterday": "P2D",
}  # fmt: skip
_ISO = re.compile(r"^P(?:(\d+)Y|(\d+)M|(\d+)W|(\d+)D|T.*)$")


def spelled(number: str) -> str:
    """Small whole numbers as words, as notes write durations ("three days"); others unchanged."""
    return _SPELLED[int(number)] if number.isdigit() and int(number) < len(_SPELLED) else number


def length(number: str | None, unit: str) -> str:
    """ "3", "days" -> "three days"; None, "week" (the past week) -> "one week"."""
    unit, _, most = unit.partition(" or ")
    if most:
        return f"{spelled(_WORDED.get(number or 'a', number or ''))} or {spelled(most)} {unit.rstrip('s')}s"
    if number is None:
        return f"one {unit.rstrip('s')}"
    number = _WORDED.get(number, number)
    parts = [spelled(part) for part in number.split()]
    plural = unit.rstrip("s") + ("" if parts == ["one"] or number in {"half an", "half a"} else "s")
    return " ".join([*parts, plural])


def iso_length(number: str | None, unit: str) -> str:
    """ISO 8601 duration of an exact length ("P3D", "PT2H"), "" for "a few" or "two or three"."""
    number = {"a": "1", "an": "1", "one": "1", None: "1", "a couple": "2", "a couple of": "2", "couple": "2",
              "couple of": "2"}.get(number, number)  # fmt: skip
    letter = _LETTER.get(unit.rstrip("s"))  # none of "day or 2"
    if number is None or not number.isdigit() or letter is None:
        return ""
    return f"PT{number}{letter[1]}" if letter.startswith("T") else f"P{number}{letter}"


def iso_point(text: str) -> str:
    """ISO 8601 duration before the visit of a point in time said in words ("yesterday" -> "P1D"), "" when unknown."""
    return _POINTS.get(text, "")


def day_of(text: str, iso: str, visit: date) -> date | None:
    """The calendar day of an onset, from its duration before the visit or the weekday it names; None when unknown."""
    found = _ISO.match(iso)
    if found:
        years, months, weeks, days = (int(part) if part else 0 for part in found.groups())
        return (
            visit - timedelta(days=days + 7 * weeks + 30 * months + 365 * years)
            if not (years or months)
            else None
        )
    names = DAYS.split("|")
    weekday = next((names.index(word) for word in text.split() if word in names), None)
    if weekday is None:
        return None
    back = (visit.weekday() - weekday) % 7 or 7
    return visit - timedelta(days=back)

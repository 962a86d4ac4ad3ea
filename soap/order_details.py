"""An order's parts as named values, for prescribing and the laboratory: what was said, numbers as clinicians read them.

Nothing is worked out: a dose that could be read in two ways stays in its words, "a few weeks" has no length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from clinical_language import written_numbers
from clinical_language.concepts import body_parts
from clinical_language.plain_numbers import digits
from soap.order_candidates import Candidate
from soap.order_wording import Part

_UNITS = {"day": "D", "week": "W", "month": "M", "year": "Y"}
_SPAN = re.compile(r"\b(?P<n>\d{1,3})(?: (?:to|or) (?P<m>\d{1,3}))? ?(?P<unit>day|week|month|year)")
_NAMED_SPANS = {
    "today": "P0D", "this afternoon": "P0D", "this morning": "P0D", "tomorrow": "P1D", "next week": "P1W",
    "next month": "P1M", "next year": "P1Y",
}  # fmt: skip
_FORM = re.compile(
    r"\b(?:swish and swallow|patch|inhaler|nebuli[sz]er|cream|ointment|gel|spray|drops|solution|lotion|syrup|"
    r"suspension|tablet|capsule|injection|puff)(?:e?s)?\b"
)
_SIDE = re.compile(r"\b(left|right|both|bilateral)\b")
_CHANGES = ("refill", "increase", "decrease")


def details_of(candidate: Candidate, parts: Sequence[Part]) -> dict[str, str]:
    """The parts by name; `codes` of the concept as "code.SYSTEM". Lengths and intervals are ISO 8601 durations."""
    make = {"medication": _medicine, "followup": _follow_up}.get(candidate.kind, _test)
    details = dict(make(candidate, parts))
    if candidate.concept:
        details |= {f"code.{system}": code for system, code in candidate.concept.codes.items()}
    return details


def _said(parts: Sequence[Part], name: str) -> str:
    return ", ".join(part.text for part in parts if part.name == name)


def shown(text: str) -> str:
    """Spoken numbers as they are read: "zero point four milligrams" is "0.4 mg"; what is doubtful stays as spoken."""
    words = text.replace("-", " ").split()
    for number in reversed(written_numbers(words)):
        words[number.first : number.last + 1] = [number.text]
    return " ".join(words)


def _medicine(candidate: Candidate, parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    name = _said(parts, "name")
    yield "medicine", candidate.concept.label if candidate.concept else name
    yield "said", name
    strengths = [shown(part.text) for part in parts if part.name == "strength"]
    if strengths:
        yield "dose", strengths[-1]
    for part in ("count", "frequency", "quantity", "refills", "route"):
        if said := _said(parts, part):
            yield part, shown(said) if part in {"quantity", "refills"} else said
    if form := _FORM.search(" ".join((name, _said(parts, "count")))):
        yield "form", form[0]
    if length := duration(_said(parts, "length"))[0]:
        yield "length", length
    for change in _CHANGES:
        if f"nearest:{change}" in candidate.signs:
            yield "change", change


def _test(candidate: Candidate, parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    name = _said(parts, "name")
    yield "test", candidate.concept.label if candidate.concept else name
    yield "said", name
    if specimen := _said(parts, "specimen"):
        yield "specimen", specimen
    if site := next((p.name for p in body_parts().values() if re.search(rf"\b{p.name}\b", name)), ""):
        yield "body_site", site
    if side := _SIDE.search(name):
        yield "laterality", "bilateral" if side[1] == "both" else side[1]
    yield from _interval("timing", parts)


def _follow_up(_: Candidate, parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    yield from _interval("interval", parts)


def _interval(name: str, parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    least, most = duration(_said(parts, "when"))
    if least:
        yield name, least
    if most:
        yield f"{name}_at_most", most


def duration(said: str) -> tuple[str, str]:
    """ISO 8601 durations of "three to four weeks": ("P3W", "P4W"); ("", "") where it says no number."""
    if said in _NAMED_SPANS:
        return _NAMED_SPANS[said], ""
    words = re.sub(r"\b(?:a )?couple(?: of)?\b", "2", said.replace("-", " "))
    words = re.sub(r"\b(?:a|an|another|one)(?= (?:day|week|month|year))", "1", words)
    found = _SPAN.search(" ".join(word for word, _ in digits(words.split())))
    if not found:
        return "", ""
    unit = _UNITS[found["unit"]]
    return f"P{found['n']}{unit}", f"P{found['m']}{unit}" if found["m"] else ""

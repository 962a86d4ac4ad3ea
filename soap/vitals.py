"""Vital signs: numbers with their names and units; "normal" or "elevated" only as far as the doctor says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clinical_language import Consult, Sentence, State, Value
from clinical_language.measurements import vital_signs
from soap import model
from soap.model import Statement
from soap.order_candidates import clinicians

_NOT_TODAY = re.compile(
    r"\b(?:if|goal|should be|below|under|less than|last (?:time|year|week|month)|at home|"
    r"been running|got up to|as high as|highest|you (?:said|mentioned|told me|had a)|in the emergency|when you were)\b"
)
_SIGNS = (
    r"blood pressure|temperature|heart rate|pulse|oxygen(?:ation)?(?: level| saturation)?|"
    r"o2 sat(?:uration)?s?|respiratory rate|weight"
)
_JUDGED = re.compile(
    rf"\b(?P<what>(?:(?:your|the|all|other) ){{0,3}}(?:vital signs|vitals|"
    rf"(?:{_SIGNS})(?:(?: ,|,)?(?: and)?(?: your)? (?:{_SIGNS})){{0,4}}))\b"
    r"(?P<gap>(?: (?!is|are|was|not|if|and)[\w']+){0,4}?) ?(?:is|are|was|'s|look|looks|looked|"
    r"were|seems?|all look)"
    r"(?: a| little| bit| pretty| quite| all| very| actually| still| kind of| really| overall|"
    r" here| just| to be| on the| side| slightly| mildly| today| good and)* "
    r"(?P<how>normal|fine|good|stable|great|high|elevated|low|higher|okay|perfect|"
    r"within normal limits|up|reasonable)\b(?! at home)"
)
_NO_FEVER = re.compile(
    r"\b(?:you (?:do not|are not|don't) (?:have|running)(?: any| a)? (?:fever|temperature)|(?:not|"
    r"n't) (?:appreciate|see|have) (?:any|a) fever|no fever today|you are afebrile|afebrile)\b"
)
_DEGREE = re.compile(r"\b(?:a little|a bit|little|bit|slightly|mildly)\b")
_UNITS = {
    "Blood pressure": " mmHg",
    "Heart rate": " beats per minute",
    "Respiratory rate": " breaths per minute",
}
_SAME = {"pulse": "heart_rate"}
_RUN_ON = 28  # words
_FEVER_SCALE = 45.0  # above it a temperature can only be Fahrenheit, below it only Celsius


def vitals(consult: Consult) -> Iterator[Statement]:
    """One statement per sign, the last value said; the doctor's judgement where no number was said."""
    last: dict[str, Statement] = {}
    speakers = clinicians(consult)
    for turn, sentences in enumerate(consult.sentences):
        if consult.turns[turn].speaker not in speakers:
            continue
        said = " ".join(s.plain for s in sentences if not _asks(s) or vital_signs(s.plain))
        for value in vital_signs(said):
            if not _NOT_TODAY.search(said[max(0, value.first - 45) : value.last + 12]):
                _keep(last, _key(value.name), f"{value.name}: {_measured(value, said)}", turn, 0.9)
        for key, name, text in _judged(said):
            if key not in last:
                _keep(last, key, f"{name}: {text}" if name else text, turn, 0.75)
    yield from last.values()


def _asks(sentence: Sentence) -> bool:
    """Unstopped speech that opens like a question ("why don't we ... your vitals look good") is more than one."""
    return sentence.is_question and (sentence.text.rstrip().endswith("?") or len(sentence.words) <= _RUN_ON)


def _key(name: str) -> str:
    return name.lower().replace(" ", "_")


def _keep(last: dict[str, Statement], key: str, text: str, turn: int, confidence: float) -> None:
    last[key] = Statement(
        f"{model.VITALS}:{key}", model.VITALS, f"{text}.", (turn,), State.PRESENT, confidence
    )


def _measured(value: Value, said: str) -> str:
    raw = value.text.removesuffix("/min").split(" \u00b0")[0]
    around = said[max(0, value.first - 5) : value.last + 40]
    told = re.search(r"\b(?:elevated|high|up)\b", said[value.first : value.last])
    high = f"{told[0].capitalize()} at " if told else ""
    if value.name == "Temperature":
        return f"{high}{raw} degrees {'F' if float(raw) > _FEVER_SCALE else 'C'}"
    if value.name == "Oxygen saturation":
        return raw + (" on room air" if "room air" in around else "")
    return f"{high}{raw}{_UNITS.get(value.name, '')}"


def _judged(said: str) -> Iterator[tuple[str, str, str]]:
    """(key, name, judgement) of each sign, in the doctor's own adjective: "normal" only where it was said."""
    for found in _JUDGED.finditer(said):
        if _NOT_TODAY.search(found[0]) or "home" in said[found.end() : found.end() + 20]:
            continue
        degree = "A little " if _DEGREE.search(found[0][len(found["what"]) :]) else ""
        how = f"{degree}{found['how']}"
        how = f"{how[:1].upper()}{how[1:]}"
        if "vital" in found["what"]:
            yield "vital_signs", "Vital signs" if "vital signs" in found["what"] else "Vitals", how
            continue
        for sign in re.findall(_SIGNS, found["what"]):
            key = "oxygen_saturation" if sign.startswith(("oxygen", "o2")) else _key(sign)
            yield _SAME.get(key, key), sign.capitalize(), how
    if _NO_FEVER.search(said) and "vital" in said:
        yield "temperature", "", "No fever"

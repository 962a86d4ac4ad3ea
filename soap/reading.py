"""Transcript JSON to turns, and a draft note to JSON: the contract of `consultroom note` and `findings`."""

from __future__ import annotations

import json
import math
from typing import get_args

from pydantic import JsonValue

from clinical_language import Speaker, Turn
from soap.draft import draft_note
from soap.errors import TranscriptEmpty, TranscriptMalformed, TranscriptNotJson, TranscriptTooLong
from soap.model import DraftNote, VisitContext
from soap.rendering import as_text
from soap.templates import SOAP, not_discussed
from soap.topic import section_of

Json = dict[str, JsonValue]
MAX_TURNS = 20_000
MAX_CHARACTERS = 1_000_000
MAX_IN_A_TURN = 100_000  # characters: two hours of one voice without a pause
_SPEAKERS = get_args(Speaker)


def parse(text: str) -> Json:
    """One JSON object. Raises TranscriptNotJson, TranscriptMalformed, TranscriptEmpty."""
    if not text.strip():
        raise TranscriptEmpty
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TranscriptNotJson from error
    if not isinstance(value, dict):
        raise TranscriptMalformed("The input is not a JSON object.")
    return value


def _seconds(turn: Json, name: str, place: str) -> float | None:
    value = turn.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TranscriptMalformed(f"{place}.{name} is not a number of seconds.")
    return float(value)


def _turn(value: JsonValue, index: int) -> Turn:
    place = f"turns[{index}]"
    if not isinstance(value, dict):
        raise TranscriptMalformed(f"{place} is not an object.")
    speaker, text = value.get("speaker"), value.get("text")
    if speaker not in _SPEAKERS:
        raise TranscriptMalformed(f"{place}.speaker is not one of {', '.join(_SPEAKERS)}.")
    if not isinstance(text, str):
        raise TranscriptMalformed(f"{place}.text is not a string.")
    named: Speaker = "doctor" if speaker == "doctor" else "patient" if speaker == "patient" else "companion"
    text = text.encode("utf-8", "replace").decode(
        "utf-8"
    )  # half a surrogate pair is no text: one "?" in its place
    return Turn(named, text, _seconds(value, "start", place), _seconds(value, "end", place))


def turns_of(document: Json) -> list[Turn]:
    """The turns of a transcript document. Raises TranscriptMalformed, TranscriptEmpty, TranscriptTooLong."""
    values = document.get("turns")
    if not isinstance(values, list):
        raise TranscriptMalformed("`turns` is missing or not a list.")
    if len(values) > MAX_TURNS:
        raise TranscriptTooLong
    turns = [_turn(value, index) for index, value in enumerate(values)]
    if not any(any(c.isalnum() for c in turn.text) for turn in turns):
        raise TranscriptEmpty
    lengths = [len(turn.text) for turn in turns]
    if sum(lengths) > MAX_CHARACTERS or max(lengths) > MAX_IN_A_TURN:
        raise TranscriptTooLong
    return turns


def visit_of(document: Json) -> VisitContext:
    """The visit's context when given: {"visit": {"patient": {"age", "sex"}}}."""
    visit = document.get("visit")
    patient = visit.get("patient") if isinstance(visit, dict) else None
    if (visit is not None and not isinstance(visit, dict)) or (
        patient is not None and not isinstance(patient, dict)
    ):
        raise TranscriptMalformed("`visit` is not an object with `patient`.")
    age, sex = (patient.get("age"), patient.get("sex")) if isinstance(patient, dict) else (None, None)
    if age is not None and (isinstance(age, bool) or not isinstance(age, int | float) or not 0 <= age <= 130):
        raise TranscriptMalformed("`visit.patient.age` is not an age in years.")
    return VisitContext(float(age) if age is not None else None, sex if isinstance(sex, str) else "")


def identity(document: Json) -> Json:
    """The document's own `id`, null when it has none."""
    return {"id": document["id"]} if "id" in document else {"id": None}


def note_json(document: Json) -> Json:
    """`consultroom note` for one transcript document."""
    turns = turns_of(document)
    header, confidence = section_of(turns)
    topic: Json = {"header": header, "confidence": confidence}
    return {**identity(document), **as_json(draft_note(turns, visit_of(document))), "topic": topic}


def as_json(note: DraftNote) -> Json:
    """{"text", "statements", "review", "orders", "coding"} with plain values only."""
    return {
        "text": as_text(note),
        "not_discussed": list(not_discussed(note.statements, SOAP)),
        "statements": [
            {
                "key": s.key,
                "section": s.section,
                "text": s.text,
                "evidence": list(s.evidence),
                "state": s.state.value,
                "confidence": s.confidence,
                "codes": dict(s.codes),
                "problem": s.problem,
                "part": s.part,
            }
            for s in note.statements
        ],
        "review": [
            {"key": r.key, "reason": r.reason, "text": r.text, "evidence": list(r.evidence)}
            for r in note.review
        ],
        "orders": [
            {
                "key": o.key,
                "kind": o.kind,
                "description": o.description,
                "reason": o.reason,
                "evidence": list(o.evidence),
                "details": dict(o.details),
            }
            for o in note.orders
        ],
        "coding": [
            {
                "code": c.code,
                "title": c.title,
                "statement": c.statement,
                "evidence": list(c.evidence),
                "score": c.score,
            }
            for c in note.coding
        ],
    }

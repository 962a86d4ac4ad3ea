"""The signed note, and the patient's summary of it, as pages: who, when, what was signed by whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from clinical_store import ICD10CM, EncounterNote, Patient, VisitSummary, VisitView
from clinical_store.note import Addendum, NoteLine, Signature
from clinical_store.summary import SummaryAddendum
from core.paper import Block, Fact, Paper
from soap import SECTIONS

UNTITLED_CLINIC = "Consultroom"


def note_paper(
    note: EncounterNote,
    signature: Signature,
    visit: VisitView,
    patient: Patient,
    *,
    clinic: str,
    zone: ZoneInfo,
    titles: Sequence[tuple[str, str]] = tuple(SECTIONS.items()),
) -> Paper:
    """The signed note with the ICD-10-CM codes on its lines, and what nobody spoke about.

    `titles`: headings in their order; a section without one keeps its own name, at the end.
    """
    born = f", born {_day(patient.date_of_birth)}" if patient.date_of_birth else ""
    return Paper(
        letterhead=clinic or UNTITLED_CLINIC,
        title="Encounter note",
        facts=(
            Fact(label="Patient", value=f"{patient.name}{born}"),
            Fact(label="Visit", value=_moment(visit.starts_at, zone)),
            Fact(label="Doctor", value=visit.doctor_name),
        ),
        blocks=(*_sections(note, titles), *_silent(note, titles), *_added(note.addenda, zone)),
        closing=_signed(note, signature, zone),
        running=f"{patient.name}, visit of {_moment(visit.starts_at, zone)}",
        footer=f"Encounter note, version {signature.version}",
        made_at=signature.signed_at,
    )


def summary_paper(summary: VisitSummary, *, clinic: str, zone: ZoneInfo) -> Paper:
    """What the patient takes home."""
    return Paper(
        letterhead=clinic or UNTITLED_CLINIC,
        title="Your visit",
        facts=(
            Fact(label="For", value=summary.patient_name),
            Fact(label="Visit", value=_moment(summary.date, zone)),
            Fact(label="Doctor", value=summary.doctor_name),
        ),
        blocks=(
            *(Block(title=part.title, lines=part.lines) for part in summary.sections),
            *_added(summary.addenda, zone),
        ),
        closing=(
            f"From the note that {summary.signed_by} signed on {_moment(summary.signed_at, zone)}.",
            "If something here is not right, or you are unsure what to do, call the clinic.",
        ),
        running=f"{summary.patient_name}, visit of {_moment(summary.date, zone)}",
        footer="Your visit",
        made_at=summary.signed_at,
    )


def _sections(note: EncounterNote, titles: Sequence[tuple[str, str]]) -> Iterable[Block]:
    known = dict(titles)
    unnamed = {
        line.section: line.section.rpartition(".")[2].replace("_", " ").capitalize()
        for line in note.statements
    }
    for section, title in (known | {s: t for s, t in unnamed.items() if s not in known}).items():
        lines = tuple(_coded(line) for line in note.statements if line.section == section)
        if lines:
            yield Block(title=title, lines=lines)


def _coded(line: NoteLine) -> str:
    """ "Migraine. [ICD-10-CM G43.909]"."""
    codes = [code.removeprefix(f"{ICD10CM}:") for code in line.codes if code.startswith(f"{ICD10CM}:")]
    return f"{line.text} [ICD-10-CM {', '.join(codes)}]" if codes else line.text


def _silent(note: EncounterNote, titles: Sequence[tuple[str, str]]) -> Iterable[Block]:
    """A section that says nothing is told apart from one that was forgotten."""
    known = dict(titles)
    silent = [known.get(section, section) for section in note.not_discussed]
    if silent:
        yield Block(title="Not discussed", lines=(f"{'; '.join(silent)}.",), plain=True)


def _added(addenda: Iterable[Addendum | SummaryAddendum], zone: ZoneInfo) -> Iterable[Block]:
    for one in addenda:
        yield Block(
            title=f"Addendum, {_moment(one.added_at, zone)}, {one.author_name}", lines=(one.text,), plain=True
        )


def _signed(note: EncounterNote, signature: Signature, zone: ZoneInfo) -> tuple[str, ...]:
    signed = f"Signed electronically by {signature.signer_name}, {_moment(signature.signed_at, zone)}."
    return (
        signed,
        *_countersigned(note, zone),
        f"Version {signature.version}, SHA-256 {signature.sha256.hex()}",
    )


def _countersigned(note: EncounterNote, zone: ZoneInfo) -> Iterable[str]:
    if note.countersign is None:
        return
    if note.countersign.signed_at is None:
        yield "Not countersigned yet: signed by a doctor in training."
    else:
        yield f"Countersigned by {note.countersign.signed_by}, {_moment(note.countersign.signed_at, zone)}."


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    """ "30 November 2026, 14:30 GMT": the clinic's clock, with its zone's name."""
    there = moment.astimezone(zone)
    return f"{there.day} {there:%B %Y, %H:%M %Z}"


def _day(day: datetime | object) -> str:
    return f"{day:%d %B %Y}".lstrip("0")

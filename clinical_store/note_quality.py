"""How far a signed note is from the machine's draft: the measure of the draft that clinicians' work gives.

Character Levenshtein distance (Moramarco et al. 2022, "Human Evaluation and Correlation with Automatic Metrics in
Consultation Note Generation", found it the closest to the time clinicians spend on correcting). Numbers only.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from statistics import fmean
from typing import Protocol
from uuid import UUID

from pydantic import Field
from rapidfuzz.distance import Levenshtein

from clinical_store.note import Draft, Frozen, NoteVersion, Statement
from clinical_store.note_editing import as_statements, keys_of
from clinical_store.note_merge import unmoved

MOST_CHARACTERS = 20_000
"""Of either text: ten times the longest note anybody reads. A longer one is not measured: the event loop would wait."""
FEWEST_PATIENTS = 5
"""Below it, a week's numbers would be those of a person."""


class Distance(Frozen):
    """`edits`: characters to insert, delete or replace on the way from `drafted` to `signed` characters."""

    drafted: int
    signed: int
    edits: int

    @property
    def share(self) -> float:
        """0: signed as drafted; 1: nothing of it is left."""
        return self.edits / (max(self.drafted, self.signed) or 1)


class NoteDistance(Frozen):
    """One signed note beside its draft: the text as a whole, by section, and what became of the machine's lines.

    `deleted_for`: how many were waved away for which reason.
    """

    whole: Distance
    sections: dict[str, Distance] = Field(default_factory=dict)
    kept: int = 0
    edited: int = 0
    moved: int = 0
    merged: int = 0
    deleted: int = 0
    added: int = 0
    deleted_for: dict[str, int] = Field(default_factory=dict)


def measured(visit_id: UUID, draft: Draft, signed: NoteVersion) -> NoteDistance | None:
    """None where there was no draft, or one of the texts is too long to be measured."""
    drafted = as_statements(visit_id, draft)
    if not drafted or max(_length(drafted), _length(signed.statements)) > MOST_CHARACTERS:
        return None
    sections = sorted({line.section for line in (*drafted, *signed.statements)})
    return NoteDistance(
        whole=_distance(drafted, signed.statements),
        sections={name: _distance(_in(name, drafted), _in(name, signed.statements)) for name in sections},
        **_became(drafted, signed.statements),
        deleted_for=Counter(signed.dismissed_reasons.values()),
    )


def _distance(drafted: Sequence[Statement], signed: Sequence[Statement]) -> Distance:
    one, other = _text(drafted), _text(signed)
    return Distance(drafted=len(one), signed=len(other), edits=Levenshtein.distance(one, other))


def _text(lines: Iterable[Statement]) -> str:
    return "\n".join(line.text for line in lines)


def _length(lines: Iterable[Statement]) -> int:
    return sum(len(line.text) + 1 for line in lines)


def _in(section: str, lines: Sequence[Statement]) -> list[Statement]:
    return [line for line in lines if line.section == section]


def _became(drafted: Sequence[Statement], signed: Sequence[Statement]) -> dict[str, int]:
    """Each line of the machine's is kept, edited, merged into another or deleted; any of them may have been moved."""
    before, after = {line.key: line for line in drafted}, {line.key: line for line in signed}
    both = before.keys() & after.keys()
    kept = {key for key in both if before[key].text == after[key].text}
    still = unmoved([line.id for line in drafted], [line.id for line in signed])
    moved = (key for key in both if after[key].id not in still or before[key].section != after[key].section)
    merged = (keys_of(signed) - after.keys()) & before.keys()
    return {
        "kept": len(kept),
        "edited": len(both) - len(kept),
        "moved": sum(1 for _ in moved),
        "merged": len(merged),
        "deleted": len(before.keys() - after.keys() - merged),
        "added": len(after.keys() - before.keys()),
    }


# --- many notes together -----------------------------------------------------------------------------------


class Measured(Protocol):
    """A note's numbers, whose and when."""

    @property
    def patient_id(self) -> UUID: ...
    @property
    def week(self) -> date: ...
    @property
    def distance(self) -> NoteDistance: ...


class SectionQuality(Frozen):
    """`distance`: mean share of the section's characters that were changed, 0 to 1."""

    section: str
    notes: int
    distance: float


class WeekQuality(Frozen):
    """The notes signed in the week that begins on Monday `week` (UTC). `distance`: mean share of the characters that
    were changed between draft and signature, 0 to 1; the rest: lines per note, on average."""

    week: date
    notes: int
    distance: float
    kept: float
    edited: float
    moved: float
    merged: float
    deleted: float
    added: float


class NoteQuality(Frozen):
    """How near drafts come to what is signed. `withheld`: weeks that are left out because fewer than five patients
    were seen in them; the sections are those of all other weeks together."""

    weeks: tuple[WeekQuality, ...]
    sections: tuple[SectionQuality, ...]
    deleted_for: dict[str, int]
    withheld: int


def together(notes: Sequence[Measured]) -> NoteQuality:
    """The notes by week, without weeks that would tell of a person."""
    weeks = {
        week: [note for note in notes if note.week == week] for week in sorted({note.week for note in notes})
    }
    told = {week: members for week, members in weeks.items() if _are_many(members)}
    shown = [note.distance for members in told.values() for note in members]
    reasons = sum((Counter(note.deleted_for) for note in shown), Counter[str]())
    return NoteQuality(
        weeks=tuple(_week(week, [note.distance for note in members]) for week, members in told.items()),
        sections=tuple(_sections([note for members in told.values() for note in members])),
        deleted_for=dict(sorted(reasons.items())),
        withheld=len(weeks) - len(told),
    )


def _are_many(notes: Iterable[Measured]) -> bool:
    return len({note.patient_id for note in notes}) >= FEWEST_PATIENTS


def _week(week: date, notes: Collection[NoteDistance]) -> WeekQuality:
    lines = ("kept", "edited", "moved", "merged", "deleted", "added")
    means = {name: round(fmean(getattr(note, name) for note in notes), 2) for name in lines}
    return WeekQuality(
        week=week, notes=len(notes), distance=round(fmean(note.whole.share for note in notes), 3), **means
    )


def _sections(notes: Sequence[Measured]) -> Iterable[SectionQuality]:
    for section in sorted({name for note in notes for name in note.distance.sections}):
        having = [note for note in notes if section in note.distance.sections]
        if _are_many(having):
            shares = [note.distance.sections[section].share for note in having]
            yield SectionQuality(section=section, notes=len(having), distance=round(fmean(shares), 3))


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())

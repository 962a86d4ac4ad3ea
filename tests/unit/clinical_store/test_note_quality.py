"""How far a signed note is from its draft: numbers of one note, and of many together."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from clinical_store.note import Draft, DraftStatement, NoteVersion, Origin, Statement
from clinical_store.note_editing import as_statements
from clinical_store.note_quality import Distance, NoteDistance, measured, monday, together

VISIT, SAID = UUID(int=1), UUID(int=2)


def draft(*texts: str, section: str = "plan") -> Draft:
    lines = (
        DraftStatement(key=f"{section}:{number}", section=section, text=words, evidence=(SAID,))
        for number, words in enumerate(texts)
    )
    return Draft(revision=1, statements=tuple(lines))


def signed(*lines: Statement) -> NoteVersion:
    return NoteVersion(
        version=1,
        author_id=SAID,
        author_name="Dr. A",
        saved_at=datetime(2030, 1, 7, tzinfo=UTC),
        nonce=SAID,
        statements=lines,
        dismissed_reasons={"plan:2": "wrong"},
    )


def typed(number: int, words: str) -> Statement:
    return Statement(
        id=UUID(int=number), key=f"clinician:{number}", section="plan", text=words, origin=Origin.CLINICIAN
    )


def test_a_note_signed_as_drafted_has_no_distance() -> None:
    drafted = draft("Rest.", "Water.")
    distance = measured(VISIT, drafted, signed(*as_statements(VISIT, drafted)))
    assert distance
    assert (distance.whole, distance.whole.share) == (Distance(drafted=12, signed=12, edits=0), 0.0)
    assert (distance.kept, distance.edited, distance.moved, distance.deleted, distance.added) == (
        2,
        0,
        0,
        0,
        0,
    )


def test_what_became_of_each_line() -> None:
    drafted = draft("Rest.", "Water.", "Tea.", "Soup.", "Call us.")
    rest, water, _, soup, call = as_statements(VISIT, drafted)
    edited = water.model_copy(update={"text": "Much water.", "merged_keys": (soup.key,)})
    distance = measured(VISIT, drafted, signed(call, rest, edited, typed(9, "Sleep.")))
    assert distance
    counts = distance.model_dump(include={"kept", "edited", "moved", "merged", "deleted", "added"})
    assert counts == {"kept": 2, "edited": 1, "moved": 1, "merged": 1, "deleted": 1, "added": 1}
    assert distance.deleted_for == {"wrong": 1}


def test_sections_are_measured_on_their_own() -> None:
    drafted = draft("Rest.")
    (line,) = as_statements(VISIT, drafted)
    distance = measured(VISIT, drafted, signed(line.model_copy(update={"section": "assessment"})))
    assert distance
    assert distance.sections == {
        "assessment": Distance(drafted=0, signed=5, edits=5),
        "plan": Distance(drafted=5, signed=0, edits=5),
    }
    assert (distance.whole.edits, distance.moved) == (0, 1)


def test_without_a_draft_and_at_a_length_nobody_reads_nothing_is_measured() -> None:
    assert measured(VISIT, Draft(), signed(typed(1, "Rest."))) is None
    long = tuple(typed(number, "x" * 4_000) for number in range(6))
    assert measured(VISIT, draft("Rest."), signed(*long)) is None


@dataclass(frozen=True)
class Note:
    patient_id: UUID
    week: date
    distance: NoteDistance


def note(patient: int, day: date, edits: int) -> Note:
    whole = Distance(drafted=10, signed=10, edits=edits)
    return Note(UUID(int=patient), monday(day), NoteDistance(whole=whole, sections={"plan": whole}, kept=2))


def test_a_week_is_told_once_five_patients_are_in_it() -> None:
    first, second = date(2030, 1, 10), date(2030, 1, 15)
    many = [note(patient, first, patient) for patient in range(5)]
    often = [note(1, second, 10) for _ in range(9)]
    quality = together([*often, *many])
    assert [(week.week, week.notes, week.distance, week.kept) for week in quality.weeks] == [
        (date(2030, 1, 7), 5, 0.2, 2.0)
    ]
    assert (quality.withheld, [part.distance for part in quality.sections]) == (1, [0.2])


def test_a_section_that_few_patients_had_is_not_told() -> None:
    day = date(2030, 1, 10)
    rare = NoteDistance(
        whole=Distance(drafted=1, signed=1, edits=0),
        sections={"objective.exam": Distance(drafted=1, signed=1, edits=1)},
    )
    quality = together(
        [*(note(patient, day, 0) for patient in range(5)), Note(UUID(int=9), monday(day), rare)]
    )
    assert [part.section for part in quality.sections] == ["plan"]

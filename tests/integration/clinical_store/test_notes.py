"""Drafts, versions, two tabs, signature, addenda, summary."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from access import Role
from clinical_store import DraftStatement, EncounterNote, NoteEdits, StatementEdit, VisitStatus
from clinical_store.errors import (
    EvidenceUnknown,
    NoteChanged,
    NoteEmpty,
    NoteNotSaved,
    NoteSigned,
    NoteVersionNotFound,
    NotYourVisit,
    RecordUnreadable,
    SummaryNotReady,
    VisitRunning,
)
from clinical_store.note import Origin
from core.errors import Forbidden
from core.ids import new_id
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration


def line(key: str, said: UUID, words: str = "Headache for three days.") -> DraftStatement:
    return DraftStatement(
        key=key, section="subjective.hpi", text=words, evidence=(said,), codes=("HP:0002315",)
    )


def typed(words: str, section: str = "plan") -> StatementEdit:
    return StatementEdit(section=section, text=words)


def kept(note: EncounterNote) -> list[StatementEdit]:
    """The note's lines as an editor sends them back."""
    return [StatementEdit.model_validate(statement.model_dump()) for statement in note.statements]


async def test_the_draft_grows_in_revisions_and_the_same_content_is_no_new_one(consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "headache", 1.0)
    assert await consult.draft(line("a", said)) == 1
    assert await consult.draft(line("a", said)) == 1
    assert await consult.draft(line("a", said), line("b", said)) == 2
    note = await consult.note()
    assert (note.version, note.draft_revision, len(note.statements)) == (0, 2, 2)
    assert (await consult.clinic.topics()).count("note.changed") == 2


async def test_edit_save_suggest_dismiss(consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "headache", 1.0)
    await consult.draft(line("a", said), line("b", said))
    first, _ = kept(await consult.note())
    note = await consult.save(0, first, typed("Rest."), dismissed=("b",))
    assert (note.version, [s.origin for s in note.statements]) == (1, [Origin.DRAFT, Origin.CLINICIAN])
    await consult.draft(line("a", said, "Other words."), line("b", said), line("c", said))
    note = await consult.note()
    assert note.statements[0].text == "Headache for three days."
    assert [(offer.key, offer.about) for offer in note.suggestions] == [
        ("a", note.statements[0].id),
        ("c", None),
    ]


async def test_saving_what_is_saved_writes_no_version(consult: Consult) -> None:
    note = await consult.save(0, typed("Rest."))
    assert (await consult.save(1, *kept(note))).version == 1


async def test_every_version_stays_readable(consult: Consult) -> None:
    await consult.save(0, typed("One."))
    await consult.save(1, typed("Two."))
    async with consult.clinic.database.transaction() as session:
        versions, _ = await consult.store.note_versions(session, consult.doctor, consult.visit.id)
        first, signature = await consult.store.note_version(session, consult.doctor, consult.visit.id, 1)
        with pytest.raises(NoteVersionNotFound):
            await consult.store.note_version(session, consult.doctor, consult.visit.id, 3)
    assert [version.version for version in versions] == [1, 2]
    assert (first.statements[0].text, first.author_name, signature) == ("One.", "Dr. Amara Planted", None)


async def test_evidence_must_have_been_said_in_this_visit(consult: Consult) -> None:
    elsewhere = await consult.clinic.consult()
    said = await elsewhere.say(elsewhere.patients_place, "other visit", 1.0)
    for unknown in (said, new_id()):
        with pytest.raises(EvidenceUnknown):
            await consult.save(0, StatementEdit(section="plan", text="x", evidence=(unknown,)))
    assert (await consult.note()).version == 0


async def test_a_signature_locks_exactly_one_version(consult: Consult) -> None:
    await consult.save(0, typed("Rest."))
    await consult.save(1, typed("Rest and water."))
    with pytest.raises(NoteChanged):
        await consult.sign(1)
    note = await consult.sign(2)
    assert (note.status, note.version, note.signed_by) == ("signed", 2, "Dr. Amara Planted")
    assert note.signed_at == consult.clinic.clock.now()
    with pytest.raises(NoteSigned):
        await consult.save(2, typed("Changed."))
    with pytest.raises(NoteSigned):
        await consult.sign(2)


async def test_what_nobody_saved_or_says_nothing_cannot_be_signed(consult: Consult) -> None:
    with pytest.raises(NoteNotSaved):
        await consult.sign(0)
    await consult.save(0)
    with pytest.raises(NoteEmpty):
        await consult.sign(1)


async def test_a_signed_note_keeps_the_draft_it_was_signed_beside(consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "headache", 1.0)
    await consult.draft(line("a", said))
    await consult.save(0, *kept(await consult.note()))
    await consult.sign(1)
    assert await consult.draft(line("a", said), line("late", said)) == 1
    assert (await consult.note()).suggestions == ()


async def test_the_patient_sees_only_the_signed_summary(consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "headache", 1.0)
    await consult.draft(line("a", said))
    note = await consult.save(0, *kept(await consult.note()), typed("Drink water."))
    store, patient, visit_id = consult.store, consult.patient, consult.visit.id
    async with consult.clinic.database.transaction() as session:
        with pytest.raises(SummaryNotReady):
            await store.summary_for(session, patient, visit_id)
    with pytest.raises(Forbidden):
        async with consult.clinic.database.transaction() as session:
            await store.note_for(session, patient, visit_id)
    await consult.sign(note.version)
    async with consult.clinic.database.transaction() as session:
        await store.add_addendum(session, consult.doctor, visit_id, "Blood test is fine.")
        summary = await store.summary_for(session, patient, visit_id)
    assert (summary.doctor_name, summary.patient_name) == ("Dr. Amara Planted", "Maria Planted")
    assert [(part.title, part.lines) for part in summary.sections] == [
        ("What you told us", ("Headache for three days.",)),
        ("What happens next", ("Drink water.",)),
    ]
    assert [addendum.text for addendum in summary.addenda] == ["Blood test is fine."]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE encounter_note_version SET version = version",
        "DELETE FROM encounter_note_version",
        "TRUNCATE encounter_note_version CASCADE",
        "UPDATE signature SET signer_id = signer_id",
        "DELETE FROM signature",
        "UPDATE addendum SET added_at = now()",
        "UPDATE consent SET granted = true",
        "DELETE FROM chat_message",
    ],
)
async def test_rows_written_once_cannot_be_changed(consult: Consult, tampering: str) -> None:
    with pytest.raises(DBAPIError, match="written once"):
        async with consult.clinic.database.transaction() as session:
            await session.execute(text(tampering))


async def test_a_signed_note_that_was_changed_behind_the_triggers_is_not_shown(consult: Consult) -> None:
    """Whoever may switch triggers off and holds the key still cannot change what was signed unnoticed."""
    await consult.save(0, typed("Rest."))
    await consult.sign(1)
    async with consult.clinic.database.transaction() as session:
        await session.execute(text("ALTER TABLE signature DISABLE TRIGGER USER"))
        await session.execute(text("UPDATE signature SET sha256 = decode(repeat('00', 32), 'hex')"))
    with pytest.raises(RecordUnreadable):
        await consult.note()


async def test_a_save_from_a_stranger_is_refused_and_changes_nothing(
    clinic: Clinic, consult: Consult
) -> None:
    stranger = (await clinic.consult()).doctor
    with pytest.raises(Forbidden):
        async with clinic.database.transaction() as session:
            await consult.store.save_note(session, stranger, consult.visit.id, 0, NoteEdits(statements=()))
    assert await clinic.count("SELECT count(*) FROM encounter_note_version") == 0


async def test_a_colleague_who_also_treats_the_patient_reads_the_note_and_changes_nothing(
    clinic: Clinic, consult: Consult
) -> None:
    colleague = await clinic.staff(Role.DOCTOR, "Dr. Bela Planted")
    await clinic.visit(consult.patient_id, colleague)
    store, visit_id = consult.store, consult.visit.id
    await consult.save(0, typed("Rest."))
    edits = NoteEdits(statements=(typed("Another doctor's words."),))
    with pytest.raises(NotYourVisit):
        async with clinic.database.transaction() as session:
            await store.save_note(session, colleague, visit_id, 1, edits)
    with pytest.raises(NotYourVisit):
        async with clinic.database.transaction() as session:
            await store.sign_note(session, colleague, visit_id, 1)
    await consult.sign(1)
    async with clinic.database.transaction() as session:
        note = await store.note_for(session, colleague, visit_id)
        denied = await session.scalar(
            text("SELECT count(*) FROM audit_event WHERE outcome = 'denied' AND reason = 'not_your_visit'")
        )
    assert [statement.text for statement in note.statements] == ["Rest."]
    assert (note.version, note.signed_by, note.addenda) == (1, "Dr. Amara Planted", ())
    assert denied == 2


async def test_a_visit_that_is_going_on_cannot_be_signed(consult: Consult) -> None:
    await consult.save(0, typed("Rest."))
    for status in (VisitStatus.WAITING, VisitStatus.IN_PROGRESS):
        async with consult.clinic.database.transaction() as session:
            await consult.store.set_visit_status(session, consult.visit.id, status)
        with pytest.raises(VisitRunning):
            await consult.sign(1)
    async with consult.clinic.database.transaction() as session:
        await consult.store.set_visit_status(session, consult.visit.id, VisitStatus.ENDED)
    assert (await consult.sign(1)).status == "signed"

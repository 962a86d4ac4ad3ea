"""The legal record: countersignature, addenda, and that nothing of it is changed or taken out unseen."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

import audit
from access import Account, Actor, Role
from clinical_store import DraftStatement, StatementEdit
from clinical_store.errors import (
    AddendumEmpty,
    CountersignatureNotNeeded,
    NoteChanged,
    NoteNotSigned,
    NoteSigned,
    OwnNote,
    RecordUnreadable,
    SummaryNotReady,
)
from clinical_store.note import Addendum, EncounterNote
from core.errors import Forbidden
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration


def typed(words: str) -> StatementEdit:
    return StatementEdit(section="plan", text=words)


@pytest.fixture
async def supervisor(clinic: Clinic) -> Actor:
    return await clinic.staff(Role.DOCTOR, "Dr. Sun Planted")


@pytest.fixture
async def training(clinic: Clinic, supervisor: Actor) -> Consult:
    """A visit held by a doctor in training."""
    return await clinic.consult(await clinic.staff(Role.DOCTOR, "Dr. Tam Planted", supervisor))


async def countersign(consult: Consult, who: Actor, version: int = 1) -> EncounterNote:
    async with consult.clinic.database.transaction() as session:
        return await consult.store.countersign_note(session, who, consult.visit.id, version)


async def seen_by(consult: Consult, who: Actor) -> EncounterNote:
    async with consult.clinic.database.transaction() as session:
        return await consult.store.note_for(session, who, consult.visit.id)


# --- countersignature --------------------------------------------------------------------------------------


async def test_a_trainees_note_waits_for_the_supervisor_and_the_patient_waits_with_it(
    training: Consult, supervisor: Actor
) -> None:
    await training.save(0, typed("Rest."))
    with pytest.raises(Forbidden):
        await seen_by(training, supervisor)  # no relationship with the patient before they are asked in
    signed = await training.sign(1)
    assert signed.status == "awaiting_countersignature"
    assert signed.countersign
    assert (signed.countersign.signed_by, signed.countersign.yours) == (None, False)
    with pytest.raises(SummaryNotReady):
        await _summary(training)
    seen = await seen_by(training, supervisor)
    assert seen.countersign
    assert seen.countersign.yours
    done = await countersign(training, supervisor)
    assert done.countersign
    assert (done.status, done.countersign.signed_by) == ("countersigned", "Dr. Sun Planted")
    assert done.countersign.signed_at == training.clinic.clock.now()
    assert await _summary(training) == ["Rest."]
    with pytest.raises(CountersignatureNotNeeded):
        await countersign(training, supervisor)


async def test_a_locked_note_stays_locked_while_it_waits(training: Consult) -> None:
    await training.save(0, typed("Rest."))
    await training.sign(1)
    with pytest.raises(NoteSigned):
        await training.save(1, typed("Something else."))


async def test_who_may_not_countersign(clinic: Clinic, training: Consult, supervisor: Actor) -> None:
    await training.save(0, typed("Rest."))
    with pytest.raises(Forbidden):
        await countersign(training, supervisor)  # not asked in yet
    await training.sign(1)
    with pytest.raises(Forbidden):
        await countersign(training, training.doctor)
    other_trainee = await clinic.staff(Role.DOCTOR, "Dr. Ute Planted", supervisor)
    await clinic.visit(training.patient_id, other_trainee)
    stranger = await clinic.staff(Role.DOCTOR, "Dr. Vic Planted")
    for who in (other_trainee, stranger, training.patient):
        with pytest.raises(Forbidden):
            await countersign(training, who)
    with pytest.raises(NoteChanged):
        await countersign(training, supervisor, version=2)
    colleague = await clinic.staff(Role.DOCTOR, "Dr. Wim Planted")
    await clinic.visit(training.patient_id, colleague)
    assert (await countersign(training, colleague)).status == "countersigned"


async def test_nobody_countersigns_their_own_note_once_they_are_no_trainee_any_more(
    training: Consult,
) -> None:
    await training.save(0, typed("Rest."))
    await training.sign(1)
    account = Account(training.doctor.account_id, Role.DOCTOR, training.doctor.display_name)
    trained = Actor.of(account, training.doctor.session_id)
    with pytest.raises(OwnNote):
        await countersign(training, trained)
    seen = await seen_by(training, trained)
    assert seen.countersign
    assert not seen.countersign.yours


async def test_one_signature_is_enough_for_everybody_else(consult: Consult, clinic: Clinic) -> None:
    await consult.save(0, typed("Rest."))
    signed = await consult.sign(1)
    assert (signed.status, signed.countersign) == ("signed", None)
    colleague = await clinic.staff(Role.DOCTOR, "Dr. Bela Planted")
    await clinic.visit(consult.patient_id, colleague)
    with pytest.raises(CountersignatureNotNeeded):
        await countersign(consult, colleague)


async def test_of_two_countersignatures_at_once_one_stands(
    clinic: Clinic, training: Consult, supervisor: Actor
) -> None:
    colleague = await clinic.staff(Role.DOCTOR, "Dr. Bela Planted")
    await clinic.visit(training.patient_id, colleague)
    await training.save(0, typed("Rest."))
    await training.sign(1)
    results = await asyncio.gather(
        countersign(training, supervisor), countersign(training, colleague), return_exceptions=True
    )
    assert sum(isinstance(result, EncounterNote) for result in results) == 1
    assert sum(isinstance(result, CountersignatureNotNeeded) for result in results) == 1


async def test_the_supervisors_list_of_what_waits(
    clinic: Clinic, training: Consult, supervisor: Actor
) -> None:
    await training.save(0, typed("Rest."))
    assert await _awaiting(clinic, supervisor) == []
    await training.sign(1)
    assert await _awaiting(clinic, supervisor) == [training.visit.id]
    assert await _awaiting(clinic, await clinic.staff(Role.DOCTOR, "Dr. Vic Planted")) == []
    with pytest.raises(Forbidden):
        await _awaiting(clinic, training.doctor)
    await countersign(training, supervisor)
    assert await _awaiting(clinic, supervisor) == []


async def _awaiting(clinic: Clinic, who: Actor) -> list[object]:
    async with clinic.database.transaction() as session:
        return [note.visit_id for note in await clinic.store.awaiting_countersignature(session, who)]


async def _summary(consult: Consult) -> list[str]:
    async with consult.clinic.database.transaction() as session:
        summary = await consult.store.summary_for(session, consult.patient, consult.visit.id)
    return [words for part in summary.sections for words in part.lines]


# --- addenda -----------------------------------------------------------------------------------------------


async def test_addenda_come_after_the_signature_dated_and_stamped_by_whoever_treats_the_patient(
    clinic: Clinic, consult: Consult
) -> None:
    await consult.save(0, typed("Rest."))
    with pytest.raises(NoteNotSigned):
        await consult.addend("Too early.")
    await consult.sign(1)
    for empty in ("", " \n ", "x" * 4_001):
        with pytest.raises(AddendumEmpty):
            await consult.addend(empty)
    colleague = await clinic.staff(Role.DOCTOR, "Dr. Bela Planted")
    with pytest.raises(Forbidden):
        await consult.addend("Not my patient.", colleague)
    await clinic.visit(consult.patient_id, colleague)
    await consult.addend("First.")
    clinic.clock.advance(timedelta(hours=1))
    await consult.addend("Second.", colleague)
    await consult.addend("Third.")
    told = [(addendum.text, addendum.author_name) for addendum in (await consult.note()).addenda]
    assert told == [
        ("First.", "Dr. Amara Planted"),
        ("Second.", "Dr. Bela Planted"),
        ("Third.", "Dr. Amara Planted"),
    ]
    assert (await consult.note()).addenda[1].added_at == clinic.clock.now()


async def test_a_trainee_adds_while_the_note_waits(training: Consult) -> None:
    await training.save(0, typed("Rest."))
    await training.sign(1)
    await training.addend("Potassium came back normal.")
    note = await training.note()
    assert (note.status, len(note.addenda)) == ("awaiting_countersignature", 1)


async def test_addenda_at_once_are_all_kept_in_one_chain(consult: Consult) -> None:
    await consult.save(0, typed("Rest."))
    await consult.sign(1)
    added = await asyncio.gather(*(consult.addend(f"Number {number}.") for number in range(4)))
    assert all(isinstance(one, Addendum) for one in added)
    assert len((await consult.note()).addenda) == 4


# --- tampering ---------------------------------------------------------------------------------------------

TAMPERINGS = {
    "an addendum's author": "UPDATE addendum SET author_id = gen_random_uuid() WHERE number = 2",
    "an addendum's time": "UPDATE addendum SET added_at = added_at - interval '1 day' WHERE number = 1",
    "an addendum's seal": "UPDATE addendum SET seal = sha256(seal) WHERE number = 2",
    "no seal any more": "UPDATE addendum SET seal = NULL WHERE number = 3",
    "the first addendum gone": "DELETE FROM addendum WHERE number = 1",
    "the middle addendum gone": "DELETE FROM addendum WHERE number = 2",
    "the last addendum gone": "DELETE FROM addendum WHERE number = 3",
    "all addenda gone": "DELETE FROM addendum",
    "their order": "UPDATE addendum SET number = CASE number WHEN 1 THEN 12 WHEN 2 THEN 11 ELSE 13 END",
    "the countersigner": "UPDATE countersignature SET signer_id = gen_random_uuid()",
    "the countersignature's time": "UPDATE countersignature SET signed_at = signed_at - interval '1 day'",
    "what was countersigned": "UPDATE countersignature SET sha256 = sha256(sha256)",
    "the countersignature gone": "DELETE FROM countersignature",
    "the signer": "UPDATE signature SET signer_id = gen_random_uuid()",
    "the signature's time": "UPDATE signature SET signed_at = signed_at - interval '1 day'",
    "what was signed": "UPDATE signature SET sha256 = sha256(sha256)",
    "no trainee's": "UPDATE signature SET supervised = false",
    "how much was read": "UPDATE signature SET unreviewed = 0",
    "the signature gone": (
        "DELETE FROM addendum; DELETE FROM countersignature; DELETE FROM note_quality; DELETE FROM signature"
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
async def test_what_was_changed_behind_the_triggers_is_not_shown(
    training: Consult, supervisor: Actor, tampering: str
) -> None:
    """Somebody may switch triggers off and write what they like; they do not hold the patient's key."""
    said = await training.say(training.patients_place, "headache", 1.0)
    await training.draft(DraftStatement(key="a", section="plan", text="Rest.", evidence=(said,)))
    await training.save(
        0, *(StatementEdit.model_validate(s.model_dump()) for s in (await training.note()).statements)
    )
    await training.sign(1)
    await training.addend("First.")
    await countersign(training, supervisor)
    await training.addend("Second.", supervisor)
    await training.addend("Third.")
    assert len((await training.note()).addenda) == 3
    async with training.clinic.database.transaction() as session:
        for table in ("signature", "countersignature", "addendum", "note_quality"):
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in tampering.split(";"):
            await session.execute(text(statement))
    with pytest.raises(RecordUnreadable):
        await training.note()


async def test_signatures_and_addenda_of_before_seals_stay_readable_and_are_covered_by_the_next(
    consult: Consult,
) -> None:
    await consult.save(0, typed("Rest."))
    await consult.sign(1)
    await consult.addend("First.")
    await consult.addend("Second.")
    await _tamper(consult, "UPDATE addendum SET seal = NULL")
    await _tamper(consult, "UPDATE signature SET seal = NULL", "signature")
    assert len((await consult.note()).addenda) == 2
    await consult.addend("Third.")
    assert len((await consult.note()).addenda) == 3
    await _tamper(consult, "UPDATE addendum SET added_at = added_at - interval '1 day' WHERE number = 1")
    with pytest.raises(RecordUnreadable):
        await consult.note()


async def _tamper(consult: Consult, statement: str, table: str = "addendum") -> None:
    async with consult.clinic.database.transaction() as session:
        await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        await session.execute(text(statement))
        await session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


async def test_a_note_that_is_signed_while_it_is_read_is_no_damaged_one(
    consult: Consult, monkeypatch: pytest.MonkeyPatch
) -> None:
    await consult.save(0, typed("Rest."))
    counted = audit.times_allowed

    async def after_a_signature(
        session: AsyncSession, subject: UUID, acts: Collection[str]
    ) -> dict[str, int]:
        monkeypatch.setattr(audit, "times_allowed", counted)
        await consult.sign(1)
        return await counted(session, subject, acts)

    monkeypatch.setattr(audit, "times_allowed", after_a_signature)
    assert (await consult.note()).status == "signed"


async def test_a_refused_signature_leaves_nothing_that_looks_like_a_lost_one(consult: Consult) -> None:
    await consult.save(0, typed("Rest."))
    with pytest.raises(NoteChanged):
        await consult.sign(7)
    assert (await consult.note()).status == "draft"
    await consult.sign(1)
    with pytest.raises(NoteSigned):
        await consult.sign(1)
    assert (await consult.note()).status == "signed"


# --- how near the draft was --------------------------------------------------------------------------------


async def test_the_distance_from_the_draft_is_kept_as_numbers_when_the_note_is_signed(
    consult: Consult,
) -> None:
    said = await consult.say(consult.patients_place, "headache", 1.0)
    lines = [
        DraftStatement(key=key, section="plan", text=f"Planted {key}.", evidence=(said,))
        for key in ("one", "two", "three")
    ]
    await consult.draft(*lines)
    one, two, _ = [StatementEdit.model_validate(s.model_dump()) for s in (await consult.note()).statements]
    edited = two.model_copy(update={"text": "Planted 2."})
    await consult.save(0, one, edited, typed("Rest."), dismissed=("three",))
    await consult.sign(1)
    async with consult.clinic.database.transaction() as session:
        measured = (await session.execute(text("SELECT measured FROM note_quality"))).scalar_one()
    counts = {name: measured[name] for name in ("kept", "edited", "deleted", "added", "moved", "merged")}
    assert counts == {"kept": 1, "edited": 1, "deleted": 1, "added": 1, "moved": 0, "merged": 0}
    assert measured["whole"] == {"drafted": 40, "signed": 29, "edits": measured["whole"]["edits"]}
    assert 0 < measured["whole"]["edits"] < 40
    assert "lanted" not in str(measured)


async def test_weeks_with_few_patients_are_withheld(clinic: Clinic) -> None:
    administrator = await clinic.staff(Role.ADMINISTRATOR, "Ada Planted")
    for number in range(1, 6):
        consult = await clinic.consult()
        said = await consult.say(consult.patients_place, "headache", 1.0)
        await consult.draft(DraftStatement(key="a", section="plan", text="Rest.", evidence=(said,)))
        await consult.save(
            0, *(StatementEdit.model_validate(s.model_dump()) for s in (await consult.note()).statements)
        )
        await consult.sign(1)
        async with clinic.database.transaction() as session:
            quality = await clinic.store.note_quality(session, administrator, 12)
        assert (len(quality.weeks), quality.withheld) == ((1, 0) if number == 5 else (0, 1))
    assert (quality.weeks[0].notes, quality.weeks[0].distance, quality.weeks[0].kept) == (5, 0.0, 1.0)
    with pytest.raises(Forbidden):
        async with clinic.database.transaction() as session:
            await clinic.store.note_quality(session, consult.doctor, 12)

"""What a thief of the database finds: nothing a person said, typed or is called, nothing to move about."""

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from clinical_store import (
    ClinicalStore,
    DraftStatement,
    HeardText,
    OrderFound,
    ReviewItem,
    StatementEdit,
)
from clinical_store.errors import RecordUnreadable
from core.crypto import Keyring
from core.database import Database
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration

WORD = "planted"
ALSO = ("1984", "female", "penicillin", "maria", "amara")

TABLES = (
    *("patient", "visit", "visit_participant", "consent", "utterance", "utterance_version"),
    *("recording_segment", "chat_message"),
    *("draft", "encounter_note_version", "signature", "addendum", "audit_event", "outbox_event"),
)


async def is_empty(session: AsyncSession, table: str) -> bool:
    return not (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()


async def everything(session: AsyncSession) -> bytes:
    """Every column of every row of every table, as text and as bytes, in one lower-case heap."""
    tables = await session.execute(
        text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    )
    heap: list[bytes] = []
    for table in tables.scalars():
        for row in await session.execute(text(f'SELECT * FROM "{table}"')):
            heap += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(heap).lower()


async def fill(consult: Consult) -> None:
    """Use every table."""
    store, visit_id, doctor = consult.store, consult.visit.id, consult.doctor
    said = await consult.say(consult.patients_place, "I am allergic to penicillin, planted.", 1.0)
    async with consult.clinic.database.transaction() as session:
        again = HeardText(text="I am allergic to planted penicillin.", language="en")
        await store.add_final(session, said, again, "large-v3")
        await store.correct_utterance(session, doctor, visit_id, said, "Allergic to penicillin, planted.", 2)
    line = DraftStatement(key="planted-key", section="plan", text="Planted penicillin.", evidence=(said,))
    async with consult.clinic.database.transaction() as session:
        review = [ReviewItem(text="planted question", reason="planted")]
        orders = [OrderFound(kind="lab", description="planted penicillin level")]
        await store.save_draft(session, visit_id, [line], review, orders)
        await store.set_consent(session, consult.patient, consult.patients_place.id, "record", True)
        await store.add_chat(session, consult.patient, visit_id, "planted chat")
        await store.add_utterance(
            session,
            visit_id=visit_id,
            participant_id=consult.doctors_place.id,
            start=7.0,
            end=8.0,
            audio=b"planted audio",
        )
        await store.open_segment(
            session, visit_id=visit_id, participant_id=consult.doctors_place.id, storage_name="s", start=1.0
        )
    await consult.save(0, StatementEdit(section="plan", text="planted typed"), dismissed=("planted-key",))
    await consult.sign(1)
    async with consult.clinic.database.transaction() as session:
        await store.add_addendum(session, doctor, visit_id, "planted addendum")


async def test_no_table_holds_a_planted_word(consult: Consult) -> None:
    await fill(consult)
    async with consult.clinic.database.transaction() as session:
        heap = await everything(session)
        empty = [table for table in TABLES if await is_empty(session, table)]
    assert empty == [], "a table that the test leaves empty proves nothing"
    for word in (WORD, *ALSO):
        assert word.encode() not in heap


async def test_the_search_itself_finds_what_lies_in_the_clear(consult: Consult) -> None:
    async with consult.clinic.database.transaction() as session:
        await session.execute(text("UPDATE visit SET reason = 'a planted word'::bytea"))
        assert WORD.encode() in await everything(session)


@pytest.mark.parametrize(
    "theft",
    [
        "UPDATE visit SET reason = (SELECT reason FROM visit WHERE id = :other) WHERE id = :mine",
        "UPDATE visit SET reason = (SELECT name FROM patient WHERE id = patient_id) WHERE id = :mine",
        "UPDATE visit SET patient_id = (SELECT patient_id FROM visit WHERE id = :other) WHERE id = :mine",
        "UPDATE patient SET wrapped_key ="
        " (SELECT p.wrapped_key FROM patient p JOIN visit v ON v.patient_id = p.id WHERE v.id = :other)"
        " WHERE id = (SELECT patient_id FROM visit WHERE id = :mine)",
        "UPDATE visit SET reason = set_byte(reason, 60, get_byte(reason, 60) # 1) WHERE id = :mine",
    ],
)
async def test_a_ciphertext_moved_or_changed_does_not_open(
    clinic: Clinic, consult: Consult, theft: str
) -> None:
    other = await clinic.consult()
    async with clinic.database.transaction() as session:
        await session.execute(text(theft), {"mine": consult.visit.id, "other": other.visit.id})
        await clinic.care.grant(session, consult.doctor.account_id, other.patient_id, other.visit.id)
    with pytest.raises(RecordUnreadable):
        async with clinic.database.transaction() as session:
            await clinic.store.visit_view(session, consult.doctor, consult.visit.id)


async def test_an_older_draft_put_back_under_a_newer_revision_does_not_open(consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "headache", 1.0)
    await consult.draft(DraftStatement(key="a", section="plan", text="Rest.", evidence=(said,)))
    async with consult.clinic.database.transaction() as session:
        await session.execute(text("UPDATE draft SET revision = 2"))
    with pytest.raises(RecordUnreadable):
        await consult.note()


async def test_another_clinics_keys_open_nothing(
    clinic: Clinic, consult: Consult, database: Database
) -> None:
    thief = ClinicalStore(Keyring.new(), clinic.care, clinic.accounts, clinic.clock)
    with pytest.raises(RecordUnreadable):
        async with database.transaction() as session:
            await thief.visit_for(session, consult.doctor, consult.visit.id)

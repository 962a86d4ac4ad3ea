"""What nobody has read yet, what the machine says anew, and what the words under a line have become."""

from uuid import UUID

import pytest

from access import Role
from clinical_store import DraftStatement, EncounterNote, HeardText, NoteEdits, StatementEdit
from clinical_store.errors import NoteUnreviewed
from clinical_store.note import NoteLine, Origin
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration


def line(
    key: str, said: UUID, *more: UUID, words: str = "Headache for three days.", heard: int = 1
) -> DraftStatement:
    evidence = (said, *more)
    return DraftStatement(
        key=key, section="subjective.hpi", text=words, evidence=evidence, heard=(heard,) * len(evidence)
    )


def edit(shown: NoteLine, **change: object) -> StatementEdit:
    """The line as it came, with what a person changed."""
    return StatementEdit.model_validate(shown.model_dump() | change)


def lines_of(note: EncounterNote) -> list[StatementEdit]:
    return [edit(shown) for shown in note.statements]


@pytest.fixture
async def said(consult: Consult) -> UUID:
    return await consult.say(consult.patients_place, "I have had a headache for three days", 1.0)


@pytest.fixture
async def note(consult: Consult, said: UUID) -> EncounterNote:
    """Two lines of the machine's, nothing saved yet."""
    await consult.draft(line("a", said), line("b", said, words="Denies nausea."))
    return await consult.note()


async def test_lines_count_as_unreviewed_until_each_is_accepted(
    consult: Consult, note: EncounterNote
) -> None:
    assert note.unreviewed == 2
    one, two = note.statements
    note = await consult.save(0, edit(one, reviewed=True), edit(two))
    assert (note.unreviewed, [shown.reviewed for shown in note.statements]) == (1, [True, False])
    note = await consult.save(1, *lines_of(note), StatementEdit(section="plan", text="Rest."))
    assert (note.unreviewed, note.statements[2].reviewed) == (1, True)
    note = await consult.save(
        2, edit(note.statements[0]), edit(note.statements[1], text="No nausea.", origin="clinician")
    )
    assert note.unreviewed == 0


async def test_an_unreviewed_note_is_signed_only_by_who_says_that_they_read_it(
    consult: Consult, note: EncounterNote
) -> None:
    await consult.save(0, *lines_of(note))
    with pytest.raises(NoteUnreviewed) as caught:
        await consult.sign(1, all_read=False)
    assert caught.value.problem()["unreviewed"] == 2
    signed = await consult.sign(1, all_read=True)
    assert (signed.status, signed.unreviewed) == ("signed", 2)


async def test_a_rejected_line_keeps_its_reason_and_does_not_come_back(
    consult: Consult, note: EncounterNote
) -> None:
    one, two = note.statements
    async with consult.clinic.database.transaction() as session:
        edits = NoteEdits(
            statements=(edit(one),),
            dismissed_keys=("b",),
            dismissed_reasons={"b": "not_said", "elsewhere": "wrong"},
        )
        note = await consult.store.save_note(session, consult.doctor, consult.visit.id, 0, edits)
    assert (note.dismissed, note.suggestions) == ({"b": "not_said"}, ())
    note = await consult.save(1, *lines_of(note), edit(two))
    assert note.dismissed == {}


async def test_two_lines_merged_into_one_are_not_offered_again(
    consult: Consult, said: UUID, note: EncounterNote
) -> None:
    one, two = note.statements
    both = edit(one, text="Headache, no nausea.", origin="clinician", merged_keys=(two.key,))
    note = await consult.save(0, both)
    assert note.suggestions == ()
    await consult.draft(line("a", said), line("b", said, words="Denies nausea and fever."))
    assert (await consult.note()).suggestions == ()
    assert (await consult.note()).dismissed == {}


async def test_what_the_machine_says_anew_is_offered_beside_an_edited_line_and_never_put_in_its_place(
    consult: Consult, said: UUID, note: EncounterNote
) -> None:
    one, two = note.statements
    note = await consult.save(0, edit(one, text="Severe headache.", origin="clinician"), edit(two))
    assert note.suggestions == ()
    later = await consult.say(consult.patients_place, "it is worse in the morning", 5.0)
    await consult.draft(
        line("a", said, later, words="Headache, worse in the morning."),
        line("b", said, words="Denies nausea."),
    )
    note = await consult.note()
    (offer,) = note.suggestions
    assert (offer.about, offer.text) == (one.id, "Headache, worse in the morning.")
    assert note.statements[0].text == "Severe headache."
    waved_away = await consult.save(1, edit(note.statements[0], basis=offer.basis), edit(note.statements[1]))
    assert waved_away.suggestions == ()
    await consult.draft(
        line("a", said, later, words="Headache since Monday."), line("b", said, words="Denies nausea.")
    )
    (offer,) = (await consult.note()).suggestions
    taken = edit(
        waved_away.statements[0], text=offer.text, evidence=offer.evidence, basis=offer.basis, origin="draft"
    )
    note = await consult.save(2, taken, edit(waved_away.statements[1]))
    assert (note.suggestions, note.statements[0].origin) == ((), Origin.DRAFT)


async def test_more_evidence_for_an_unedited_saved_line_is_offered(
    consult: Consult, said: UUID, note: EncounterNote
) -> None:
    await consult.save(0, *lines_of(note))
    later = await consult.say(consult.patients_place, "the headache again", 5.0)
    await consult.draft(line("a", said, later), line("b", said, words="Denies nausea."))
    (offer,) = (await consult.note()).suggestions
    assert (offer.about, offer.evidence) == (note.statements[0].id, (said, later))


async def _correct(consult: Consult, said: UUID, words: str, revision: int = 1) -> None:
    async with consult.clinic.database.transaction() as session:
        await consult.store.correct_utterance(
            session, consult.doctor, consult.visit.id, said, words, based_on=revision
        )


async def _hear_again(consult: Consult, said: UUID, words: str) -> None:
    async with consult.clinic.database.transaction() as session:
        assert await consult.store.add_final(session, said, HeardText(text=words), "large")


async def test_a_corrected_word_marks_the_lines_that_rest_on_it_until_they_are_accepted_again(
    consult: Consult, said: UUID, note: EncounterNote
) -> None:
    other = await consult.say(consult.patients_place, "no fever", 9.0)
    await consult.draft(line("a", said), line("c", other, words="Denies fever."))
    note = await consult.note()
    note = await consult.save(0, *(edit(shown, reviewed=True) for shown in note.statements))
    await _correct(consult, said, "I have had a headache for thirteen days")
    note = await consult.note()
    assert [(shown.stale, shown.stale_evidence) for shown in note.statements] == [
        ("words_changed", (said,)),
        (None, ()),
    ]
    assert ([shown.reviewed for shown in note.statements], note.unreviewed) == ([False, True], 1)
    note = await consult.save(1, *lines_of(note), StatementEdit(section="plan", text="Rest."))
    assert note.statements[0].stale == "words_changed"  # saved as it came: nobody said that they read it
    note = await consult.save(2, edit(note.statements[0], reviewed=True), *lines_of(note)[1:])
    assert (note.statements[0].stale, note.unreviewed) == (None, 0)


async def test_a_page_opened_before_the_correction_does_not_clear_the_mark(
    consult: Consult, said: UUID, note: EncounterNote
) -> None:
    opened = await consult.save(0, *(edit(shown, reviewed=True) for shown in note.statements))
    await _correct(consult, said, "I have had a headache for thirteen days")
    note = await consult.save(1, *lines_of(opened), StatementEdit(section="plan", text="Rest."))
    assert [shown.stale for shown in note.statements] == ["words_changed", "words_changed", None]


async def test_a_final_pass_that_hears_the_same_words_marks_nothing(
    consult: Consult, said: UUID, note: EncounterNote
) -> None:
    await consult.save(0, *lines_of(note))
    await _hear_again(consult, said, "I have had a headache, for three days.")
    assert [shown.stale for shown in (await consult.note()).statements] == [None, None]


async def test_a_final_pass_that_hears_other_words_marks(
    consult: Consult, said: UUID, note: EncounterNote
) -> None:
    await consult.save(0, *lines_of(note))
    await _hear_again(consult, said, "I never had a headache for three days")
    assert (await consult.note()).statements[0].stale == "words_changed"
    await _correct(consult, said, "I have had a headache for three days", revision=2)
    assert (await consult.note()).statements[0].stale is None


async def test_words_struck_out_are_gone(consult: Consult, said: UUID, note: EncounterNote) -> None:
    await consult.save(0, *lines_of(note))
    await _correct(consult, said, "")
    note = await consult.note()
    assert (note.statements[0].stale, note.statements[0].stale_evidence) == ("words_gone", (said,))


async def test_a_signed_note_is_not_marked_and_says_that_the_transcript_changed(
    consult: Consult, said: UUID, note: EncounterNote
) -> None:
    await consult.save(0, *lines_of(note))
    signed = await consult.sign(1)
    assert not signed.transcript_changed_after_signing
    await _correct(consult, said, "I have had a headache for thirteen days")
    signed = await consult.note()
    assert signed.transcript_changed_after_signing
    assert [shown.stale for shown in signed.statements] == [None, None]


async def test_the_key_for_offline_edits_is_the_accounts_for_this_visit(
    clinic: Clinic, consult: Consult
) -> None:
    key = (await consult.note()).offline_key
    assert key
    assert len(key) == 43
    assert key == (await consult.note()).offline_key
    assert key not in repr(await consult.note())
    colleague = await clinic.staff(Role.DOCTOR, "Dr. Bela Planted")
    await clinic.visit(consult.patient_id, colleague)
    async with clinic.database.transaction() as session:
        assert (await consult.store.note_for(session, colleague, consult.visit.id)).offline_key is None
    elsewhere = await clinic.consult(consult.doctor)
    assert (await elsewhere.note()).offline_key not in (key, None)
    await consult.save(0, StatementEdit(section="plan", text="Rest."))
    assert (await consult.sign(1)).offline_key is None


async def test_what_changed_between_two_versions(consult: Consult, note: EncounterNote) -> None:
    one, two = note.statements
    await consult.save(0, edit(one), edit(two))
    note = await consult.save(1, edit(two), edit(one, text="Severe headache.", origin="clinician"))
    await consult.save(
        2, edit(note.statements[1], section="assessment"), StatementEdit(section="plan", text="Rest.")
    )
    async with consult.clinic.database.transaction() as session:
        store, who, visit_id = consult.store, consult.doctor, consult.visit.id
        diff = await store.note_diff(session, who, visit_id, 1)
        drafted = await store.note_diff(session, who, visit_id, 0, 1)
        back = await store.note_diff(session, who, visit_id, 3, 1)
    changed = {
        (change.change, change.before and change.before.text, change.after and change.after.text)
        for change in diff.changes
    }
    assert (diff.from_version, diff.to_version) == (1, 3)
    assert changed == {
        ("edited", "Headache for three days.", "Severe headache."),
        ("added", None, "Rest."),
        ("removed", "Denies nausea.", None),
    }
    assert drafted.changes == ()
    assert {change.change for change in back.changes} == {"edited", "added", "removed"}

"""Two people, two tabs, an old base: edits meet, or are told apart; nothing is lost and nothing is written twice."""

import asyncio
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from clinical_store import (
    ClinicalStore,
    DraftStatement,
    EncounterNote,
    NoteEdits,
    NoteForm,
    OrderFound,
    StatementEdit,
    SuggestedCoding,
)
from clinical_store.errors import NoteChanged, NoteConflict, OrderUnknown
from core.ids import new_id
from tests.integration.clinical_store.clinic import Consult

pytestmark = pytest.mark.integration


def line(key: str, said: UUID, words: str = "Headache for three days.") -> DraftStatement:
    return DraftStatement(key=key, section="subjective.hpi", text=words, evidence=(said,))


def typed(words: str, line_id: UUID | None = None) -> StatementEdit:
    return StatementEdit(id=line_id or new_id(), section="plan", text=words)


def kept(note: EncounterNote) -> list[StatementEdit]:
    """The note's lines as an editor sends them back."""
    return [StatementEdit.model_validate(statement.model_dump()) for statement in note.statements]


def words_of(note: EncounterNote) -> list[str]:
    return [statement.text for statement in note.statements]


def reworded(edit: StatementEdit, words: str) -> StatementEdit:
    return edit.model_copy(update={"text": words})


async def test_two_tabs_edit_other_lines_and_both_are_saved(consult: Consult) -> None:
    first = await consult.save(0, typed("Rest."), typed("Water."))
    one, two = kept(first)
    theirs = await consult.save(1, reworded(one, "Bed rest."), two)
    assert not theirs.merged
    yours = await consult.save(1, one, reworded(two, "Two litres of water."), typed("Call if worse."))
    assert words_of(yours) == ["Bed rest.", "Two litres of water.", "Call if worse."]
    assert (yours.version, yours.merged) == (3, True)
    by = {change.id: change.by for change in yours.merged_lines}
    assert [by[statement.id] for statement in yours.statements] == ["theirs", "yours", "yours"]


async def test_one_line_changed_by_both_is_told_and_nothing_is_saved(consult: Consult) -> None:
    first = await consult.save(0, typed("Rest."))
    (one,) = kept(first)
    await consult.save(1, reworded(one, "Theirs."))
    with pytest.raises(NoteConflict) as caught:
        await consult.save(1, reworded(one, "Yours."), typed("Something else."))
    problem = caught.value.problem()
    (conflict,) = cast("list[dict[str, dict[str, str]]]", problem["conflicts"])
    sides = {side: conflict[side]["text"] for side in ("base", "theirs", "yours")}
    assert sides == {"base": "Rest.", "theirs": "Theirs.", "yours": "Yours."}
    assert problem["current_version"] == 2
    assert "Yours" not in str(caught.value)
    assert words_of(await consult.note()) == ["Theirs."]
    resolved = await consult.save(2, reworded(one, "Yours."), typed("Something else."))
    assert words_of(resolved) == ["Yours.", "Something else."]


async def test_of_saves_at_once_none_is_lost(consult: Consult) -> None:
    notes = await asyncio.gather(*(consult.save(0, typed(f"Tab {number}.")) for number in range(5)))
    assert sorted(note.version for note in notes) == [1, 2, 3, 4, 5]
    assert sorted(words_of(await consult.note())) == [f"Tab {number}." for number in range(5)]
    assert await consult.clinic.count("SELECT count(*) FROM encounter_note_version") == 5


async def test_a_save_whose_answer_was_lost_is_sent_again_and_adds_nothing(consult: Consult) -> None:
    first = await consult.save(0, typed("Rest."))
    edits = [*kept(first), StatementEdit(section="plan", text="Water.")]
    await consult.save(1, *edits)
    again = await consult.save(1, *edits)
    assert (again.version, words_of(again)) == (2, ["Rest.", "Water."])


async def test_a_save_that_is_killed_before_its_commit_leaves_nothing_and_can_be_sent_again(
    consult: Consult,
) -> None:
    edits = NoteEdits(statements=(typed("Rest."),))
    with pytest.raises(KeyboardInterrupt):
        async with consult.clinic.database.transaction() as session:
            await consult.store.save_note(session, consult.doctor, consult.visit.id, 0, edits)
            raise KeyboardInterrupt
    assert (await consult.note()).version == 0
    assert (await consult.save(0, *edits.statements)).version == 1


async def test_edits_kept_offline_meet_what_was_saved_and_drafted_meanwhile(consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "headache", 1.0)
    await consult.draft(line("a", said), line("b", said, "Nausea."))
    offline = kept(await consult.note())
    online = kept(await consult.note())
    await consult.save(0, reworded(online[0], "Severe headache."), online[1])
    await consult.draft(line("a", said), line("b", said, "Nausea."), line("c", said, "Fever."))
    note = await consult.save(0, offline[0], reworded(offline[1], "Nausea in the morning."), typed("Rest."))
    assert words_of(note) == ["Severe headache.", "Nausea in the morning.", "Rest."]
    assert [offer.key for offer in note.suggestions] == ["c"]


async def test_a_line_waved_away_offline_is_gone_and_one_the_draft_grew_by_is_not(consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "headache", 1.0)
    await consult.draft(line("a", said), line("b", said, "Nausea."))
    first, _ = kept(await consult.note())
    await consult.draft(line("a", said), line("b", said, "Nausea."), line("c", said, "Fever."))
    await consult.save(0, *kept(await consult.note()))
    note = await consult.save(0, first, dismissed=("b",))
    assert words_of(note) == ["Headache for three days.", "Fever."]


async def test_a_version_that_never_was_is_no_base(consult: Consult) -> None:
    with pytest.raises(NoteChanged) as caught:
        await consult.save(7, typed("Rest."))
    assert caught.value.problem()["current_version"] == 0


async def test_who_saved_last_is_told_and_the_event_names_the_account_only(consult: Consult) -> None:
    await consult.save(0, typed("Planted words."))
    note = await consult.note()
    assert (note.last_saved_by, note.last_saved_at) == ("Dr. Amara Planted", consult.clinic.clock.now())
    async with consult.clinic.database.transaction() as session:
        rows = await session.execute(text("SELECT payload FROM outbox_event WHERE topic = 'note.changed'"))
        (payload,) = rows.scalars()
    assert payload == {
        "visit_id": str(consult.visit.id),
        "revision": 0,
        "version": 1,
        "editor": str(consult.doctor.account_id),
    }


async def test_an_accepted_order_stays_whatever_the_draft_says_later(consult: Consult) -> None:
    order = OrderFound(key="plan:order.cbc", kind="lab", description="Blood count", details={"test": "CBC"})
    await _draft_orders(
        consult, order, OrderFound(key="plan:order.xray", kind="imaging", description="Chest film")
    )
    note = await _decide(consult, 0, {"plan:order.cbc": "accepted", "plan:order.xray": "dismissed"})
    assert [(one.key, one.status) for one in note.orders] == [
        ("plan:order.cbc", "accepted"),
        ("plan:order.xray", "dismissed"),
    ]
    await _draft_orders(consult, order.model_copy(update={"description": "Something else"}))
    assert (await consult.note()).orders[0].description == "Blood count"
    await _draft_orders(consult)
    assert [one.status for one in (await consult.note()).orders] == ["accepted", "dismissed"]
    await _decide(consult, 1, {"plan:order.cbc": "offered"})
    assert [one.key for one in (await consult.note()).orders] == ["plan:order.xray"]
    with pytest.raises(OrderUnknown):
        await _decide(consult, 2, {"plan:order.made_up": "accepted"})


async def test_an_order_decided_on_differently_by_two_is_a_conflict(consult: Consult) -> None:
    await _draft_orders(consult, OrderFound(key="k", kind="lab", description="Blood count"))
    await consult.save(0, typed("Rest."))
    await _decide(consult, 1, {"k": "accepted"})
    with pytest.raises(NoteConflict) as caught:
        await _decide(consult, 1, {"k": "dismissed"})
    told = [{"key": "k", "base": "offered", "theirs": "accepted", "yours": "dismissed"}]
    assert caught.value.problem()["order_conflicts"] == told


async def test_the_template_is_the_clinics_until_somebody_chooses_one(consult: Consult) -> None:
    async def pediatrics(session: AsyncSession) -> str:
        return "pediatrics"

    clinic = consult.clinic
    form = NoteForm(("subjective.hpi", "plan", "assessment"), pediatrics)
    clinic.store = ClinicalStore(clinic.keyring, clinic.care, clinic.accounts, clinic.clock, form=form)
    note = await consult.note()
    assert (note.template, note.not_discussed) == ("pediatrics", ("subjective.hpi", "plan", "assessment"))
    note = await consult.save(0, typed("Rest."), StatementEdit(section="plan.medications", text="Ibuprofen."))
    assert (note.template, note.not_discussed) == ("pediatrics", ("subjective.hpi", "assessment"))
    await _choose(consult, 1, "soap")
    assert (await consult.save(1, *kept(note), typed("Water."))).template == "soap"
    assert (await _choose(consult, 1, "cardiology")).template == "cardiology"


async def _choose(consult: Consult, version: int, template: str) -> EncounterNote:
    edits = NoteEdits(statements=tuple(kept(await consult.note())), template=template)
    async with consult.clinic.database.transaction() as session:
        return await consult.store.save_note(session, consult.doctor, consult.visit.id, version, edits)


async def test_suggested_codes_stand_beside_the_note_until_it_is_signed(consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "I have asthma.", 1.0)
    code = SuggestedCoding(code="J45.909", title="Asthma", statement="asthma", evidence=(said,), score=0.5)
    line = DraftStatement(key="asthma", section="assessment", text="Asthma.", evidence=(said,))
    async with consult.clinic.database.transaction() as session:
        first = await consult.store.save_draft(session, consult.visit.id, [line], coding=[code])
        again = await consult.store.save_draft(session, consult.visit.id, [line], coding=[code])
        without = await consult.store.save_draft(session, consult.visit.id, [line])
        await consult.store.save_draft(session, consult.visit.id, [line], coding=[code])
    assert (first, again, without) == (1, 1, 2)
    note = await consult.note()
    assert note.coding == (code,)
    assert note.statements[0].codes == ()  # a suggestion is nobody's code
    await consult.save(0, *kept(note))
    await consult.sign(1)
    assert (await consult.note()).coding == ()


async def _draft_orders(consult: Consult, *orders: OrderFound) -> None:
    async with consult.clinic.database.transaction() as session:
        await consult.store.save_draft(session, consult.visit.id, [], [], orders)


async def _decide(consult: Consult, version: int, status: dict[str, str]) -> EncounterNote:
    lines = kept(await consult.note())
    edits = NoteEdits.model_validate({"statements": lines, "order_status": status})
    async with consult.clinic.database.transaction() as session:
        return await consult.store.save_note(session, consult.doctor, consult.visit.id, version, edits)

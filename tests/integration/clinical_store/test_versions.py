"""The versions of a line: heard live, heard again, corrected by hand."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from clinical_store import (
    HeardText,
    HeardWord,
    SuggestionView,
    UtteranceState,
    UtteranceVersion,
    UtteranceView,
    WrittenSpan,
)
from clinical_store.errors import (
    CorrectionTooLong,
    NotYourVisit,
    RecordUnreadable,
    UtteranceChanged,
    UtteranceNotFound,
    UtterancePending,
)
from core.errors import Forbidden
from core.ids import new_id
from core.migrate import alembic_config, upgrade
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration

LIVE = HeardText(
    text="I take leave daily",
    words=tuple(
        HeardWord(text=word, confidence=0.4, start=number * 0.25, end=number * 0.25 + 0.2)
        for number, word in enumerate(["I", "take", "leave", "daily"])
    ),
    written=(WrittenSpan(first=3, last=3, text="1x/d"),),
    suggestions=(SuggestionView(first=2, last=2, term="Aleve", kind="medicine"),),
    warnings=("low_confidence",),
    confidence=0.4,
    language="en",
)


async def heard(consult: Consult, start: float = 1.0, end: float = 2.5) -> UUID:
    """An utterance that waits."""
    async with consult.clinic.database.transaction() as session:
        added = await consult.store.add_utterance(
            session,
            visit_id=consult.visit.id,
            participant_id=consult.patients_place.id,
            start=start,
            end=end,
            audio=b"planted audio",
        )
        assert added is not None
        return added.id


async def complete(consult: Consult, utterance_id: UUID, words: HeardText = LIVE) -> bool:
    async with consult.clinic.database.transaction() as session:
        return await consult.store.complete_utterance(session, utterance_id, words, model="base.en")


async def spoken(consult: Consult, words: HeardText = LIVE) -> UUID:
    utterance_id = await heard(consult)
    assert await complete(consult, utterance_id, words)
    return utterance_id


async def again(consult: Consult, utterance_id: UUID, words: str, model: str = "large-v3") -> bool:
    async with consult.clinic.database.transaction() as session:
        return await consult.store.add_final(
            session, utterance_id, HeardText(text=words, confidence=0.9), model
        )


async def correct(consult: Consult, utterance_id: UUID, words: str, based_on: int) -> UtteranceView:
    async with consult.clinic.database.transaction() as session:
        return await consult.store.correct_utterance(
            session, consult.doctor, consult.visit.id, utterance_id, words, based_on
        )


async def view(consult: Consult, utterance_id: UUID) -> UtteranceView:
    async with consult.clinic.database.transaction() as session:
        transcript = await consult.store.transcript_for(session, consult.doctor, consult.visit.id)
        shown = await consult.store.utterance_shown(session, utterance_id)
    (listed,) = [one for one in transcript.utterances if one.id == utterance_id]
    assert listed == shown, "a screen and the page show the same"
    return shown


async def versions(consult: Consult, utterance_id: UUID) -> list[UtteranceVersion]:
    async with consult.clinic.database.transaction() as session:
        return await consult.store.utterance_versions(session, consult.doctor, consult.visit.id, utterance_id)


async def agree(consult: Consult, granted: bool) -> None:
    async with consult.clinic.database.transaction() as session:
        person = consult.patients_place.id
        await consult.store.set_consent(session, consult.patient, person, "transcribe", granted)


async def told(consult: Consult) -> int:
    return (await consult.clinic.topics()).count("utterance.completed")


async def test_what_was_heard_is_shown_on_the_visits_time_line(consult: Consult) -> None:
    shown = await view(consult, await spoken(consult))
    assert (shown.text, shown.revision, shown.source, shown.language) == (
        "I take leave daily",
        1,
        "live",
        "en",
    )
    assert [(word.text, word.confidence, word.start, word.end) for word in shown.words] == [
        ("I", 0.4, 1.0, 1.2),
        ("take", 0.4, 1.25, 1.45),
        ("leave", 0.4, 1.5, 1.7),
        ("daily", 0.4, 1.75, 1.95),
    ]
    assert (shown.written, shown.suggestions, shown.warnings) == (
        LIVE.written,
        LIVE.suggestions,
        LIVE.warnings,
    )
    assert (shown.changed, shown.problem, shown.firm) == ((), None, None)


async def test_suggestions_name_the_record_and_are_for_who_may_correct(consult: Consult) -> None:
    await spoken(consult)
    async with consult.clinic.database.transaction() as session:
        read = await consult.store.transcript_for(session, consult.patient, consult.visit.id)
    assert [(one.text, one.suggestions) for one in read.utterances] == [(LIVE.text, ())]


async def test_a_second_hearing_replaces_the_live_words_and_marks_what_it_changed(consult: Consult) -> None:
    said = await spoken(consult)
    assert await again(consult, said, "I take Aleve daily")
    shown = await view(consult, said)
    assert (shown.text, shown.source, shown.revision, shown.changed) == (
        "I take Aleve daily",
        "final",
        2,
        (2,),
    )
    assert await told(consult) == 2
    assert [(one.source, one.text, one.shown, one.model) for one in await versions(consult, said)] == [
        ("live", "I take leave daily", False, "base.en"),
        ("final", "I take Aleve daily", True, "large-v3"),
    ]
    async with consult.clinic.database.transaction() as session:
        (turn,) = await consult.store.turns(session, consult.visit.id)
    assert turn.text == "I take Aleve daily"


async def test_a_second_hearing_is_kept_once_for_each_model_however_many_hear_at_once(
    consult: Consult,
) -> None:
    said = await spoken(consult)
    done = await asyncio.gather(*(again(consult, said, "I take Aleve daily") for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    assert not await again(consult, said, "something else")
    assert await again(consult, said, "I take a leaf daily", model="turbo")
    assert (await view(consult, said)).changed == (2, 3)
    assert len(await versions(consult, said)) == 3


async def test_a_second_hearing_that_hears_nothing_keeps_the_words_with_a_doubt(consult: Consult) -> None:
    said = await spoken(consult)
    assert await again(consult, said, " ")
    shown = await view(consult, said)
    assert (shown.text, shown.warnings) == ("I take leave daily", ("low_confidence", "no_speech"))
    assert (shown.suggestions, shown.changed) == (LIVE.suggestions, ())


async def test_a_second_hearing_finds_what_was_missed(consult: Consult) -> None:
    said = await spoken(consult, HeardText(text=""))
    assert (await view(consult, said)).state is UtteranceState.EMPTY
    assert await again(consult, said, "Three days.")
    shown = await view(consult, said)
    assert (shown.state, shown.text, shown.changed) == (UtteranceState.FINAL, "Three days.", (0, 1))


async def test_live_words_come_first(consult: Consult) -> None:
    waiting = await heard(consult)
    assert not await again(consult, waiting, "Three days.")
    assert await complete(consult, waiting)
    with pytest.raises(UtteranceNotFound):
        await again(consult, new_id(), "x")


async def test_after_a_withdrawal_nothing_is_heard_again(consult: Consult) -> None:
    await agree(consult, True)
    said = await spoken(consult)
    consult.clinic.clock.advance(timedelta(minutes=10))
    await agree(consult, False)
    assert not await again(consult, said, "I take Aleve daily")
    assert (await view(consult, said)).source == "live"


async def test_a_correction_is_shown_and_wins_over_what_is_heard_later(consult: Consult) -> None:
    said = await spoken(consult)
    now = await correct(consult, said, "I take Aleve daily", 1)
    assert now == await view(consult, said)
    assert (now.source, now.revision, now.changed) == ("correction", 2, (2,))
    assert [word.confidence for word in now.words] == [0.4, 0.4, None, 0.4]
    assert (now.words[2].start, now.words[2].end) == (1.5, 1.7)
    assert (now.suggestions, now.warnings, now.confidence) == ((), (), None)
    assert await again(consult, said, "I take a leave daily")
    assert await view(consult, said) == now
    listed = await versions(consult, said)
    assert [(one.source, one.shown, one.author_name) for one in listed] == [
        ("live", False, None),
        ("correction", True, "Dr. Amara Planted"),
        ("final", False, None),
    ]
    assert (await correct(consult, said, "I take Aleve twice daily", 2)).revision == 4


async def test_a_correction_of_words_that_changed_meanwhile_is_refused_and_changes_nothing(
    consult: Consult,
) -> None:
    said = await spoken(consult)
    await again(consult, said, "I take Aleve daily")
    before = await told(consult)
    with pytest.raises(UtteranceChanged) as refused:
        await correct(consult, said, "I take a leaf daily", 1)
    assert refused.value.extra == {"current_revision": 2}
    assert (await view(consult, said)).text == "I take Aleve daily"
    assert await told(consult) == before


async def test_of_two_corrections_at_once_one_is_refused(consult: Consult) -> None:
    said = await spoken(consult)
    both = (correct(consult, said, words, 1) for words in ("I take Aleve", "I take a leaf"))
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["UtteranceChanged", "UtteranceView"]


async def test_kept_as_heard(consult: Consult) -> None:
    said = await spoken(consult)
    now = await correct(consult, said, "I take leave daily", 1)
    assert (now.source, now.changed, now.suggestions, now.warnings) == ("correction", (), (), ())
    assert {word.confidence for word in now.words} == {None}
    assert now.written == LIVE.written


async def test_a_line_that_nobody_said_is_struck_out_and_can_be_brought_back(consult: Consult) -> None:
    said = await spoken(consult)
    gone = await correct(consult, said, "", 1)
    assert (gone.state, gone.text, gone.words, gone.revision) == (UtteranceState.EMPTY, "", (), 2)
    async with consult.clinic.database.transaction() as session:
        assert await consult.store.turns(session, consult.visit.id) == []
    assert await again(consult, said, "I take leave daily")
    assert (await view(consult, said)).state is UtteranceState.EMPTY, "struck out, whatever is heard"
    back = await correct(consult, said, "I take leave daily", 2)
    assert (back.state, back.changed) == (UtteranceState.FINAL, ())


async def test_who_may_correct(clinic: Clinic, consult: Consult) -> None:
    said = await spoken(consult)
    other = await clinic.consult()
    colleague = other.doctor
    await clinic.visit(consult.patient_id, colleague)
    for actor, refusal in ((consult.patient, Forbidden), (colleague, NotYourVisit)):
        with pytest.raises(refusal):
            async with clinic.database.transaction() as session:
                await clinic.store.correct_utterance(session, actor, consult.visit.id, said, "x", 1)
    with pytest.raises(UtteranceNotFound):
        async with clinic.database.transaction() as session:
            await clinic.store.correct_utterance(session, colleague, other.visit.id, said, "x", 1)
    async with clinic.database.transaction() as session:
        await clinic.store.utterance_versions(session, colleague, consult.visit.id, said)
        with pytest.raises(UtteranceNotFound):
            await clinic.store.utterance_versions(session, colleague, other.visit.id, said)
        with pytest.raises(Forbidden):
            await clinic.store.utterance_versions(session, consult.patient, consult.visit.id, said)
    assert (await view(consult, said)).source == "live"
    denied = "SELECT count(*) FROM audit_event WHERE outcome = 'denied' AND action LIKE 'record:transcript:%'"
    assert await clinic.count(denied) == 3


async def test_corrections_and_looks_at_the_history_are_audited(consult: Consult) -> None:
    said = await spoken(consult)
    await correct(consult, said, "I take Aleve", 1)
    await versions(consult, said)
    for action in ("correct", "history"):
        counted = f"SELECT count(*) FROM audit_event WHERE action = 'record:transcript:{action}'"
        assert await consult.clinic.count(counted) == 1


async def test_a_correction_that_is_no_line(consult: Consult) -> None:
    said = await spoken(consult)
    with pytest.raises(CorrectionTooLong):
        await correct(consult, said, "x" * 2_001, 1)
    assert (await correct(consult, said, " I\ttake\n\x07Aleve ", 1)).text == "I take Aleve"


async def test_a_line_that_waits_is_written_by_hand_only_where_a_machine_could_not(consult: Consult) -> None:
    waiting = await heard(consult)
    with pytest.raises(UtterancePending):
        await correct(consult, waiting, "Three days.", 0)
    async with consult.clinic.database.transaction() as session:
        await consult.store.set_problem(session, waiting, "speech_model_missing")
        await consult.store.set_problem(session, waiting, "speech_model_missing")
    assert (await view(consult, waiting)).problem == "speech_model_missing"
    assert await told(consult) == 1
    now = await correct(consult, waiting, "Three days.", 0)
    assert (now.state, now.text, now.problem) == (UtteranceState.FINAL, "Three days.", None)
    assert not await complete(consult, waiting)


async def test_a_problem_is_over_with_the_words(consult: Consult) -> None:
    waiting = await heard(consult)
    async with consult.clinic.database.transaction() as session:
        await consult.store.set_problem(session, waiting, "speech_model_missing")
    assert await complete(consult, waiting)
    assert (await view(consult, waiting)).problem is None


async def test_a_problem_is_a_code_and_no_sentence(consult: Consult) -> None:
    waiting = await heard(consult)
    with pytest.raises(DBAPIError):
        async with consult.clinic.database.transaction() as session:
            await consult.store.set_problem(session, waiting, "She said: three days")


async def test_what_is_emptied_leaves_no_version_behind(consult: Consult) -> None:
    await agree(consult, True)
    said = await spoken(consult)
    await again(consult, said, "I take Aleve daily")
    assert await heard(consult, end=4.0) == said, "heard longer"
    assert await consult.clinic.count("SELECT count(*) FROM utterance_version") == 0
    await agree(consult, False)
    async with consult.clinic.database.transaction() as session:
        assert await consult.store.utterance_audio(session, said) is None
    assert await consult.clinic.count("SELECT count(*) FROM utterance WHERE text IS NOT NULL") == 0
    gone = await view(consult, said)
    assert (gone.state, gone.words, gone.revision) == (UtteranceState.EMPTY, (), 3)


async def test_a_doctors_words_stay_in_the_history_of_a_line_that_is_heard_longer(consult: Consult) -> None:
    said = await spoken(consult)
    await correct(consult, said, "I take Aleve", 1)
    await heard(consult, end=4.0)
    await complete(consult, said, HeardText(text="I take Aleve when it hurts"))
    assert [(one.source, one.shown) for one in await versions(consult, said)] == [
        ("correction", False),
        ("live", True),
    ]


async def as_before_versions(consult: Consult, words: str = "I take leave daily") -> UUID:
    """An utterance as it was completed before this table was there."""
    said = await consult.say(consult.patients_place, words, 1.0)
    async with consult.clinic.database.transaction() as session:
        await session.execute(text("DELETE FROM utterance_version"))
    return said


async def test_a_line_of_before_versions_reads_as_it_did(consult: Consult) -> None:
    said = await as_before_versions(consult)
    shown = await view(consult, said)
    assert (shown.text, shown.confidence, shown.source) == ("I take leave daily", 0.9, "live")
    assert [word.text for word in shown.words] == ["I", "take", "leave", "daily"]
    assert {word.start for word in shown.words} == {None}
    assert [(one.source, one.text, one.shown) for one in await versions(consult, said)] == [
        ("live", "I take leave daily", True)
    ]


async def test_a_database_of_before_versions_is_brought_up_with_its_words(
    consult: Consult, database_url: str
) -> None:
    said = await consult.say(consult.patients_place, "I take leave daily", 1.0)
    silent = await consult.say(consult.patients_place, "", 4.0)
    waiting = await heard(consult, 7.0, 8.0)
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0010")
    await asyncio.to_thread(upgrade, database_url)
    shown = await view(consult, said)
    assert (shown.text, shown.source, shown.revision) == ("I take leave daily", "live", 1)
    assert (await correct(consult, said, "I take Aleve daily", 1)).changed == (2,)
    assert (await view(consult, silent)).state is UtteranceState.EMPTY
    assert await complete(consult, waiting)


async def test_a_line_of_before_versions_is_heard_again_and_corrected(consult: Consult) -> None:
    said = await as_before_versions(consult)
    assert await again(consult, said, "I take Aleve daily")
    now = await correct(consult, said, "I take Aleve daily now", 2)
    assert now.changed == (2, 4)
    assert [(one.revision, one.source, one.text) for one in await versions(consult, said)] == [
        (1, "live", "I take leave daily"),
        (2, "final", "I take Aleve daily"),
        (3, "correction", "I take Aleve daily now"),
    ]


async def test_versions_are_never_changed_and_open_in_their_own_place_only(consult: Consult) -> None:
    said = await spoken(consult)
    await again(consult, said, "I take Aleve daily")
    change = "UPDATE utterance_version SET model = 'x'"
    with pytest.raises(DBAPIError):
        async with consult.clinic.database.transaction() as session:
            await session.execute(text(change))
    move = (
        "INSERT INTO utterance_version (utterance_id, revision, source, model, at, content)"
        " SELECT utterance_id, 3, source, model, at, content FROM utterance_version WHERE revision = 1"
    )
    async with consult.clinic.database.transaction() as session:
        await session.execute(text(move))
        await session.execute(text("UPDATE utterance SET revision = 3"))
    with pytest.raises(RecordUnreadable):
        await view(consult, said)


@pytest.mark.parametrize(("agreed", "left"), [(True, ["correction"]), (False, [])])
async def test_a_sentence_that_proves_empty_takes_what_a_machine_heard_with_it_and_no_doctors_words(
    consult: Consult, agreed: bool, left: list[str]
) -> None:
    await agree(consult, True)
    said = await spoken(consult)
    await correct(consult, said, "I take Aleve daily", 1)
    assert await heard(consult, end=6.0) == said, "the recording holds more of the sentence"
    consult.clinic.clock.advance(timedelta(minutes=10))
    await agree(consult, agreed)
    assert await complete(consult, said, HeardText(text="")) is agreed
    assert (await view(consult, said)).state is UtteranceState.EMPTY
    assert [one.source for one in await versions(consult, said)] == left


async def test_a_withdrawal_takes_the_sound_that_waits_also_while_no_worker_can_hear_it(
    consult: Consult,
) -> None:
    """A clinic without its speech model has no worker that would come to it."""
    await agree(consult, True)
    written, waits = await spoken(consult), await heard(consult, 4.0, 6.0)
    consult.clinic.clock.advance(timedelta(minutes=10))
    await agree(consult, False)
    assert await consult.clinic.count("SELECT count(*) FROM utterance WHERE audio IS NOT NULL") == 0
    assert (await view(consult, waits)).state is UtteranceState.EMPTY
    assert (await view(consult, written)).text == "I take leave daily"
    assert await told(consult) == 2, "screens learn of it"
    assert not await complete(consult, waits)

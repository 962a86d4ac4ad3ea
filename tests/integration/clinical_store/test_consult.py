"""What is said and agreed to in the visit: utterances, transcript, consent, chat, recordings."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from access import Actor
from clinical_store import Gap, HeardText, Participant, Purpose, UtteranceState, VisitStatus
from clinical_store.errors import (
    ChatEmpty,
    NotAdmitted,
    NotYourConsent,
    ParticipantNotFound,
    SegmentNotFound,
    UtteranceNotFound,
    VisitNotFound,
)
from clinical_store.model import ParticipantState
from clinical_store.transcript_model import DEMO_NOTICE
from core.errors import Forbidden
from core.ids import new_id
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration


async def heard(consult: Consult, start: float, audio: bytes = b"planted audio") -> UUID | None:
    async with consult.clinic.database.transaction() as session:
        utterance = await consult.store.add_utterance(
            session,
            visit_id=consult.visit.id,
            participant_id=consult.patients_place.id,
            start=start,
            end=start + 2.0,
            audio=audio,
        )
    return utterance.id if utterance else None


async def agree(consult: Consult, purpose: Purpose, granted: bool) -> None:
    async with consult.clinic.database.transaction() as session:
        person = consult.patients_place.id
        await consult.store.set_consent(session, consult.patient, person, purpose, granted)


async def test_an_utterance_is_added_once_however_often_it_is_sent(consult: Consult) -> None:
    first = await heard(consult, 1.0004)
    assert first is not None
    assert await asyncio.gather(*(heard(consult, 1.0) for _ in range(3))) == [None] * 3
    assert (await consult.clinic.topics()).count("utterance.added") == 1
    async with consult.clinic.database.transaction() as session:
        assert await consult.store.pending_utterances(session) == [first]
        assert await consult.store.utterance_audio(session, first) == b"planted audio"


async def test_an_utterance_is_completed_once_and_its_audio_dropped(consult: Consult) -> None:
    utterance_id = await heard(consult, 1.0)
    assert utterance_id is not None

    async def complete(text: str) -> bool:
        async with consult.clinic.database.transaction() as session:
            return await consult.store.complete_utterance(
                session, utterance_id, HeardText(text=text, confidence=0.8), model="base.en"
            )

    done = await asyncio.gather(complete(" I have a headache. "), complete("I have a headache."))
    assert sorted(done) == [False, True]
    assert (await consult.clinic.topics()).count("utterance.completed") == 1
    assert await consult.clinic.count("SELECT count(*) FROM utterance WHERE audio IS NOT NULL") == 0
    async with consult.clinic.database.transaction() as session:
        assert await consult.store.utterance_audio(session, utterance_id) is None
        (turn,) = await consult.store.turns(session, consult.visit.id)
        view = await consult.store.utterance_shown(session, utterance_id)
    assert (turn.utterance_id, turn.speaker, turn.text) == (utterance_id, "patient", "I have a headache.")
    assert (turn.start, turn.end, turn.confidence) == (1.0, 3.0, 0.8)
    assert (view.speaker_name, view.state) == ("Maria Planted", UtteranceState.FINAL)


async def test_silence_is_an_empty_utterance_and_no_turn(consult: Consult) -> None:
    await consult.say(consult.patients_place, "  ", 1.0)
    async with consult.clinic.database.transaction() as session:
        transcript = await consult.store.transcript_for(session, consult.doctor, consult.visit.id)
        assert await consult.store.turns(session, consult.visit.id) == []
    assert [(view.state, view.text) for view in transcript.utterances] == [(UtteranceState.EMPTY, "")]


async def test_the_transcript_has_the_right_speaker_on_every_line_in_time_order(consult: Consult) -> None:
    await consult.say(consult.patients_place, "Three days.", 5.0)
    await consult.say(consult.doctors_place, "Since when?", 3.0, model="demo")
    await heard(consult, 9.0)
    async with consult.clinic.database.transaction() as session:
        for reader in (consult.doctor, consult.patient):
            transcript = await consult.store.transcript_for(session, reader, consult.visit.id)
            assert [(view.speaker, view.text) for view in transcript.utterances] == [
                ("doctor", "Since when?"),
                ("patient", "Three days."),
                ("patient", ""),
            ]
        assert (transcript.status, transcript.notice) == ("live", DEMO_NOTICE)
        await consult.store.set_visit_status(session, consult.visit.id, VisitStatus.ENDED)
        ended = await consult.store.transcript_for(session, consult.doctor, consult.visit.id)
    assert ended.status == "completing"


async def test_an_empty_transcript_is_a_transcript(consult: Consult) -> None:
    async with consult.clinic.database.transaction() as session:
        transcript = await consult.store.transcript_for(session, consult.doctor, consult.visit.id)
    assert (transcript.utterances, transcript.notice) == ((), None)


async def test_unknown_utterances_are_not_found(consult: Consult) -> None:
    async with consult.clinic.database.transaction() as session:
        for ask in (consult.store.utterance, consult.store.utterance_audio, consult.store.utterance_shown):
            with pytest.raises(UtteranceNotFound):
                await ask(session, new_id())
        with pytest.raises(UtteranceNotFound):
            await consult.store.complete_utterance(
                session, new_id(), HeardText(text="x", confidence=None), model="m"
            )


async def test_consent_is_each_persons_own_and_versioned(consult: Consult) -> None:
    person = consult.patients_place.id
    await agree(consult, "record", True)
    await agree(consult, "record", True)
    await agree(consult, "transcribe", True)
    await agree(consult, "record", False)
    async with consult.clinic.database.transaction() as session:
        decided = await consult.store.consents(session, consult.visit.id)
    assert decided == {person: {"record": False, "transcribe": True}}
    assert await consult.clinic.count("SELECT max(version) FROM consent WHERE purpose = 'record'") == 2
    assert await consult.clinic.count("SELECT count(*) FROM consent") == 3


async def test_nobody_consents_for_another(consult: Consult) -> None:
    async with consult.clinic.database.transaction() as session:
        person = consult.patients_place.id
        with pytest.raises(NotYourConsent):
            await consult.store.set_consent(session, consult.doctor, person, "record", True)
        with pytest.raises(ParticipantNotFound):
            await consult.store.set_consent(session, consult.doctor, new_id(), "record", True)
        assert await consult.store.consents(session, consult.visit.id) == {}


async def test_two_decisions_at_once_are_two_versions_at_most(consult: Consult) -> None:
    await asyncio.gather(*(agree(consult, "record", number % 2 == 0) for number in range(6)))
    highest = await consult.clinic.count("SELECT max(version) FROM consent")
    assert await consult.clinic.count("SELECT count(*) FROM consent") == highest


async def test_chat_is_for_the_admitted_and_stays_with_the_record(consult: Consult) -> None:
    store, database, visit_id = consult.store, consult.clinic.database, consult.visit.id
    async with database.transaction() as session:
        sent = await store.add_chat(session, consult.patient, visit_id, "  Can you hear me? ")
        assert await store.chat(session, consult.doctor, visit_id) == [sent]
        assert (sent.text, sent.display_name) == ("Can you hear me?", "Maria Planted")
        for nothing in (" ", "x" * 4_001):
            with pytest.raises(ChatEmpty):
                await store.add_chat(session, consult.patient, visit_id, nothing)
        await store.set_participant_state(session, consult.patients_place.id, ParticipantState.WAITING)
        with pytest.raises(NotAdmitted):
            await store.add_chat(session, consult.patient, visit_id, "Let me in")


async def test_a_stranger_reads_no_chat_transcript_or_recording(clinic: Clinic, consult: Consult) -> None:
    stranger = (await clinic.consult()).doctor
    for read in (consult.store.chat, consult.store.transcript_for, consult.store.recordings_for):
        with pytest.raises(Forbidden):
            async with clinic.database.transaction() as session:
                await read(session, stranger, consult.visit.id)


async def test_a_recording_grows_until_it_is_closed(consult: Consult) -> None:
    store, person = consult.store, consult.patients_place.id
    async with consult.clinic.database.transaction() as session:
        segment = await store.open_segment(
            session, visit_id=consult.visit.id, participant_id=person, storage_name="seg-1", start=0.5
        )
        segment_id = segment.id
        lost = Gap(start=1.0, end=2.25, kind="sound")
        await store.extend_segment(session, segment_id, end=4.0, gaps=(lost,))
        await store.extend_segment(session, segment_id, end=3.0)
        (growing,) = await store.recordings_for(session, consult.doctor, consult.visit.id)
        assert [segment.id for segment in await store.open_segments(session)] == [segment_id]
        await store.close_segment(session, segment_id, end=None, cleanly=False)
        await store.close_segment(session, segment_id, end=99.0, cleanly=True)
        await store.extend_segment(session, segment_id, end=99.0)
        (segment,) = await store.segments(session, consult.visit.id)
        assert await store.open_segments(session) == []
    assert (growing.start, growing.end, growing.closed, growing.speaker) == (0.5, 4.0, False, "patient")
    assert (growing.kind, growing.gaps, growing.speaker_name) == ("camera", (lost,), "Maria Planted")
    assert (segment.end, segment.closed_cleanly, segment.storage_name) == (4.0, False, "seg-1")
    assert segment.gaps == (lost,)


async def test_a_segments_key_is_given_to_whom_the_record_may_be_opened_only(
    clinic: Clinic, consult: Consult
) -> None:
    store = consult.store
    async with clinic.database.transaction() as session:
        opened = await store.open_segment(
            session,
            visit_id=consult.visit.id,
            participant_id=consult.patients_place.id,
            storage_name="seg-1",
            start=0.0,
        )
    stranger = (await clinic.consult()).doctor
    async with clinic.database.transaction() as session:
        segment, key = await store.recording_for(session, consult.doctor, opened.id)
        assert key == await store.media_key(session, consult.patient_id)
        assert key == await store.media_key_of_visit(session, consult.visit.id)
        assert segment.storage_name == "seg-1"
        with pytest.raises(Forbidden):
            await store.recording_for(session, stranger, opened.id)
        with pytest.raises(SegmentNotFound):
            await store.recording_for(session, consult.doctor, new_id())


async def test_each_patient_has_a_key_of_their_own(clinic: Clinic) -> None:
    (_, anna), (_, bert) = await clinic.patient(), await clinic.patient()
    async with clinic.database.transaction() as session:
        assert await clinic.store.media_key(session, anna) != await clinic.store.media_key(session, bert)


async def test_a_recording_is_heard_again_from_when_everybody_agreed(consult: Consult) -> None:
    store, clock, visit_id = consult.store, consult.clinic.clock, consult.visit.id

    async def after(place: Participant, actor: Actor, granted: bool) -> float | None:
        """Seconds since when everybody agrees, right after this decision."""
        clock.advance(timedelta(seconds=10))
        async with consult.clinic.database.transaction() as session:
            await store.set_consent(session, actor, place.id, "transcribe", granted)
            since = await store.agreed_since(session, visit_id, "transcribe")
        return (clock.now() - since).total_seconds() if since else None

    doctor, patient = (consult.doctors_place, consult.doctor), (consult.patients_place, consult.patient)
    assert await after(*patient, True) is None, "the doctor has not been asked yet"
    assert await after(*doctor, True) == 0
    assert await after(*doctor, True) == 10
    assert await after(*patient, False) is None
    assert await after(*patient, True) == 0


async def test_what_is_known_of_one_participant(consult: Consult) -> None:
    mine = await heard(consult, 4.0)
    await consult.say(consult.doctors_place, "Since when?", 1.0)
    async with consult.clinic.database.transaction() as session:
        (known,) = await consult.store.utterances(session, consult.visit.id, consult.patients_place.id)
        spans = await consult.store.known_spans(session, consult.visit.id, consult.patients_place.id)
    assert (known.id, known.start, known.end) == (mine, 4.0, 6.0)
    assert spans == [(4.0, 6.0)]


async def transcript_status(consult: Consult) -> str:
    async with consult.clinic.database.transaction() as session:
        return (await consult.store.transcript_for(session, consult.doctor, consult.visit.id)).status


async def mark_completed(consult: Consult) -> None:
    async with consult.clinic.database.transaction() as session:
        await consult.store.mark_transcript_completed(session, consult.visit.id)


async def finish(consult: Consult) -> None:
    async with consult.clinic.database.transaction() as session:
        await consult.store.set_visit_status(session, consult.visit.id, VisitStatus.ENDED)


async def begin_media(consult: Consult) -> None:
    async with consult.clinic.database.transaction() as session:
        await consult.store.start_media(session, consult.visit.id, consult.clinic.clock.now())


async def test_a_transcript_is_complete_only_once_the_recording_was_heard_to_the_end(
    consult: Consult,
) -> None:
    await begin_media(consult)
    await consult.say(consult.patients_place, "Three days.", 5.0)
    await mark_completed(consult)  # too early: something may still be said
    await finish(consult)
    assert await transcript_status(consult) == "completing"
    before = (await consult.clinic.topics()).count("visit.changed")
    await mark_completed(consult)
    await mark_completed(consult)
    assert (await consult.clinic.topics()).count("visit.changed") == before + 1
    assert await transcript_status(consult) == "complete"
    await heard(consult, 9.0)
    assert await transcript_status(consult) == "completing"


async def test_a_visit_without_media_has_nothing_left_to_hear(consult: Consult) -> None:
    await finish(consult)
    assert await transcript_status(consult) == "complete"


async def test_no_transcript_of_an_unknown_visit_is_completed(consult: Consult) -> None:
    async with consult.clinic.database.transaction() as session:
        with pytest.raises(VisitNotFound):
            await consult.store.mark_transcript_completed(session, new_id())


async def audio_of(consult: Consult, utterance_id: UUID) -> bytes | None:
    async with consult.clinic.database.transaction() as session:
        return await consult.store.utterance_audio(session, utterance_id)


async def state_of(consult: Consult, utterance_id: UUID) -> UtteranceState:
    async with consult.clinic.database.transaction() as session:
        return (await consult.store.utterance(session, utterance_id)).state


async def test_what_waits_at_a_withdrawal_is_not_written_down_any_more(consult: Consult) -> None:
    await begin_media(consult)
    await agree(consult, "transcribe", True)
    written = await consult.say(consult.patients_place, "Three days.", 1.0)
    waiting = await heard(consult, 5.0)
    assert waiting is not None
    consult.clinic.clock.advance(timedelta(seconds=10))
    await agree(consult, "record", False)
    assert await audio_of(consult, waiting) == b"planted audio", "recording is another question"
    await agree(consult, "transcribe", False)
    assert await audio_of(consult, waiting) is None
    assert await state_of(consult, waiting) is UtteranceState.EMPTY
    assert await consult.clinic.count("SELECT count(*) FROM utterance WHERE audio IS NOT NULL") == 0
    assert (await consult.clinic.topics()).count("utterance.completed") == 2
    assert await state_of(consult, written) is UtteranceState.FINAL


async def test_after_a_new_yes_only_what_is_said_from_then_on_is_heard(consult: Consult) -> None:
    await begin_media(consult)
    await agree(consult, "transcribe", True)
    before = await heard(consult, 5.0)
    consult.clinic.clock.advance(timedelta(seconds=10))
    await agree(consult, "transcribe", False)
    consult.clinic.clock.advance(timedelta(seconds=10))
    await agree(consult, "transcribe", True)
    after = await heard(consult, 20.0)
    assert before is not None
    assert after is not None
    assert await audio_of(consult, before) is None
    assert await audio_of(consult, after) == b"planted audio"


async def test_a_withdrawal_is_told_to_every_process(consult: Consult) -> None:
    """So that what drafts remember of the talk goes too."""
    await agree(consult, "transcribe", True)
    before = (await consult.clinic.topics()).count("visit.changed")
    await agree(consult, "transcribe", False)
    assert (await consult.clinic.topics()).count("visit.changed") == before + 1


async def test_a_withdrawal_while_an_utterance_is_being_transcribed(consult: Consult) -> None:
    await agree(consult, "transcribe", True)
    waiting = await heard(consult, 5.0)
    assert waiting is not None
    assert await audio_of(consult, waiting) is not None
    await agree(consult, "transcribe", False)
    async with consult.clinic.database.transaction() as session:
        await consult.store.complete_utterance(
            session, waiting, HeardText(text="too late", confidence=0.9), model="base.en"
        )
        assert await consult.store.turns(session, consult.visit.id) == []
    assert await state_of(consult, waiting) is UtteranceState.EMPTY


async def heard_until(consult: Consult, end: float, audio: bytes) -> UUID | None:
    async with consult.clinic.database.transaction() as session:
        utterance = await consult.store.add_utterance(
            session,
            visit_id=consult.visit.id,
            participant_id=consult.patients_place.id,
            start=1.0,
            end=end,
            audio=audio,
        )
    return utterance.id if utterance else None


async def test_a_sentence_heard_longer_replaces_the_piece_that_waits(consult: Consult) -> None:
    piece = await heard_until(consult, 2.0, b"piece")
    assert piece is not None
    assert await heard_until(consult, 2.0, b"the same") is None
    assert await heard_until(consult, 1.5, b"shorter") is None
    assert await heard_until(consult, 2.1, b"whole") == piece
    assert await audio_of(consult, piece) == b"whole"
    async with consult.clinic.database.transaction() as session:
        spans = await consult.store.known_spans(session, consult.visit.id, consult.patients_place.id)
    assert spans == [(1.0, 2.1)]


@pytest.mark.parametrize("words", ["I have", ""])
async def test_a_sentence_heard_clearly_longer_is_transcribed_again(consult: Consult, words: str) -> None:
    done = await consult.say(consult.patients_place, words, 1.0)  # until 2.5
    assert await heard_until(consult, 2.69, b"hardly longer") is None
    assert await heard_until(consult, 2.7, b"whole") == done
    assert await state_of(consult, done) is UtteranceState.PENDING
    assert await audio_of(consult, done) == b"whole"
    async with consult.clinic.database.transaction() as session:
        await consult.store.complete_utterance(
            session, done, HeardText(text="I have a headache.", confidence=0.9), model="base.en"
        )
        (turn,) = await consult.store.turns(session, consult.visit.id)
    assert (turn.text, turn.end) == ("I have a headache.", 2.7)


async def test_the_text_of_a_piece_does_not_settle_the_sentence_that_replaced_it(consult: Consult) -> None:
    piece = await heard_until(consult, 2.0, b"piece")
    assert piece is not None
    await heard_until(consult, 4.0, b"whole")
    for audio, done in ((b"piece", False), (b"whole", True)):
        async with consult.clinic.database.transaction() as session:
            assert done == await consult.store.complete_utterance(
                session, piece, HeardText(text=audio.decode(), confidence=None), model="base.en", audio=audio
            )
    async with consult.clinic.database.transaction() as session:
        (turn,) = await consult.store.turns(session, consult.visit.id)
    assert turn.text == "whole"

"""The way of a visit through the room, on real tickets, sessions and records."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import JsonValue
from sqlalchemy import text

from access import Role
from clinical_store import VisitStatus
from core.errors import Forbidden
from tests.integration.signaling.conftest import Consult, House, in_progress

pytestmark = pytest.mark.integration
CHECKED = {"camera": True, "microphone": True, "speaker": True}


def names(state: dict[str, object]) -> list[str]:
    people = state["participants"]
    assert isinstance(people, list)
    return [person["display_name"] for person in people]


async def test_the_doctor_is_in_at_once_and_the_patient_waits(consult: Consult) -> None:
    doctor = await consult.enter(consult.doctor)
    assert [person["state"] for person in consult.state["participants"]] == ["admitted"]
    patient = await consult.enter(consult.patient)
    assert names(consult.state) == ["Maria Planted"]
    await patient.must("lobby.ready", CHECKED)
    state = await patient.event("room.state", lambda s: s["participants"][0]["state"] == "waiting")
    assert names(state) == ["Maria Planted"]  # who waits sees nobody
    seen = await doctor.event("room.state", lambda s: s["status"] == "waiting")
    assert names(seen) == ["Dr. Amara Planted", "Maria Planted"]
    assert (await consult.house.visit(consult.visit.id)).status is VisitStatus.WAITING
    assert (await consult.house.visit(consult.visit.id)).waiting_since == consult.house.clock.now()


async def test_no_media_before_admission(consult: Consult) -> None:
    patient = await consult.enter(consult.patient)
    assert await patient.code("media.offer", {"sdp": "v=0"}) == "not_admitted"
    await patient.must("lobby.ready", CHECKED)
    assert await patient.code("media.offer", {"sdp": "v=0"}) == "not_admitted"
    assert await patient.code("media.candidate", {"candidate": "x", "sdp_mid": "0"}) == "not_admitted"
    assert await patient.code("chat.send", {"text": "hello"}) == "not_admitted"
    assert consult.house.media.offers == {}


async def test_admission_starts_the_visit_and_lets_media_through(consult: Consult) -> None:
    doctor, patient = await consult.call()
    visit = await consult.house.visit(consult.visit.id)
    assert visit.status is VisitStatus.IN_PROGRESS
    assert visit.media_epoch == consult.house.clock.now()
    await doctor.must("media.offer", {"sdp": "v=0 doctor"})
    answer = await patient.must("media.offer", {"sdp": "v=0 patient"})
    assert answer["sdp"] == "v=0 answer"
    assert list(answer["seats"].values()) == [0]
    state = await doctor.event("room.state", lambda s: any(p["seat"] == 0 for p in s["participants"]))
    assert state["epoch"] is not None
    await patient.must("media.candidate", {"candidate": "candidate:1", "sdp_mid": "0"})
    assert consult.house.media.candidates == ["candidate:1"]


async def test_only_who_waits_can_be_admitted(consult: Consult) -> None:
    doctor = await consult.enter(consult.doctor)
    patient = await consult.enter(consult.patient)
    me = consult.state["me"]
    assert await doctor.code("lobby.admit", {"participant_id": me}) == "not_waiting"
    assert (
        await doctor.code("lobby.admit", {"participant_id": str(consult.visit.id)}) == "participant_not_found"
    )
    await patient.must("lobby.ready", CHECKED)
    assert await patient.code("lobby.admit", {"participant_id": me}) == "forbidden"
    await doctor.must("lobby.admit", {"participant_id": me})
    await doctor.must("lobby.admit", {"participant_id": me})  # twice is once


async def test_recording_runs_only_while_both_agree(consult: Consult) -> None:
    doctor, patient = await consult.call()
    await doctor.must("media.offer", {"sdp": "v=0"})
    await patient.must("media.offer", {"sdp": "v=0"})
    await doctor.must("consent.set", {"purpose": "record", "granted": True})
    assert not any(record for record, _ in consult.house.media.taps.values())
    await patient.must("consent.set", {"purpose": "record", "granted": True})
    assert list(consult.house.media.taps.values()) == [(True, False), (True, False)]
    state = await doctor.event("room.state", lambda s: s["recording"])
    assert not state["transcribing"]
    await patient.must("consent.set", {"purpose": "transcribe", "granted": True})
    await doctor.must("consent.set", {"purpose": "transcribe", "granted": True})
    assert list(consult.house.media.taps.values()) == [(True, True), (True, True)]
    await patient.must("consent.set", {"purpose": "record", "granted": False})
    assert list(consult.house.media.taps.values()) == [(False, True), (False, True)]
    await doctor.event("room.state", lambda s: not s["recording"] and s["transcribing"])


async def test_consent_survives_a_restart(consult: Consult) -> None:
    doctor, patient = await consult.call()
    for person in (doctor, patient):
        await person.must("consent.set", {"purpose": "record", "granted": True})
    await consult.house.stop()
    await consult.house.start()
    doctor = await consult.enter(consult.doctor)
    assert consult.state["recording"] is True
    assert consult.state["status"] == "in_progress"
    assert [person["connected"] for person in consult.state["participants"]] == [True, False]
    patient = await consult.enter(consult.patient)
    await patient.must("media.offer", {"sdp": "v=0"})  # still admitted
    assert list(consult.house.media.taps.values()) == [(True, False)]


async def test_chat_reaches_both_and_is_kept(consult: Consult) -> None:
    doctor, patient = await consult.call()
    answer = await patient.must("chat.send", {"text": "Can you hear me?"})
    heard = await doctor.event("chat.message")
    assert heard == answer["message"] == await patient.event("chat.message")
    assert heard["display_name"] == "Maria Planted"
    async with consult.house.database.transaction() as session:
        kept = await consult.house.store.chat(session, consult.doctor, consult.visit.id)
    assert [line.text for line in kept] == ["Can you hear me?"]


async def test_mute_is_shown_to_the_other(consult: Consult) -> None:
    doctor, patient = await consult.call()
    await patient.must("media.state", {"microphone": False, "camera": True})
    state = await doctor.event(
        "room.state", lambda s: any(p["camera"] and not p["microphone"] for p in s["participants"])
    )
    assert in_progress(state)


async def test_a_lost_connection_keeps_the_place(consult: Consult) -> None:
    doctor, patient = await consult.call()
    await patient.must("media.offer", {"sdp": "v=0"})
    patient.cut()
    await doctor.event("room.state", lambda s: [p["connected"] for p in s["participants"]] == [True, False])
    again = await consult.enter(consult.patient)
    assert {p["state"] for p in consult.state["participants"]} == {"admitted"}
    await again.must("media.offer", {"sdp": "v=0 again"})
    await doctor.event("room.state", lambda s: all(p["connected"] for p in s["participants"]))


async def test_the_newest_connection_of_an_account_wins(consult: Consult) -> None:
    _, patient = await consult.call()
    second = await consult.enter(consult.patient)
    assert (await patient.event("room.removed"))["reason"] == "replaced"
    await patient.until_ended()
    await second.must("media.offer", {"sdp": "v=0"})
    state = await second.event("room.state")
    assert all(person["connected"] for person in state["participants"])


async def test_leaving_means_to_be_admitted_again(consult: Consult) -> None:
    doctor, patient = await consult.call()
    await patient.must("media.offer", {"sdp": "v=0"})
    await patient.must("room.leave")
    assert consult.house.media.offers == {}
    assert await patient.code("chat.send", {"text": "still here"}) == "not_in_room"
    await doctor.event("room.state", lambda s: len(s["participants"]) == 1)
    again = await consult.enter(consult.patient)
    assert await again.code("media.offer", {"sdp": "v=0"}) == "not_admitted"
    await again.must("lobby.ready", CHECKED)
    await doctor.must("lobby.admit", {"participant_id": consult.state["me"]})
    await again.must("media.offer", {"sdp": "v=0"})


async def test_the_end_is_the_end_for_everybody(consult: Consult) -> None:
    doctor, patient = await consult.call()
    assert await patient.code("room.end") == "forbidden"
    await doctor.must("room.end")
    await patient.event("room.ended")
    assert consult.house.flows.ended == [consult.visit.id]
    assert consult.house.media.closed == [consult.visit.id]
    assert (await consult.house.visit(consult.visit.id)).status is VisitStatus.ENDED
    for event, payload in (
        ("media.offer", {"sdp": "v=0"}),
        ("chat.send", {"text": "wait"}),
        ("lobby.ready", CHECKED),
        ("consent.set", {"purpose": "record", "granted": True}),
    ):
        assert await patient.code(event, payload) == "visit_ended"
    late = await consult.house.client()
    error = await late.refused_join(
        {"ticket": consult.ticket(consult.patient), "visit_id": str(consult.visit.id)}
    )
    assert error["code"] == "visit_ended"


async def test_an_end_that_cannot_be_stored_is_no_end(consult: Consult) -> None:
    doctor, patient = await consult.call()
    consult.house.flows.fails = True
    assert await doctor.code("room.end") == "service_error"
    assert (await consult.house.visit(consult.visit.id)).status is VisitStatus.IN_PROGRESS
    await patient.must("media.offer", {"sdp": "v=0"})


async def test_captions_go_to_the_call_and_note_news_to_the_doctor(consult: Consult) -> None:
    doctor, patient = await consult.call()
    rooms = consult.house.rooms
    await rooms.push_utterance(consult.visit.id, {"id": "u1", "text": "It hurts."})
    await rooms.push_note_changed(consult.visit.id, 3, 1, "an-account")
    assert (await patient.event("transcript.utterance"))["text"] == "It hurts."
    assert (await doctor.event("transcript.utterance"))["id"] == "u1"
    assert (await doctor.event("note.changed")) == {
        "visit_id": str(consult.visit.id),
        "revision": 3,
        "version": 1,
        "editor": "an-account",
    }
    await patient.must("media.state", {"microphone": True, "camera": True})
    assert "note.changed" not in [name for name, _ in patient.events]


async def test_suggestions_name_the_record_and_go_to_who_may_correct(consult: Consult) -> None:
    doctor, patient = await consult.call()
    offered: list[JsonValue] = [{"first": 0, "last": 0, "term": "planted term", "kind": "problem"}]
    line: dict[str, JsonValue] = {"id": "u1", "text": "It hurts.", "suggestions": offered}
    await consult.house.rooms.push_utterance(consult.visit.id, line)
    assert (await doctor.event("transcript.utterance"))["suggestions"] == offered
    assert (await patient.event("transcript.utterance"))["suggestions"] == []


async def test_who_waits_hears_no_caption(consult: Consult) -> None:
    await consult.enter(consult.doctor)
    patient = await consult.enter(consult.patient)
    await consult.house.rooms.push_utterance(consult.visit.id, {"id": "u1", "text": "Private."})
    await patient.must("lobby.ready", CHECKED)
    assert "transcript.utterance" not in [name for name, _ in patient.events]


async def test_connected_names_who_is_there(consult: Consult) -> None:
    await consult.enter(consult.doctor)
    doctor_place = consult.state["me"]
    assert {str(one) for one in consult.house.rooms.connected(consult.visit.id)} == {doctor_place}


async def test_the_media_epoch_is_set_once(consult: Consult) -> None:
    first = await consult.house.rooms.epoch_of(consult.visit.id)
    consult.house.clock.advance(timedelta(seconds=30))
    await consult.call()
    assert await consult.house.rooms.epoch_of(consult.visit.id) == first


async def test_everything_durable_is_audited(consult: Consult) -> None:
    doctor, patient = await consult.call()
    await patient.must("room.leave")
    await doctor.must("room.end")
    actions = await audit_actions(consult.house)
    assert {
        "room:lobby:wait",
        "room:participant:admit",
        "room:session:leave",
        "room:visit:end",
    } <= actions


async def audit_actions(house: House) -> set[str]:
    async with house.database.transaction() as session:
        return set((await session.execute(text("SELECT action FROM audit_event"))).scalars())


# --- tickets and sessions ------------------------------------------------------------------------------------


async def test_a_ticket_opens_the_room_once(consult: Consult) -> None:
    ticket = consult.ticket(consult.patient)
    first, second = await consult.house.client(), await consult.house.client()
    await first.join(ticket, consult.visit.id)
    error = await second.refused_join({"ticket": ticket, "visit_id": str(consult.visit.id)})
    assert error["code"] == "ticket_used"
    await first.must("media.state", {"microphone": True, "camera": True})  # undisturbed


async def test_an_expired_ticket(consult: Consult) -> None:
    ticket = consult.ticket(consult.patient)
    consult.house.clock.advance(timedelta(seconds=90))
    error = await (await consult.house.client()).refused_join(
        {"ticket": ticket, "visit_id": str(consult.visit.id)}
    )
    assert error["code"] == "ticket_expired"


async def test_a_ticket_for_another_visit(house: House, consult: Consult) -> None:
    other = await house.consult()
    error = await (await house.client()).refused_join(
        {"ticket": other.ticket(other.patient), "visit_id": str(consult.visit.id)}
    )
    assert error["code"] == "ticket_invalid"


async def test_a_patient_in_another_patients_visit(house: House, consult: Consult) -> None:
    """Even with a ticket in hand the record's own rule is asked again."""
    stranger = await house.consult()
    error = await (await house.client()).refused_join(
        {"ticket": consult.ticket(stranger.patient), "visit_id": str(consult.visit.id)}
    )
    assert error["code"] == "forbidden"
    async with house.database.transaction() as session:
        assert await house.store.participants(session, consult.visit.id) == []


async def test_a_connect_message_of_another_form(house: House) -> None:
    for auth in (
        "",
        "{}",
        '{"ticket":"x"}',
        '{"ticket":7,"visit_id":"7"}',
        '{"ticket":"x","visit_id":"7","more":1}',
    ):
        client = await house.client()
        assert (await client.refused_join(auth))["code"] == "invalid_payload"


async def test_signing_out_ends_the_socket_at_the_next_check(consult: Consult) -> None:
    doctor, patient = await consult.call()
    await patient.must("media.offer", {"sdp": "v=0"})
    async with consult.house.database.transaction() as session:
        await consult.house.access.sign_out(session, consult.patient)
    await consult.house.rooms.tick()
    await patient.must("media.state", {"microphone": True, "camera": True})  # not yet checked
    consult.house.clock.advance(timedelta(seconds=15))
    await consult.house.rooms.tick()
    assert (await patient.event("room.removed"))["reason"] == "session_ended"
    await patient.until_ended()
    assert consult.house.media.offers == {}
    await doctor.event("room.state", lambda s: [p["connected"] for p in s["participants"]] == [True, False])


async def test_a_session_end_told_on_the_bus_ends_the_socket_at_once(consult: Consult) -> None:
    _, patient = await consult.call()
    await consult.house.rooms.end_session(consult.patient.session_id)
    assert (await patient.event("room.removed"))["reason"] == "session_ended"
    await patient.until_ended()


async def test_a_call_keeps_its_sessions_from_going_idle(consult: Consult) -> None:
    doctor, patient = await consult.call()
    for _ in range(8):
        consult.house.clock.advance(timedelta(minutes=5))
        await consult.house.rooms.tick()
    await doctor.must("media.state", {"microphone": True, "camera": True})
    await patient.must("media.state", {"microphone": True, "camera": True})


async def test_who_does_not_come_back_gives_up_media_and_waiting_place(consult: Consult) -> None:
    doctor = await consult.enter(consult.doctor)
    patient = await consult.enter(consult.patient)
    await patient.must("lobby.ready", CHECKED)
    patient.cut()
    await doctor.event("room.state", lambda s: [p["connected"] for p in s["participants"]] == [True, False])
    consult.house.clock.advance(timedelta(seconds=121))
    await consult.house.rooms.tick()
    state = await doctor.event("room.state", lambda s: s["status"] == "scheduled")
    assert [person["state"] for person in state["participants"]] == ["admitted", "invited"]


async def test_a_room_nobody_is_in_is_forgotten(consult: Consult) -> None:
    doctor, patient = await consult.call()
    await doctor.close()
    await patient.close()
    while consult.house.rooms.connected(consult.visit.id):
        await consult.house.visit(consult.visit.id)  # any round trip: the close frames are on their way
    consult.house.clock.advance(timedelta(seconds=121))
    await consult.house.rooms.tick()
    assert consult.house.media.closed == [consult.visit.id]
    await consult.enter(consult.doctor)
    assert consult.state["status"] == "in_progress"


async def test_a_role_without_a_room(house: House, consult: Consult) -> None:
    nurse = await house.person(Role.NURSE, "Nora Planted")
    with pytest.raises(Forbidden):
        consult.ticket(nurse)


async def test_the_others_are_told_how_a_line_stands(consult: Consult) -> None:
    doctor, patient = await consult.call()
    me = consult.state["me"]

    async def told(word: str) -> None:
        await doctor.event(
            "room.state", lambda s: any(p["id"] == me and p["media"] == word for p in s["participants"])
        )

    def heard(state: str) -> None:
        consult.house.rooms.media_changed(consult.visit.id, UUID(me), state)

    heard("connected")  # nobody has offered yet: passed over
    await patient.must("media.offer", {"sdp": "v=0"})
    await told("connecting")
    heard("connected")
    await told("connected")
    heard("disconnected")
    heard("disconnected")
    await told("reconnecting")
    await patient.must("media.offer", {"sdp": "v=0 again"})
    heard("connected")
    await told("connected")
    heard("closed")
    await told("reconnecting")
    patient.cut()
    await doctor.event("room.state", lambda s: not all(p["connected"] for p in s["participants"]))
    consult.house.clock.advance(timedelta(seconds=121))
    await consult.house.rooms.tick()
    await told("gone")


async def test_a_ping_is_answered(consult: Consult) -> None:
    client = await consult.enter(consult.patient)
    await client.must("room.ping", {})
    assert await client.code("room.ping", {"at": 1}) == "invalid_payload"


async def test_whoever_the_media_plane_cuts_off_is_told_why_and_keeps_the_place(consult: Consult) -> None:
    doctor, patient = await consult.call()
    consult.house.rooms.media_removed(consult.visit.id, UUID(consult.state["me"]), "media_flood")
    assert (await patient.event("room.removed"))["reason"] == "media_flood"
    await patient.until_ended()
    await doctor.event("room.state", lambda s: [p["connected"] for p in s["participants"]] == [True, False])
    consult.house.rooms.media_removed(consult.visit.id, uuid4(), "media_flood")  # nobody: passed over
    await consult.enter(consult.patient)
    assert {p["state"] for p in consult.state["participants"]} == {"admitted"}

"""Withdrawn consent holds from the moment it arrives, whatever the database does and whatever is in line."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.integration.signaling.client import PATIENCE, RoomClient
from tests.integration.signaling.conftest import Consult

pytestmark = pytest.mark.integration
YES = {"purpose": "record", "granted": True}
NO = {"purpose": "record", "granted": False}
RUNS, STOPPED = [(True, False)] * 2, [(False, False)] * 2


async def recorded_call(consult: Consult) -> tuple[RoomClient, RoomClient]:
    """Both are in the call, agree, and are recorded."""
    doctor, patient = await consult.call()
    for person in (doctor, patient):
        await person.must("media.offer", {"sdp": "v=0"})
        await person.must("consent.set", YES)
    assert taps(consult) == RUNS
    return doctor, patient


def taps(consult: Consult) -> list[tuple[bool, bool]]:
    return list(consult.house.media.taps.values())


async def stored(consult: Consult) -> list[bool]:
    """What the database says of everybody's consent to recording."""
    async with consult.house.database.transaction() as session:
        decided = await consult.house.store.consents(session, consult.visit.id)
    return sorted(choices["record"] for choices in decided.values())


async def until_stopped(consult: Consult) -> None:
    async with asyncio.timeout(PATIENCE):
        while taps(consult) != STOPPED:
            await consult.house.visit(consult.visit.id)  # any round trip: the frame is on its way


async def send(client: RoomClient, number: int, event: str, payload: object) -> None:
    """Without waiting for the acknowledgement."""
    await client.raw(f"42/room,{number}{json.dumps([event, payload])}")


async def acknowledged(client: RoomClient, number: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while number not in client.acks:
            await asyncio.sleep(0)


async def test_what_cannot_be_stored_is_stored_as_soon_as_it_can(consult: Consult) -> None:
    doctor, patient = await recorded_call(consult)
    consult.house.rooms_database.fails = 1
    assert await patient.code("consent.set", NO) == "unavailable"
    assert taps(consult) == STOPPED
    await doctor.event("room.state", lambda state: not state["recording"])
    assert await stored(consult) == [True, True]
    consult.house.rooms_database.fails = 1
    await consult.house.rooms.tick()
    assert await stored(consult) == [True, True]
    await consult.house.rooms.tick()
    assert await stored(consult) == [False, True]


async def test_a_room_read_again_from_the_database_does_not_forget_it(consult: Consult) -> None:
    doctor, patient = await recorded_call(consult)
    consult.house.rooms_database.fails = 1
    assert await patient.code("consent.set", NO) == "unavailable"
    for client in (doctor, patient):
        await client.close()
    while consult.house.rooms.connected(consult.visit.id):
        await consult.house.visit(consult.visit.id)
    consult.house.clock.advance(timedelta(seconds=121))
    consult.house.rooms_database.fails = 1
    await consult.house.rooms.tick()  # writes nothing, and everybody was away for a minute
    assert consult.house.media.closed == [consult.visit.id]
    doctor = await consult.enter(consult.doctor)
    assert await stored(consult) == [True, True]
    assert consult.state["recording"] is False
    await consult.house.rooms.tick()
    assert await stored(consult) == [False, True]


async def test_a_new_yes_is_written_after_the_no_that_was_not(consult: Consult) -> None:
    _, patient = await recorded_call(consult)
    consult.house.rooms_database.fails = 1
    assert await patient.code("consent.set", NO) == "unavailable"
    consult.house.clock.advance(timedelta(seconds=5))
    await patient.must("consent.set", YES)
    assert taps(consult) == RUNS
    assert await stored(consult) == [True, True]
    await consult.house.rooms.tick()
    assert await stored(consult) == [True, True], "the no of before has no business any more"
    async with consult.house.database.transaction() as session:
        since = await consult.house.store.agreed_since(session, consult.visit.id, "record")
    assert since == consult.house.clock.now(), "agreed without a break only since the new yes"


async def test_a_withdrawal_does_not_wait_for_the_message_before_it(consult: Consult) -> None:
    _, patient = await recorded_call(consult)
    consult.house.rooms_database.held.clear()
    await send(patient, 900, "chat.send", {"text": "This takes a while."})
    await send(patient, 901, "consent.set", NO)
    await until_stopped(consult)
    assert 900 not in patient.acks
    consult.house.rooms_database.held.set()
    await acknowledged(patient, 901)
    assert patient.acks[901] == {"ok": True}
    assert await stored(consult) == [False, True]


async def test_a_yes_under_way_does_not_undo_the_no_behind_it(consult: Consult) -> None:
    doctor, patient = await recorded_call(consult)
    for person in (doctor, patient):
        await person.must("consent.set", {"purpose": "transcribe", "granted": True})
    await patient.must("consent.set", NO)
    assert taps(consult) == [(False, True)] * 2
    consult.house.rooms_database.held.clear()
    await send(patient, 900, "consent.set", YES)
    await send(patient, 901, "chat.send", {"text": "One moment."})
    await send(patient, 902, "consent.set", NO)
    await send(patient, 903, "consent.set", {"purpose": "transcribe", "granted": False})
    await until_stopped(consult)  # all four have arrived
    consult.house.rooms_database.held.set()
    await acknowledged(patient, 903)
    assert all(patient.acks[number]["ok"] for number in (900, 901, 902, 903))
    assert taps(consult) == STOPPED
    assert await stored(consult) == [False, True]
    await patient.must("consent.set", YES)
    assert taps(consult) == RUNS


async def test_a_withdrawal_whose_connection_breaks_before_its_turn_is_stored(consult: Consult) -> None:
    _, patient = await recorded_call(consult)
    consult.house.rooms_database.held.clear()
    await send(patient, 900, "chat.send", {"text": "This takes a while."})
    await send(patient, 901, "consent.set", NO)
    await until_stopped(consult)
    patient.cut()
    consult.house.rooms_database.held.set()
    while len(consult.house.rooms.connected(consult.visit.id)) != 1:
        await consult.house.visit(consult.visit.id)
    await consult.house.rooms.tick()
    assert taps(consult) == STOPPED
    assert await stored(consult) == [False, True]


async def test_what_only_looks_like_a_withdrawal_changes_nothing_ahead_of_its_turn(consult: Consult) -> None:
    _, patient = await recorded_call(consult)
    await patient.must("chat.send", {"text": "consent.set granted false"})
    others: list[object] = [{**NO, "granted": 0}, {**NO, "more": 1}, {**NO, "purpose": "sell"}, [], None]
    for payload in others:
        answer = await patient.say("consent.set", payload)
        assert answer["error"]["code"] == "invalid_payload", payload
        consult.house.clock.advance(timedelta(seconds=1))
    await patient.raw('42/room,["consent.set",{"purpose":"record","granted":false}')
    await patient.must("media.state", {"microphone": True, "camera": True})
    assert taps(consult) == RUNS


async def test_a_withdrawal_written_in_escapes_is_one(consult: Consult) -> None:
    _, patient = await recorded_call(consult)
    consult.house.rooms_database.held.clear()
    await send(patient, 900, "chat.send", {"text": "This takes a while."})
    await patient.raw('42/room,901["\\u0063onsent.set",{"purpose":"record","granted":false}]')
    await until_stopped(consult)
    consult.house.rooms_database.held.set()
    await acknowledged(patient, 901)


async def test_what_still_waits_is_written_when_the_process_ends(consult: Consult) -> None:
    _, patient = await recorded_call(consult)
    consult.house.rooms_database.fails = 1
    assert await patient.code("consent.set", NO) == "unavailable"
    await consult.house.stop()
    assert await stored(consult) == [False, True]
    await consult.house.start()


async def test_a_no_that_the_record_refuses_still_holds_and_is_not_tried_for_ever(consult: Consult) -> None:
    doctor, _ = await recorded_call(consult)
    async with consult.house.database.transaction() as session:
        await consult.house.care.withdraw(session, consult.visit.id)
    assert await doctor.code("consent.set", NO) == "forbidden"
    assert taps(consult) == STOPPED
    for _ in range(3):
        await consult.house.rooms.tick()
    async with consult.house.database.transaction() as session:
        denied = text("SELECT count(*) FROM audit_event WHERE outcome = 'denied'")
        assert await session.scalar(denied) == 2, "the event and one more attempt"

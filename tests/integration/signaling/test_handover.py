"""Another node holds the room: its people are told, and what was theirs here ends when they are gone."""

from datetime import timedelta

import pytest

from clinical_store import VisitStatus
from tests.integration.signaling.conftest import Consult

pytestmark = pytest.mark.integration
ELSEWHERE = "https://b.example"


async def recorded_call(consult: Consult) -> tuple:  # type: ignore[type-arg]
    people = await consult.call()
    for person in people:
        await person.must("media.offer", {"sdp": "v=0"})
        await person.must("consent.set", {"purpose": "record", "granted": True})
    assert set(consult.house.media.taps.values()) == {(True, False)}
    return people


async def test_people_are_sent_on_and_nothing_is_heard_once_one_has_gone(consult: Consult) -> None:
    doctor, patient = await recorded_call(consult)
    rooms, media = consult.house.rooms, consult.house.media
    await rooms.move(consult.visit.id, ELSEWHERE)
    for person in (doctor, patient):
        assert await person.event("room.moved") == {"node_url": ELSEWHERE}
    assert rooms.open_visits() == []
    await rooms.tick()
    assert set(media.taps.values()) == {(True, False)}  # both are still here
    await patient.close()
    while len(rooms.connected(consult.visit.id)) == 2:
        await doctor.must("room.ping", {})  # any round trip: the close frame is on its way
    await rooms.tick()
    assert set(media.taps.values()) == {(False, False)}
    assert media.closed == []
    await doctor.close()
    while rooms.connected(consult.visit.id):
        await consult.house.visit(consult.visit.id)
    await rooms.tick()
    assert media.closed == [consult.visit.id]
    await rooms.handed_over()


async def test_who_does_not_go_is_cut_off(consult: Consult) -> None:
    doctor, _ = await recorded_call(consult)
    rooms = consult.house.rooms
    await rooms.move(consult.visit.id, ELSEWHERE)
    consult.house.clock.advance(timedelta(seconds=11))
    await rooms.tick()
    await doctor.until_ended()
    assert consult.house.media.closed == [consult.visit.id]
    assert rooms.load() == 0


async def withdrawn_elsewhere(consult: Consult) -> None:
    """The patient says no at the node the room came from, which still hears them."""
    store, me = consult.house.store, consult.patient
    async with consult.house.database.transaction() as session:
        [place] = [
            one
            for one in await store.participants(session, consult.visit.id)
            if one.account_id == me.account_id
        ]
        await store.set_consent(session, me, place.id, "record", False)


async def test_a_withdrawal_at_the_former_node_holds_for_who_joins_after_it(consult: Consult) -> None:
    await recorded_call(consult)
    await withdrawn_elsewhere(consult)
    patient = await consult.enter(consult.patient)
    assert consult.state["recording"] is False
    assert set(consult.house.media.taps.values()) == {(False, False)}
    await patient.must("consent.set", {"purpose": "record", "granted": True})
    assert set(consult.house.media.taps.values()) == {(True, False)}


async def test_a_withdrawal_at_the_former_node_holds_here_before_anybody_comes(consult: Consult) -> None:
    doctor, _ = await recorded_call(consult)
    await withdrawn_elsewhere(consult)
    await consult.house.rooms.record_changed(consult.visit.id)
    assert set(consult.house.media.taps.values()) == {(False, False)}
    await doctor.event("room.state", lambda state: not state["recording"])


async def test_a_visit_ended_at_the_former_node_is_over_here(consult: Consult) -> None:
    doctor, patient = await recorded_call(consult)
    async with consult.house.database.transaction() as session:
        await consult.house.store.set_visit_status(session, consult.visit.id, VisitStatus.ENDED)
    await consult.house.rooms.record_changed(consult.visit.id)
    for person in (doctor, patient):
        await person.event("room.ended")
    assert consult.house.media.closed == [consult.visit.id]
    assert await doctor.code("chat.send", {"text": "Hello?"}) == "visit_ended"


async def test_a_room_that_comes_back_at_once_is_recorded_as_it_says(consult: Consult) -> None:
    await recorded_call(consult)
    rooms, media = consult.house.rooms, consult.house.media
    await rooms.move(consult.visit.id, ELSEWHERE)
    doctor = await consult.enter(consult.doctor)
    await doctor.must("media.offer", {"sdp": "v=0"})
    consult.house.clock.advance(timedelta(seconds=11))
    await rooms.tick()  # the old room's time is over
    patient = await consult.enter(consult.patient)
    await patient.must("media.offer", {"sdp": "v=0"})
    assert consult.state["recording"] is True
    assert set(media.taps.values()) == {(True, False)}

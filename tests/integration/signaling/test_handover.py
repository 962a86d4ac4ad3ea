"""Another node holds the room: its people are told, and what was theirs here ends when they are gone."""

from datetime import timedelta

import pytest

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

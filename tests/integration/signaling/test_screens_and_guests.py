"""Who may show a screen, and how time ends a guest's place; on a clock of the test's own."""

from datetime import timedelta

import pytest

from access import Actor, Invitations
from tests.integration.signaling.client import RoomClient
from tests.integration.signaling.conftest import Consult, House

pytestmark = pytest.mark.integration
ON = {"microphone": True, "camera": True, "screen": True}
OFF = {"microphone": True, "camera": True}
READY = {"camera": True, "microphone": True, "speaker": True}


async def guest_of(consult: Consult, hours: float = 1.0) -> Actor:
    """An interpreter who came by a link that is good for so long."""
    house = consult.house
    invitations = Invitations(house.access, house.database, house.store._charts.cabinet._keyring, house.clock)
    async with house.database.transaction() as session:
        _, token = await invitations.make(
            session,
            consult.doctor,
            visit_id=consult.visit.id,
            patient_id=consult.visit.patient_id,
            role="interpreter",
            display_name="Ana Planted",
            expires_at=house.clock.now() + timedelta(hours=hours),
        )
        return (await invitations.enter(session, token, "", "192.0.2.9", None))[0]


async def let_in(consult: Consult, doctor: RoomClient, actor: Actor) -> RoomClient:
    client = await consult.enter(actor)
    me = consult.state["me"]
    await client.must("lobby.ready", READY)
    await doctor.must("lobby.admit", {"participant_id": me})
    await client.event("room.state", lambda s: s["status"] == "in_progress")
    return client


def sharing(state: dict[str, object]) -> list[str]:
    people = state["participants"]
    assert isinstance(people, list)
    return [person["role"] for person in people if person["screen"]]


async def test_one_screen_at_a_time(consult: Consult) -> None:
    doctor, patient = await consult.call()
    await patient.must("media.state", ON)
    await doctor.event("room.state", lambda s: sharing(s) == ["patient"])
    assert await doctor.code("media.state", ON) == "screen_taken"
    await patient.must("media.state", ON)  # one's own again is no conflict
    await patient.must("media.state", OFF)
    await doctor.must("media.state", ON)
    await patient.event("room.state", lambda s: sharing(s) == ["doctor"])


async def test_leaving_frees_the_screen(consult: Consult) -> None:
    doctor, patient = await consult.call()
    await patient.must("media.state", ON)
    await patient.must("room.leave")
    await doctor.event("room.state", lambda s: sharing(s) == [])
    await doctor.must("media.state", ON)


async def test_who_waits_and_who_is_a_guest_shares_nothing(consult: Consult) -> None:
    waiting = await consult.enter(consult.patient)
    assert await waiting.code("media.state", ON) == "not_admitted"
    doctor = await consult.enter(consult.doctor)
    guest = await let_in(consult, doctor, await guest_of(consult))
    assert await guest.code("media.state", ON) == "forbidden"
    await guest.must("media.state", OFF)


async def test_an_invitation_that_runs_out_ends_the_guests_place(house: House, consult: Consult) -> None:
    doctor = await consult.enter(consult.doctor)
    actor = await guest_of(consult, hours=0.1)
    guest = await let_in(consult, doctor, actor)
    await guest.must("media.offer", {"sdp": "v=0 guest"})
    assert house.media.offers
    house.clock.advance(timedelta(minutes=6, seconds=1))
    await house.rooms.tick()  # comes every second; nothing has to be told
    assert (await guest.event("room.removed"))["reason"] == "invitation_ended"
    await guest.until_ended()
    assert house.media.offers == {}
    left = await doctor.event("room.state", lambda s: len(s["participants"]) == 1)
    assert left["participants"][0]["role"] == "doctor"


async def test_a_database_that_is_away_keeps_no_guest_in_the_call(house: House, consult: Consult) -> None:
    doctor = await consult.enter(consult.doctor)
    guest = await let_in(consult, doctor, await guest_of(consult, hours=0.1))
    await guest.must("media.offer", {"sdp": "v=0 guest"})
    house.clock.advance(timedelta(minutes=7))
    house.rooms_database.fails = 5
    await house.rooms.tick()
    assert (await guest.event("room.removed"))["reason"] == "invitation_ended"
    assert house.media.offers == {}
    house.rooms_database.fails = 0


async def test_a_guest_put_out_while_away_is_gone_from_the_room(house: House, consult: Consult) -> None:
    doctor = await consult.enter(consult.doctor)
    actor = await guest_of(consult)
    guest = await let_in(consult, doctor, actor)
    guest.cut()
    await doctor.event("room.state", lambda s: any(not p["connected"] for p in s["participants"]))
    await house.rooms.put_out(consult.visit.id, actor.account_id)
    await doctor.event("room.state", lambda s: len(s["participants"]) == 1)
    await house.rooms.put_out(consult.visit.id, actor.account_id)  # told twice


async def test_who_must_be_let_in_anew_hears_nothing_by_the_line_of_before(
    house: House, consult: Consult
) -> None:
    _, patient = await consult.call()
    await patient.must("media.offer", {"sdp": "v=0"})
    [me] = house.media.offers
    async with house.database.transaction() as session:
        await house.store.close_door_to(session, consult.visit.id, consult.patient.account_id)
    await consult.enter(consult.patient)
    assert consult.state["me"] == str(me)
    assert house.media.offers == {}

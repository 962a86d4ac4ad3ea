"""What arrives of whom is told to both sides; stills go to the one who needs them; a visit goes on by phone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from tests.integration.signaling.client import RoomClient
from tests.integration.signaling.conftest import Consult, House

pytestmark = pytest.mark.integration

State = dict[str, Any]


@dataclass(frozen=True)
class Piece:
    """media.stills.StillPart"""

    participant_id: UUID
    number: int = 1
    part: int = 0
    parts: int = 2
    jpeg: str = "/9j/4AAQ"
    age_s: float = 1.5


async def ids(client: RoomClient) -> tuple[UUID, UUID]:
    """(own, other's) participant."""
    await client.must("media.state", {"microphone": True, "camera": True})
    state = await client.event("room.state", lambda state: len(state["participants"]) == 2)
    [other] = [one["id"] for one in state["participants"] if one["id"] != state["me"]]
    return UUID(state["me"]), UUID(other)


def of(who: UUID, name: str, value: object) -> Callable[[State], bool]:
    return lambda state: any(one["id"] == str(who) and one[name] == value for one in state["participants"])


async def test_both_sides_are_told_what_arrives(house: House, consult: Consult) -> None:
    doctor, patient = await consult.call()
    doctor_id, patient_id = await ids(doctor)
    house.ladder.received[patient_id] = {doctor_id: 1}
    house.rooms.view_changed(consult.visit.id, patient_id)
    await patient.event("room.state", of(doctor_id, "rung", "audio_only"))
    told = await doctor.event("room.state", of(patient_id, "receives", "audio_only"))
    assert [one["rung"] for one in told["participants"]] == [
        None,
        None,
    ]  # nothing was said of the doctor's own line
    house.rooms.view_changed(consult.visit.id, UUID(int=7))  # somebody who is not there
    house.rooms.view_changed(UUID(int=7), patient_id)


async def test_a_person_is_told_what_to_send(house: House, consult: Consult) -> None:
    doctor, patient = await consult.call()
    _, patient_id = await ids(doctor)
    house.ladder.asked[patient_id] = 0
    house.rooms.view_changed(consult.visit.id, patient_id)
    await patient.event("room.state", lambda state: state["send"] == "sound")
    assert (await doctor.event("room.state"))["send"] == "full"  # each their own


async def test_a_choice_by_hand_reaches_the_ladder_and_the_others(house: House, consult: Consult) -> None:
    doctor, patient = await consult.call()
    _, patient_id = await ids(doctor)
    await patient.must("media.view", {"mode": "audio_only"})
    assert house.ladder.chosen == {patient_id: "audio_only"}
    await doctor.event("room.state", of(patient_id, "view", "audio_only"))
    for nonsense in ({"mode": "everything"}, {}, {"mode": "auto", "more": 1}):
        assert await patient.code("media.view", nonsense) == "invalid_payload"
    assert house.ladder.chosen == {patient_id: "audio_only"}


async def test_who_waits_chooses_nothing(house: House, consult: Consult) -> None:
    patient = await consult.enter(consult.patient)
    assert await patient.code("media.view", {"mode": "save_data"}) == "not_admitted"
    assert house.ladder.chosen == {}


async def test_a_still_reaches_its_viewer_alone_and_is_answered(house: House, consult: Consult) -> None:
    doctor, patient = await consult.call()
    doctor_id, patient_id = await ids(doctor)
    house.rooms.show_still(consult.visit.id, patient_id, Piece(doctor_id))
    still = await patient.event("media.still")
    assert (still["participant_id"], still["number"], still["part"], still["parts"]) == (
        str(doctor_id),
        1,
        0,
        2,
    )
    assert still["jpeg"] == "/9j/4AAQ"
    await patient.must("media.still_shown", {"number": 1})
    assert house.ladder.shown == [(patient_id, 1)]
    await doctor.must("room.ping", {})
    assert not [event for event in doctor.events if event[0] == "media.still"]
    assert await patient.code("media.still_shown", {"number": -1}) == "invalid_payload"


async def test_the_visit_goes_on_by_phone_for_both_and_after_coming_back(
    house: House, consult: Consult
) -> None:
    doctor, patient = await consult.call()
    answer = await patient.must("visit.phone", {})
    assert answer["number"] == "+44 20 7946 0018"
    shown = await doctor.event("room.state", lambda state: state["phone"]["since"] is not None)
    assert shown["phone"] == {**shown["phone"], "number": answer["number"], "reference": answer["reference"]}
    assert (await doctor.must("visit.phone", {}))["reference"] == answer["reference"]
    await house.stop()
    await house.start()  # another process: what is known is what was stored
    again = await consult.enter(consult.patient)
    assert consult.state["phone"]["reference"] == answer["reference"]
    assert consult.state["phone"]["since"] is not None
    assert await again.code("visit.phone_end", {}) == "forbidden"
    doctor = await consult.enter(consult.doctor)
    await doctor.must("visit.phone_end", {})
    await again.event("room.state", lambda state: state["phone"]["since"] is None)


async def test_without_a_number_the_refusal_says_what_to_do(house: House, consult: Consult) -> None:
    await house.stop()
    house.clinic_phone = ""
    await house.start()
    doctor, _ = await consult.call()
    refused = (await doctor.say("visit.phone", {}))["error"]
    assert refused["code"] == "phone_not_configured"
    assert "chat" in refused["next_step"]
    assert (await house.visit(consult.visit.id)).phone_since is None


async def test_who_waits_hands_nothing_over(house: House, consult: Consult) -> None:
    patient = await consult.enter(consult.patient)
    assert consult.state["phone"]["number"] == "+44 20 7946 0018"
    assert await patient.code("visit.phone", {}) == "not_admitted"

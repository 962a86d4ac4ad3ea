"""Guests in the whole service: a link opens one room, after the doctor's yes, and nothing else of anybody."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientResponse

from access import COOKIE, Permission
from core.http import PUBLIC
from tests.integration.app.service import Caller, Service
from tests.integration.signaling.client import ORIGIN, RoomClient

pytestmark = pytest.mark.integration
READY = {"camera": True, "microphone": True, "speaker": True}
# What a guest may ask for, and only in the one visit.
OWN = {
    Permission.ROOM_JOIN,
    Permission.TICKET_ISSUE,
    Permission.LINE_CHECK,
    Permission.SESSION_READ,
    Permission.SESSION_END,
}


@dataclass
class Invited:
    """A visit with an invitation."""

    service: Service
    doctor: Caller
    patient: Caller
    visit_id: UUID
    invitation: dict[str, Any]
    token: str

    async def enter(self, name: str = "Ana Souza") -> ClientResponse:
        return await self.service.browser.post("/api/guest", json={"token": self.token, "display_name": name})

    async def guest(self) -> Caller:
        answer = await self.enter()
        assert answer.status == 200, await answer.text()
        return Caller(self.service, answer.cookies[COOKIE].value)


@pytest.fixture
async def invited(service: Service) -> Invited:
    doctor, patient, visit_id = await service.consult()
    made = await doctor.post(f"/api/visits/{visit_id}/invitations", {"role": "interpreter"})
    path, _, token = made["path"].partition("#")
    assert (path, len(token)) == ("/join", 43)
    return Invited(service, doctor, patient, visit_id, made["invitation"], token)


async def test_from_the_link_to_the_call_and_out_again(invited: Invited) -> None:
    look = await invited.service.browser.post("/api/invitation", json={"token": invited.token})
    seen = await look.json()
    assert seen["role"] == "interpreter"
    assert seen["doctor_name"]
    assert "Maria" not in str(seen)  # whose visit it is, a link does not tell
    guest = await invited.guest()
    here = await guest.get("/api/guest")
    assert (here["visit_id"], here["display_name"]) == (str(invited.visit_id), "Ana Souza")
    async with (
        invited.doctor.room(invited.visit_id) as (doctor, _),
        guest.room(invited.visit_id) as (room, state),
    ):
        assert [p["id"] for p in state["participants"]] == [state["me"]]  # before the door: nobody else
        assert await room.code("media.offer", {"sdp": "v=0"}) == "not_admitted"
        assert await room.code("chat.send", {"text": "hello"}) == "not_admitted"
        assert await room.code("lobby.admit", {"participant_id": state["me"]}) == "forbidden"
        await room.must("lobby.ready", READY)
        waiting = await doctor.event(
            "room.state", lambda s: any(p["state"] == "waiting" for p in s["participants"])
        )
        [person] = [p for p in waiting["participants"] if p["id"] == state["me"]]
        assert (person["role"], person["display_name"]) == ("interpreter", "Ana Souza")
        await doctor.must("lobby.admit", {"participant_id": state["me"]})
        await room.event("room.state", lambda s: s["status"] == "in_progress")
        await room.must("chat.send", {"text": "I am here to interpret"})
        assert await room.code("room.end") == "forbidden"
        began = time.monotonic()
        await invited.doctor.delete(f"/api/visits/{invited.visit_id}/invitations/{invited.invitation['id']}")
        assert (await room.event("room.removed"))["reason"] == "invitation_ended"
        await room.until_ended()
        assert time.monotonic() - began < 5  # a second, and patience with a busy machine
        gone = await doctor.event("room.state", lambda s: len(s["participants"]) == 1)
        assert gone["participants"][0]["role"] == "doctor"
    assert (await guest.refused("GET", "/api/guest"))[0] == 401
    assert (await guest.refused("POST", f"/api/visits/{invited.visit_id}/ticket", json={}))[0] == 401
    again = await invited.enter()
    assert (again.status, (await again.json())["code"]) == (410, "invitation_revoked")


async def test_a_guest_reaches_no_record_by_any_address(invited: Invited) -> None:
    guest, other = await invited.guest(), (await invited.service.consult())[2]
    ids = {"visit_id": str(invited.visit_id), "invitation_id": invited.invitation["id"], "version": "1"}
    asked = 0
    for bound in invited.service.clinic.routes():
        method, permission = bound.spec.method, bound.spec.permission
        if permission in {PUBLIC, *OWN}:
            continue
        for visit in (str(invited.visit_id), str(other)):
            places = {name: ids.get(name, str(uuid4())) for name in bound.spec.path_names} | {
                "visit_id": visit
            }
            path = bound.spec.path.format(**{name: places[name] for name in bound.spec.path_names})
            answer = await guest.ask(method, path, headers={"If-Match": '"1"'})
            assert (answer.status, (await answer.json()).get("code")) == (403, "forbidden"), (method, path)
            asked += 1
    assert asked > 20
    for path, body in (("ticket", {}), ("line-check", {}), ("line-check/offer", {"sdp": "v=0"})):
        refused = await guest.refused("POST", f"/api/visits/{other}/{path}", json=body)
        assert refused == (403, "forbidden"), path


async def test_a_ticket_of_a_guest_opens_no_other_room(invited: Invited) -> None:
    guest, other = await invited.guest(), (await invited.service.consult())[2]
    ticket = (await guest.post(f"/api/visits/{invited.visit_id}/ticket", {}))["ticket"]
    async with RoomClient(invited.service.url, origin=ORIGIN) as client:
        refused = await client.refused_join({"ticket": ticket, "visit_id": str(other)})
    assert refused["code"] == "ticket_invalid"


async def test_captions_do_not_reach_a_guest(invited: Invited) -> None:
    guest = await invited.guest()
    async with (
        invited.doctor.room(invited.visit_id) as (doctor, _),
        guest.room(invited.visit_id) as (room, state),
    ):
        await room.must("lobby.ready", READY)
        await doctor.must("lobby.admit", {"participant_id": state["me"]})
        await room.event("room.state", lambda s: s["status"] == "in_progress")
        await invited.service.clinic.rooms.push_utterance(invited.visit_id, {"text": "planted words"})
        await doctor.event("transcript.utterance")
        await doctor.must("chat.send", {"text": "after it"})
        await room.event("chat.message")
        assert "transcript.utterance" not in [name for name, _ in room.events]


async def test_the_link_on_a_second_device(invited: Invited) -> None:
    await invited.guest()
    second = await invited.enter()
    assert (second.status, (await second.json())["code"]) == (409, "invitation_used")


async def test_a_new_device_stands_before_the_door_again(invited: Invited) -> None:
    guest = await invited.guest()
    async with invited.doctor.room(invited.visit_id) as (doctor, _):
        async with guest.room(invited.visit_id) as (room, state):
            await room.must("lobby.ready", READY)
            await doctor.must("lobby.admit", {"participant_id": state["me"]})
            await room.event("room.state", lambda s: s["status"] == "in_progress")
        await guest.delete("/api/session")
        other = await invited.guest()
        async with other.room(invited.visit_id) as (room, state):
            assert state["participants"][0]["state"] == "invited"
            assert await room.code("chat.send", {"text": "hello"}) == "not_admitted"


async def test_a_patient_invites_family_and_withdraws_only_that(invited: Invited) -> None:
    path = f"/api/visits/{invited.visit_id}/invitations"
    assert await invited.patient.refused("POST", path, json={"role": "interpreter"}) == (
        403,
        "guest_role_refused",
    )
    family = await invited.patient.post(path, {"role": "family", "display_name": "Tom Keller"})
    doctors = f"{path}/{invited.invitation['id']}"
    assert await invited.patient.refused("DELETE", doctors) == (403, "not_your_invitation")
    listed = await invited.patient.get(path)
    assert [(one["role"], one["mine"], one["state"]) for one in listed] == [
        ("family", True, "unopened"),
        ("interpreter", False, "unopened"),
    ]
    assert all("token" not in one and "path" not in one for one in listed)
    await invited.patient.delete(f"{path}/{family['invitation']['id']}")
    assert [one["state"] for one in await invited.doctor.get(path)] == ["revoked", "unopened"]


async def test_a_guest_who_has_not_agreed_stops_recording_for_all(invited: Invited) -> None:
    guest = await invited.guest()
    async with (
        invited.doctor.room(invited.visit_id) as (doctor, _),
        guest.room(invited.visit_id) as (room, state),
    ):
        await doctor.must("consent.set", {"purpose": "record", "granted": True})
        await room.must("lobby.ready", READY)
        await doctor.must("lobby.admit", {"participant_id": state["me"]})
        before = await room.event("room.state", lambda s: s["status"] == "in_progress")
        assert before["recording"] is False
        await room.must("consent.set", {"purpose": "record", "granted": True})
        await doctor.event("room.state", lambda s: s["recording"] is True)


async def test_the_visits_end_ends_the_guest(invited: Invited) -> None:
    guest = await invited.guest()
    async with (
        invited.doctor.room(invited.visit_id) as (doctor, _),
        guest.room(invited.visit_id) as (room, state),
    ):
        await room.must("lobby.ready", READY)
        await doctor.must("lobby.admit", {"participant_id": state["me"]})
        await doctor.must("room.end")
        await room.event("room.ended")
        async with asyncio.timeout(10):
            await room.until_ended()
    assert (await guest.refused("GET", "/api/guest"))[0] == 401
    after = await invited.enter()
    assert (after.status, (await after.json())["code"]) == (410, "invitation_expired")


async def test_a_made_up_link(service: Service) -> None:
    for token in ("x" * 43, "../../etc/passwd-and-more", "%00" * 10, "ü" * 30):
        for path in ("/api/invitation", "/api/guest"):
            answer = await service.browser.post(path, json={"token": token})
            said = await answer.text()
            assert (answer.status, (await answer.json())["code"]) == (404, "invitation_unknown")
            assert token not in said
            assert "Set-Cookie" not in answer.headers

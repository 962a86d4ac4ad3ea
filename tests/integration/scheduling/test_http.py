"""Booking over HTTP: the whole declaration, from the cookie's actor to the problem document."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from access import Actor
from clinical_store import join_path
from core.http import build_app, routes_of
from core.ids import new_id
from scheduling import SchedulingHttp
from tests.integration.scheduling.conftest import Desk, hours

pytestmark = pytest.mark.integration
MONDAY_MORNING = {
    "from_date": "2030-01-07",
    "to_date": "2030-01-07",
    "weekdays": ["mon"],
    "start": "11:00",
    "end": "13:00",
    "slot_minutes": 30,
    "time_zone": "Europe/Berlin",
}


@dataclass
class Web:
    """The routes on a real port; `x-actor` says who is signed in."""

    desk: Desk
    client: TestClient[web.Request, web.Application]
    people: dict[str, Actor]

    def _headers(self, actor: Actor | None, more: dict[str, str] | None) -> dict[str, str]:
        if actor is None:
            return more or {}
        self.people[str(actor.account_id)] = actor
        return {"x-actor": str(actor.account_id), **(more or {})}

    async def get(self, actor: Actor | None, path: str) -> tuple[int, Any]:
        async with self.client.get(path, headers=self._headers(actor, None)) as answer:
            return answer.status, await answer.json()

    async def post(self, actor: Actor | None, path: str, body: object, **headers: str) -> tuple[int, Any]:
        given = self._headers(actor, {name.replace("_", "-"): value for name, value in headers.items()})
        async with self.client.post(path, json=body, headers=given) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None


@pytest.fixture
async def site(desk: Desk) -> AsyncIterator[Web]:
    people: dict[str, Actor] = {}

    async def authenticate(request: web.Request) -> Actor | None:
        return people.get(request.headers.get("x-actor", ""))

    app = build_app(
        routes_of(SchedulingHttp(desk.scheduling, "Europe/Berlin")),
        database=desk.clinic.database,
        clock=desk.clinic.clock,
        authenticate=authenticate,
        keyring=desk.clinic.keyring,
    )
    async with TestClient(TestServer(app)) as client:
        yield Web(desk, client, people)


async def test_from_publishing_to_a_booked_visit(site: Web) -> None:
    doctor = await site.desk.doctor()
    patient, _ = await site.desk.clinic.patient()
    body = {**MONDAY_MORNING, "doctor_id": str(doctor.account_id)}
    assert await site.post(site.desk.scheduler, "/api/availability", body) == (
        201,
        {"published": 4, "skipped": 0},
    )
    assert await site.post(site.desk.scheduler, "/api/availability", body) == (
        201,
        {"published": 0, "skipped": 4},
    )
    status, doctors = await site.get(patient, "/api/doctors")
    assert (status, doctors) == (200, [{"id": str(doctor.account_id), "display_name": "Dr. Amara Planted"}])
    status, slots = await site.get(
        patient, f"/api/slots?doctor_id={doctor.account_id}&from=2030-01-07&to=2030-01-07"
    )
    assert status == 200
    assert [slot["starts_at"] for slot in slots][:2] == ["2030-01-07T10:00:00Z", "2030-01-07T10:30:00Z"]
    assert slots[0]["doctor_name"] == "Dr. Amara Planted"
    assert slots[0]["time_zone"] == "Europe/Berlin"
    status, appointment = await site.post(
        patient, f"/api/slots/{slots[0]['id']}/booking", {"reason": "planted complaint"}
    )
    assert status == 201
    assert appointment["join_path"] == join_path(UUID(appointment["visit_id"]))
    assert appointment["doctor_name"] == "Dr. Amara Planted"
    assert await site.post(patient, f"/api/appointments/{appointment['id']}/cancellation", {}) == (204, None)


async def test_a_retried_booking_is_the_same_booking(site: Web) -> None:
    patient, slot_id = await ready_to_book(site)
    path, key = f"/api/slots/{slot_id}/booking", "6f1c0a52-retry"
    first = await site.post(patient, path, {"reason": "planted"}, Idempotency_Key=key)
    again = await site.post(patient, path, {"reason": "planted"}, Idempotency_Key=key)
    assert first[0] == again[0] == 201
    assert first[1] == again[1]
    assert await site.desk.clinic.count("SELECT count(*) FROM appointment") == 1
    status, problem = await site.post(patient, path, {"reason": "another"}, Idempotency_Key=key)
    assert (status, problem["code"]) == (422, "idempotency_key_reused")


async def test_the_loser_is_told_the_next_three(site: Web) -> None:
    patient, slot_id = await ready_to_book(site)
    late, _ = await site.desk.clinic.patient("Late Planted")
    await site.post(patient, f"/api/slots/{slot_id}/booking", {})
    status, problem = await site.post(late, f"/api/slots/{slot_id}/booking", {})
    assert (status, problem["code"]) == (409, "slot_taken")
    assert [slot["status"] for slot in problem["alternatives"]] == ["free"] * 3
    assert problem["alternatives"][0]["doctor_name"] == "Dr. Amara Planted"
    assert problem["next_step"]
    chosen = problem["alternatives"][0]["id"]
    assert (await site.post(late, f"/api/slots/{chosen}/booking", {}))[0] == 201


async def test_bad_requests_are_one_clear_error(site: Web) -> None:
    patient, slot_id = await ready_to_book(site)
    book = f"/api/slots/{slot_id}/booking"
    doctor_id = str(site.desk.staff.known[0].id)
    wrong = [
        (None, book, {}, 401, "unauthenticated"),
        (patient, "/api/slots/not-an-id/booking", {}, 404, "not_found"),
        (patient, f"/api/slots/{new_id()}/booking", {}, 404, "slot_not_found"),
        (patient, book, {"reason": "x" * 501}, 422, "invalid_input"),
        (patient, book, {"whom": "me"}, 422, "invalid_input"),
        (patient, "/api/availability", {**MONDAY_MORNING, "doctor_id": doctor_id}, 403, "forbidden"),
        *(
            (
                site.desk.scheduler,
                "/api/availability",
                {**MONDAY_MORNING, "doctor_id": doctor_id, **change},
                422,
                code,
            )
            for change, code in (
                ({"time_zone": "Europe/Nowhere"}, "unknown_time_zone"),
                ({"doctor_id": str(new_id())}, "unknown_doctor"),
                ({"slot_minutes": 0}, "invalid_input"),
                ({"weekdays": []}, "invalid_input"),
                ({"weekdays": ["someday"]}, "invalid_input"),
                ({"end": "10:00"}, "invalid_input"),
                ({"to_date": "2031-01-07"}, "invalid_input"),
                ({"to_date": "2030-01-01"}, "invalid_input"),
                ({"from_date": "9999-12-31", "to_date": "9999-12-31", "weekdays": ["fri"]}, "invalid_input"),
            )
        ),
    ]
    for actor, path, body, status, code in wrong:
        answered, problem = await site.post(actor, path, body)
        assert (answered, problem["code"]) == (status, code), (path, body)
    assert await site.desk.clinic.count("SELECT count(*) FROM appointment") == 0


async def test_a_period_can_be_days_or_moments(site: Web) -> None:
    patient, _ = await ready_to_book(site)
    for query, expected in (
        ("from=2030-01-07&to=2030-01-07", 6),
        ("from=2030-01-07T11:00:00Z&to=2030-01-07T12:00:00%2B00:00", 2),
        ("from=2030-01-08", 0),
        ("", 6),
        ("limit=2", 2),
    ):
        status, slots = await site.get(patient, f"/api/slots?{query}")
        assert (status, len(slots)) == (200, expected), query
    for query in (
        "from=yesterday",
        "from=0001-01-01",
        "to=9999-12-31T23:00:00-12:00",
        "limit=0",
        "status=any2",
    ):
        assert (await site.get(patient, f"/api/slots?{query}"))[0] == 422, query


async def test_only_who_publishes_sees_booked_slots(site: Web) -> None:
    patient, slot_id = await ready_to_book(site)
    await site.post(patient, f"/api/slots/{slot_id}/booking", {})
    assert (await site.get(patient, "/api/slots?status=any"))[0] == 403
    _, slots = await site.get(site.desk.scheduler, "/api/slots?status=any")
    assert [slot["status"] for slot in slots] == ["booked"] + ["free"] * 5


async def ready_to_book(site: Web) -> tuple[Actor, UUID]:
    """A patient and the first of six free slots from 10:00."""
    doctor = await site.desk.doctor()
    await site.desk.publish(doctor, "10:00", "13:00")
    patient, _ = await site.desk.clinic.patient()
    slots = await site.desk.free(doctor)
    assert hours(slots)[0] == "10:00"
    return patient, slots[0].id

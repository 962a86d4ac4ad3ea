"""The ticket over HTTP, and a room joined with it."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from access import Access, Actor
from core.http import build_app, routes_of
from core.ids import new_id
from signaling import OneNode, RoomHttp, TicketDesk
from tests.integration.signaling.conftest import Consult, House
from turn_config import TurnSettings, ice_servers_for

pytestmark = pytest.mark.integration
TURN = TurnSettings(turn_urls=("turn:turn.example:3478",), secret="planted turn secret 0001")
Site = TestClient[web.Request, web.Application]


@pytest.fixture
async def site(house: House, consult: Consult) -> AsyncIterator[Site]:
    people = {"doctor": consult.doctor, "patient": consult.patient}

    async def authenticate(request: web.Request) -> Actor | None:
        return people.get(request.headers.get("x-actor", ""))

    desk = TicketDesk(house.tickets, partial(ice_servers_for, settings=TURN), OneNode(), house.clock, seats=3)
    http = RoomHttp(house.store, desk)
    app = build_app(routes_of(http), database=house.database, clock=house.clock, authenticate=authenticate)
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_a_ticket_joins_the_room_and_brings_relay_credentials(site: Site, consult: Consult) -> None:
    async with site.post(f"/api/visits/{consult.visit.id}/ticket", headers={"x-actor": "patient"}) as answer:
        assert answer.status == 201
        issued = await answer.json()
    assert issued["seats"] == 3
    assert issued["ice_servers"][0]["urls"] == ["turn:turn.example:3478"]
    assert issued["ice_servers"][0]["username"].endswith(issued["participant_id"].replace("-", ""))
    state = await (await consult.house.client()).join(issued["ticket"], consult.visit.id)
    assert state["me"] == issued["participant_id"]


async def test_no_ticket_without_a_session_or_a_visit_of_ones_own(
    site: Site, house: House, consult: Consult
) -> None:
    other = await house.consult()
    for actor, visit_id, status in (
        ("", consult.visit.id, 401),
        ("patient", other.visit.id, 403),
        ("doctor", other.visit.id, 403),
        ("patient", new_id(), 404),
    ):
        async with site.post(f"/api/visits/{visit_id}/ticket", headers={"x-actor": actor}) as answer:
            assert answer.status == status


async def test_no_ticket_for_an_ended_visit(site: Site, consult: Consult) -> None:
    doctor, _ = await consult.call()
    await doctor.must("room.end")
    async with site.post(f"/api/visits/{consult.visit.id}/ticket", headers={"x-actor": "patient"}) as answer:
        assert answer.status == 409
        assert (await answer.json())["code"] == "visit_ended"


def test_access_is_what_the_room_asks_for_live_sessions() -> None:
    assert callable(Access.session_alive)
    assert callable(Access.touch)


async def test_a_ticket_kept_for_coming_back_opens_the_room_without_http(consult: Consult) -> None:
    first = await consult.enter(consult.patient)
    kept = await first.must("room.ticket", {})
    assert kept["node_url"] == ""
    first.cut()
    again = await (await consult.house.client()).join(kept["ticket"], consult.visit.id)
    assert again["me"] == kept["participant_id"]
    refusal = await (await consult.house.client()).refused_join(
        {"ticket": kept["ticket"], "visit_id": str(consult.visit.id)}
    )
    assert refusal["code"] == "ticket_used"

"""Trying one's way to the clinic before a call: who may, how often, and with what."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from access import Actor, Role
from core.http import build_app, routes_of
from signaling import LineCheckHttp
from signaling.events import MAX_SDP_CHARACTERS
from tests.integration.signaling.conftest import BadOffer, Consult, House
from turn_config import TurnSettings, ice_servers_for

pytestmark = pytest.mark.integration
TURN = TurnSettings(turn_urls=("turn:turn.example:3478",), secret="planted turn secret 0001")
Site = TestClient[web.Request, web.Application]


class FakeEcho:
    def __init__(self) -> None:
        self.asked: list[UUID] = []

    async def answer(self, account_id: UUID, offer: str) -> str:
        if not offer.startswith("v=0"):
            raise BadOffer
        self.asked.append(account_id)
        return "v=0 answer"


@pytest.fixture
def echo() -> FakeEcho:
    return FakeEcho()


@pytest.fixture
async def site(house: House, consult: Consult, echo: FakeEcho) -> AsyncIterator[Site]:
    scheduler = await house.person(Role.SCHEDULER, "Sam Planted")
    people = {"doctor": consult.doctor, "patient": consult.patient, "scheduler": scheduler}

    async def authenticate(request: web.Request) -> Actor | None:
        return people.get(request.headers.get("x-actor", ""))

    servers = partial(ice_servers_for, settings=TURN)
    http = LineCheckHttp(house.database, house.store, echo, servers, house.clock)
    app = build_app(routes_of(http), database=house.database, clock=house.clock, authenticate=authenticate)
    async with TestClient(TestServer(app)) as client:
        yield client


async def ask(site: Site, visit_id: UUID, who: str, sdp: str | None = None) -> tuple[int, dict[str, object]]:
    path = f"/api/visits/{visit_id}/line-check" + ("" if sdp is None else "/offer")
    body = None if sdp is None else {"sdp": sdp}
    async with site.post(path, headers={"x-actor": who}, json=body) as answer:
        return answer.status, await answer.json()


async def test_the_relays_credentials_and_another_end(site: Site, consult: Consult, echo: FakeEcho) -> None:
    status, start = await ask(site, consult.visit.id, "patient")
    assert (status, start["relay"]) == (200, True)
    assert start["ice_servers"][0]["credential"]  # type: ignore[index]
    assert await ask(site, consult.visit.id, "patient", "v=0") == (200, {"sdp": "v=0 answer"})
    assert echo.asked == [consult.patient.account_id]
    async with consult.house.database.transaction() as session:  # nobody has taken a place in the room
        assert await consult.house.store.participants(session, consult.visit.id) == []


async def test_only_who_may_come_in_may_try(
    site: Site, house: House, consult: Consult, echo: FakeEcho
) -> None:
    other = await house.consult()
    for who, visit_id, status in (
        ("", consult.visit.id, 401),
        ("scheduler", consult.visit.id, 403),
        ("patient", other.visit.id, 403),
        ("doctor", other.visit.id, 403),
    ):
        for sdp in (None, "v=0"):
            assert (await ask(site, visit_id, who, sdp))[0] == status
    assert echo.asked == []


async def test_an_ended_visit_needs_no_check(site: Site, consult: Consult) -> None:
    doctor, _ = await consult.call()
    await doctor.must("room.end")
    status, problem = await ask(site, consult.visit.id, "patient")
    assert (status, problem["code"]) == (409, "visit_ended")


async def test_a_few_tries_and_then_one_every_twenty_seconds(
    site: Site, house: House, consult: Consult
) -> None:
    for _ in range(6):
        assert (await ask(site, consult.visit.id, "patient"))[0] == 200
        assert (await ask(site, consult.visit.id, "patient", "v=0"))[0] == 200
    status, problem = await ask(site, consult.visit.id, "patient", "v=0")
    assert (status, problem["code"], problem["retry_after"]) == (429, "line_check_too_often", 20)
    assert (await ask(site, consult.visit.id, "doctor"))[0] == 200
    house.clock.advance(timedelta(seconds=21))
    assert (await ask(site, consult.visit.id, "patient"))[0] == 200


async def test_offers_that_cannot_be_used(site: Site, consult: Consult, echo: FakeEcho) -> None:
    for sdp, code in (("nonsense", "malformed_offer"), ("v=0" + "x" * MAX_SDP_CHARACTERS, "sdp_too_large")):
        assert (await ask(site, consult.visit.id, "patient", sdp))[1]["code"] == code
    assert echo.asked == []

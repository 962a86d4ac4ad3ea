"""The session over HTTP, through core.http as the service runs it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from access import COOKIE, Role
from access.http import AccessHttp
from audit.store import AuditEventRow
from core.http import Call, build_app, route, routes_of
from tests.integration.access.door import PASSWORD, Door

pytestmark = pytest.mark.integration
Client = TestClient[web.Request, web.Application]


class Elsewhere:
    """A route of another part."""

    @route("GET", "/api/note", permission="record:note:read", summary="A note", transactional=False)
    async def note(self, _call: Call[None, None]) -> None:
        """Nothing."""


@pytest.fixture
async def client(door: Door) -> AsyncIterator[Client]:
    app = build_app(
        [*routes_of(AccessHttp(door.access)), *routes_of(Elsewhere())],
        database=door.database,
        clock=door.clock,
        authenticate=door.access.authenticate,
        on_denied=door.access.permission_denied,
    )
    async with TestClient(TestServer(app)) as client:
        yield client


async def sign_in(client: Client, password: str = PASSWORD) -> ClientResponse:
    return await client.post("/api/session", json={"email": "doctor@clinic.test", "password": password})


def cookie(response: ClientResponse) -> dict[str, str]:
    return {COOKIE: response.cookies[COOKIE].value}


async def test_signing_in_sets_the_cookie_and_tells_who_it_is(door: Door, client: Client) -> None:
    account = await door.person(Role.DOCTOR, "Dr. Amara Osei")
    response = await sign_in(client)
    view = await response.json()
    assert response.status == 200
    assert (view["account_id"], view["role"], view["display_name"]) == (
        str(account.id),
        "doctor",
        "Dr. Amara Osei",
    )
    assert "record:note:sign" in view["permissions"]
    assert response.headers["Cache-Control"] == "no-store"
    set_cookie = response.headers["Set-Cookie"]
    assert set_cookie.startswith("__Host-consultroom=")
    flags = {part.strip().lower() for part in set_cookie.split(";")[1:]}
    assert flags == {"secure", "httponly", "samesite=lax", "path=/"}


async def test_the_cookie_is_the_session_until_it_is_ended(door: Door, client: Client) -> None:
    await door.person(Role.DOCTOR)
    held = cookie(await sign_in(client))
    first = await client.get("/api/session", cookies=held)
    assert (first.status, (await first.json())["role"]) == (200, "doctor")
    ended = await client.delete("/api/session", cookies=held)
    assert ended.status == 204
    assert ended.cookies[COOKIE].value == ""
    assert ended.cookies[COOKIE]["secure"]  # without it a browser would not let go of a __Host- cookie
    after = await client.get("/api/session", cookies=held)
    assert (after.status, (await after.json())["code"]) == (401, "unauthenticated")


async def test_every_sign_in_is_a_new_session(door: Door, client: Client) -> None:
    await door.person(Role.DOCTOR)
    held = cookie(await sign_in(client))
    again = await client.post(
        "/api/session", json={"email": "doctor@clinic.test", "password": PASSWORD}, cookies=held
    )
    assert cookie(again) != held
    assert (await client.get("/api/session", cookies=held)).status == 401


async def test_a_made_up_cookie_is_nobody(client: Client) -> None:
    for value in ("", "x", "x" * 43, "x" * 5000, "ä", "../../etc", "%00"):
        response = await client.get("/api/session", headers={"Cookie": f"{COOKIE}={value}"})
        assert (await response.json())["code"] == "unauthenticated"


async def test_a_wrong_password_sets_no_cookie(door: Door, client: Client) -> None:
    await door.person(Role.DOCTOR)
    response = await sign_in(client, "not the password")
    problem = await response.json()
    assert (response.status, problem["code"]) == (401, "login_failed")
    assert "Set-Cookie" not in response.headers


async def test_too_many_attempts_say_when_to_come_back(door: Door, client: Client) -> None:
    for _ in range(10):
        await sign_in(client, "not the password")
    response = await sign_in(client)
    problem = await response.json()
    assert (response.status, problem["code"], problem["retry_after"]) == (429, "too_many_attempts", 300)
    assert response.headers["Retry-After"] == "300"


WRONG_BODIES: list[dict[str, object]] = [
    {},
    {"email": "doctor@clinic.test"},
    {"email": "", "password": PASSWORD},
    {"email": "doctor@clinic.test", "password": "x" * 300},
    {"email": ["doctor@clinic.test"], "password": PASSWORD},
    {"email": "doctor@clinic.test", "password": PASSWORD, "role": "administrator"},
]


async def test_a_body_of_another_shape_is_one_clear_error(client: Client) -> None:
    for body in WRONG_BODIES:
        response = await client.post("/api/session", json=body)
        said = await response.text()
        assert (response.status, PASSWORD in said, "x" * 300 in said) == (422, False, False)


async def test_nobody_signed_in_signs_nobody_out(client: Client) -> None:
    assert (await client.delete("/api/session")).status == 401


async def test_another_site_cannot_sign_somebody_in_or_out(door: Door, client: Client) -> None:
    await door.person(Role.DOCTOR)
    held = cookie(await sign_in(client))
    foreign = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    assert (await client.delete("/api/session", cookies=held, headers=foreign)).status == 403
    assert (await client.get("/api/session", cookies=held)).status == 200


async def test_a_refused_permission_leaves_an_audit_row(door: Door, client: Client) -> None:
    account = await door.person(Role.PHARMACIST, email="doctor@clinic.test")
    held = cookie(await sign_in(client))
    assert (await client.get("/api/note", cookies=held)).status == 403
    async with door.database.transaction() as session:
        row = (await session.scalars(select(AuditEventRow).where(AuditEventRow.outcome == "denied"))).one()
    assert (row.actor_id, row.action, row.reason) == (account.id, "record:note:read", "role")

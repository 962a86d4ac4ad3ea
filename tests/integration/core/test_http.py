"""The HTTP layer over a real socket and a real PostgreSQL, on a small service declared here."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from aiohttp import ClientPayloadError, ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import BaseModel, Field
from sqlalchemy import text

from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from core.errors import InvalidInput, PreconditionFailed, ServiceError
from core.http import PUBLIC, Call, Versioned, add_web, build_app, route, routes_of
from core.http.guard import SECURITY_HEADERS
from core.http.idempotency import forget_expired
from core.ids import new_id
from tests.contract.fuzzed import fuzzed

pytestmark = pytest.mark.integration
Client = TestClient[web.Request, web.Application]


@dataclass(frozen=True)
class Person:
    account_id: UUID
    session_id: UUID
    role: str
    permissions: frozenset[str]


class NoteIn(BaseModel):
    topic: str = Field(min_length=1, max_length=40)
    when: date | None = None


class NoteOut(BaseModel):
    id: UUID
    topic: str


class Search(BaseModel):
    first: date = Field(alias="from")
    tags: list[str] = []
    limit: int = Field(default=10, le=100)


class Found(BaseModel):
    first: date
    tags: list[str]
    limit: int


class Full(ServiceError):
    code = "full"
    status = 409
    title = "It is full"
    next_step = "Wait."


class Notes:
    """Writes topics into the outbox table, the one table of core a test may fill."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.entered = asyncio.Event()
        self.gate.set()
        self.runs = 0

    @route("POST", "/api/notes", permission="test:note:write", summary="Write", body=NoteIn, response=NoteOut,
           status=201, errors=(Full,), idempotent=True)  # fmt: skip
    async def write(self, call: Call[NoteIn, None]) -> NoteOut:
        self.runs += 1
        await insert(call, call.body.topic)
        self.entered.set()
        await self.gate.wait()
        if call.body.topic == "full":
            raise Full(alternatives=["a"])
        if call.body.topic == "broken":
            raise RuntimeError("Canary")
        return NoteOut(id=call.actor.account_id, topic=call.body.topic)

    @route(
        "GET", "/api/notes", permission="test:note:read", summary="Find", query=Search, response=list[Found]
    )
    async def find(self, call: Call[None, Search]) -> list[Found]:
        return [Found(first=call.query.first, tags=call.query.tags, limit=call.query.limit)]

    @route("GET", "/api/notes/{note_id}", permission="test:note:read", summary="One", response=NoteOut)
    async def one(self, call: Call[None, None]) -> Versioned[NoteOut]:
        return Versioned(NoteOut(id=call.path_id("note_id"), topic="x"), 3)

    @route(
        "PUT",
        "/api/notes/{note_id}",
        permission="test:note:write",
        summary="Save",
        body=NoteIn,
        if_match=True,
    )
    async def save(self, call: Call[NoteIn, None]) -> None:
        if call.if_match != 3:
            raise PreconditionFailed

    @route("GET", "/api/hello", permission=PUBLIC, summary="Hello", response=NoteOut, transactional=False)
    async def hello(self, call: Call[None, None]) -> NoteOut:
        with pytest.raises(RuntimeError):
            _ = call.session
        return NoteOut(id=new_id(), topic="hello")

    @route(
        "GET", "/api/media", permission=PUBLIC, summary="Media", transactional=False, media_type="video/webm"
    )
    async def media(self, call: Call[None, None]) -> web.StreamResponse:
        return web.Response(body=b"webm", content_type="video/webm")

    @route("GET", "/api/number", permission=PUBLIC, summary="Number", errors=(InvalidInput,))
    async def number(self, call: Call[None, None]) -> None:
        await call.session.execute(text("SELECT CAST(:n AS bigint)"), {"n": 10**30})


async def insert(call: Call[NoteIn, None], topic: str) -> None:
    await call.session.execute(
        text("INSERT INTO outbox_event (topic, payload) VALUES (:t, '{}')"), {"t": topic}
    )


async def topics(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list(await session.scalars(text("SELECT topic FROM outbox_event ORDER BY id")))


PEOPLE = {
    "writer": Person(new_id(), new_id(), "doctor", frozenset({"test:note:write", "test:note:read"})),
    "reader": Person(new_id(), new_id(), "patient", frozenset({"test:note:read"})),
}
DENIED: list[str] = []
COOKIE = "__Host-consultroom"


async def authenticate(request: web.Request) -> Person | None:
    return PEOPLE.get(request.cookies.get(COOKIE, ""))


async def on_denied(_request: web.Request, _principal: object, permission: str) -> None:
    DENIED.append(permission)


@pytest.fixture
def notes() -> Notes:
    return Notes()


async def failing_check() -> None:
    raise RuntimeError("Canary")


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[Client]:
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
async def client(
    database: Database, notes: Notes, keyring: Keyring, manual_clock: ManualClock, tmp_path: Path
) -> AsyncIterator[Client]:
    app = build_app(
        routes_of(notes), database=database, clock=manual_clock, authenticate=authenticate, keyring=keyring,
        on_denied=on_denied, checks={"database": database.ping}, own_origins=["https://consult.example"],
    )  # fmt: skip
    (tmp_path / "web" / "assets").mkdir(parents=True)
    (tmp_path / "web" / "index.html").write_text("<html>page")
    (tmp_path / "web" / "assets" / "a-1f.js").write_text("code")
    (tmp_path / "secret").write_text("Canary")
    add_web(app, tmp_path / "web")
    async with serving(app) as running:
        yield running


WRITER = {"Cookie": f"{COOKIE}=writer"}
READER = {"Cookie": f"{COOKIE}=reader"}


async def problem(response: ClientResponse, status: int, code: str) -> dict[str, object]:
    assert response.content_type == "application/problem+json"
    body: dict[str, object] = await response.json(content_type=None)
    assert (response.status, body["code"], body["status"]) == (status, code, status)
    assert {"type", "title", "detail", "next_step", "request_id"} <= set(body)
    assert response.headers["X-Request-ID"] == body["request_id"]
    assert "Canary" not in json.dumps(body)
    return body


async def test_an_answer_comes_after_the_commit(client: Client, database: Database) -> None:
    response = await client.post("/api/notes", json={"topic": "hello"}, headers=WRITER)
    assert (response.status, (await response.json())["topic"]) == (201, "hello")
    assert await topics(database) == ["hello"]


async def test_a_service_error_rolls_back_and_is_a_problem(client: Client, database: Database) -> None:
    response = await client.post("/api/notes", json={"topic": "full"}, headers=WRITER)
    assert (await problem(response, 409, "full"))["alternatives"] == ["a"]
    assert await topics(database) == []


async def test_a_crash_rolls_back_and_tells_nothing(client: Client, database: Database) -> None:
    response = await client.post("/api/notes", json={"topic": "broken"}, headers=WRITER)
    await problem(response, 500, "service_error")
    assert await topics(database) == []


async def test_nobody_and_the_wrong_role_are_refused(client: Client, database: Database) -> None:
    DENIED.clear()
    await problem(await client.post("/api/notes", json={"topic": "x"}), 401, "unauthenticated")
    await problem(await client.post("/api/notes", json={"topic": "x"}, headers=READER), 403, "forbidden")
    assert DENIED == ["test:note:write"]
    assert await topics(database) == []


async def test_permission_comes_before_the_body_is_looked_at(client: Client) -> None:
    await problem(await client.post("/api/notes", data=b"{", headers=READER), 403, "forbidden")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"topic": ""}', "/topic"),
        (b'{"topic": "x", "when": "Canary"}', "/when"),
        (b"{}", "/topic"),
        (b"", "/topic"),
        (b"{", ""),
        (b'["Canary"]', ""),
        (b'{"topic": "\\u0000"}', ""),
        (b'{"topic": "\xff"}', ""),
        (b"[" * 5000, ""),
    ],
)
async def test_a_bad_body_is_one_problem_with_pointers(client: Client, body: bytes, pointer: str) -> None:
    headers = {**WRITER, "Content-Type": "application/json"}
    answer = await problem(await client.post("/api/notes", data=body, headers=headers), 422, "invalid_input")
    errors = answer["errors"]
    assert isinstance(errors, list)
    assert errors[0]["pointer"] == pointer


async def test_another_media_type_and_too_much_are_refused(client: Client) -> None:
    response = await client.post(
        "/api/notes", data=b"topic=x", headers={**WRITER, "Content-Type": "text/plain"}
    )
    await problem(response, 415, "unsupported_media_type")
    response = await client.post("/api/notes", json={"topic": "x" * 300_000}, headers=WRITER)
    await problem(response, 413, "payload_too_large")


async def test_the_query_is_parsed_by_its_model(client: Client) -> None:
    response = await client.get("/api/notes?from=2030-01-07&tags=a&tags=b", headers=READER)
    assert await response.json() == [{"first": "2030-01-07", "tags": ["a", "b"], "limit": 10}]


@pytest.mark.parametrize(
    "query",
    ["", "from=x", "from=2030-01-07&from=2030-01-08", "from=2030-01-07&limit=101", "from=%00", "from=%ff"],
)
async def test_a_bad_query_is_a_problem(client: Client, query: str) -> None:
    await problem(await client.get(f"/api/notes?{query}", headers=READER), 422, "invalid_input")


async def test_unknown_addresses_methods_and_ids(client: Client) -> None:
    await problem(await client.get("/api/nothing"), 404, "not_found")
    await problem(await client.get("/api/notes/not-a-uuid", headers=READER), 404, "not_found")
    response = await client.delete("/api/notes")
    await problem(response, 405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


async def test_a_number_the_database_cannot_hold_is_the_callers(client: Client) -> None:
    await problem(await client.get("/api/number"), 422, "invalid_input")


async def test_versions_make_etags_and_if_match_is_required(client: Client) -> None:
    address = f"/api/notes/{new_id()}"
    response = await client.get(address, headers=READER)
    assert response.headers["ETag"] == '"3"'
    body = {"topic": "x"}
    await problem(await client.put(address, json=body, headers=WRITER), 428, "precondition_required")
    for tag in ('"2"', "*", 'W/"3"', "3", '"x"', '"99999999999999999999"'):
        response = await client.put(address, json=body, headers={**WRITER, "If-Match": tag})
        await problem(response, 412, "precondition_failed")
    response = await client.put(address, json=body, headers={**WRITER, "If-Match": '"3"'})
    assert (response.status, await response.read()) == (204, b"")


async def test_every_answer_carries_the_security_headers(client: Client) -> None:
    for address in (
        "/api/hello",
        "/api/nothing",
        "/openapi.json",
        "/docs",
        "/livez",
        "/",
        "/assets/a-1f.js",
        "/api/media",
    ):
        response = await client.get(address)
        for name, value in SECURITY_HEADERS.items():
            assert response.headers[name] == value
        assert response.headers["Server"] == "consultroom"
    assert (await client.get("/api/hello")).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://{host}"}, True),
        ({"Origin": "https://consult.example"}, True),
    ],
)
async def test_a_state_change_from_another_site_is_refused(
    client: Client, headers: dict[str, str], passes: bool
) -> None:
    host = f"{client.host}:{client.port}"
    sent = {**WRITER, **{name: value.format(host=host) for name, value in headers.items()}}
    response = await client.post("/api/notes", json={"topic": "x"}, headers=sent)
    if passes:
        assert response.status == 201
    else:
        await problem(response, 403, "cross_origin")
    assert (await client.get("/api/hello", headers=sent)).status == 200


async def test_a_repeated_request_gets_the_first_answer(
    client: Client, database: Database, notes: Notes, manual_clock: ManualClock
) -> None:
    headers = {**WRITER, "Idempotency-Key": "k-1"}
    first = await client.post("/api/notes", json={"topic": "once Canary"}, headers=headers)
    again = await client.post("/api/notes", json={"topic": "once Canary"}, headers=headers)
    assert (again.status, await again.read()) == (first.status, await first.read())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content_type == "application/json"
    assert notes.runs == 1
    other = await client.post("/api/notes", json={"topic": "twice"}, headers=headers)
    await problem(other, 422, "idempotency_key_reused")
    async with database.transaction() as session:
        stored = (await session.scalars(text("SELECT answer FROM idempotency_record"))).one()
        assert b"Canary" not in stored
    manual_clock.advance(timedelta(hours=25))
    assert (await client.post("/api/notes", json={"topic": "twice"}, headers=headers)).status == 201


async def test_a_failed_request_may_be_repeated(client: Client, database: Database) -> None:
    headers = {**WRITER, "Idempotency-Key": "k-1"}
    await problem(await client.post("/api/notes", json={"topic": "full"}, headers=headers), 409, "full")
    assert (await client.post("/api/notes", json={"topic": "x"}, headers=headers)).status == 201


async def test_twenty_equal_requests_at_once_run_once(client: Client, database: Database) -> None:
    headers = {**WRITER, "Idempotency-Key": "k-1"}
    answers = await asyncio.gather(
        *(client.post("/api/notes", json={"topic": "x"}, headers=headers) for _ in range(20))
    )
    assert {answer.status for answer in answers} == {201}
    assert await topics(database) == ["x"]


async def test_while_the_first_still_runs_the_second_is_told_to_wait(client: Client, notes: Notes) -> None:
    notes.gate.clear()
    headers = {**WRITER, "Idempotency-Key": "k-1"}
    first = asyncio.create_task(client.post("/api/notes", json={"topic": "x"}, headers=headers))
    await asyncio.wait_for(notes.entered.wait(), 10)
    second = await client.post("/api/notes", json={"topic": "x"}, headers=headers)
    await problem(second, 409, "request_in_progress")
    assert second.headers["Retry-After"] == "1"
    notes.gate.set()
    assert (await first).status == 201


async def test_keys_of_two_accounts_do_not_meet(
    client: Client, keyring: Keyring, manual_clock: ManualClock, database: Database
) -> None:
    headers = {**WRITER, "Idempotency-Key": "k-1"}
    await client.post("/api/notes", json={"topic": "mine"}, headers=headers)
    other = Person(new_id(), new_id(), "doctor", PEOPLE["writer"].permissions)
    PEOPLE["other"] = other
    response = await client.post(
        "/api/notes", json={"topic": "mine"}, headers={**headers, "Cookie": f"{COOKIE}=other"}
    )
    del PEOPLE["other"]
    assert "Idempotent-Replayed" not in response.headers
    assert (await response.json())["id"] == str(other.account_id)
    manual_clock.advance(timedelta(hours=25))
    async with database.transaction() as session:
        await forget_expired(session, manual_clock)
        assert (await session.scalars(text("SELECT count(*) FROM idempotency_record"))).one() == 0


async def test_bad_keys_are_refused(client: Client) -> None:
    for key in ("", "x" * 129):
        headers = {**WRITER, "Idempotency-Key": key}
        await problem(
            await client.post("/api/notes", json={"topic": "x"}, headers=headers), 422, "invalid_input"
        )


async def test_pages_and_their_caching(client: Client) -> None:
    page = await client.get("/visits/42")
    assert (await page.text(), page.headers["Cache-Control"]) == ("<html>page", "no-store")
    asset = await client.get("/assets/a-1f.js")
    assert (await asset.text(), asset.headers["Cache-Control"]) == (
        "code",
        "public, max-age=31536000, immutable",
    )
    assert asset.content_type in ("text/javascript", "application/javascript")
    await problem(await client.get("/assets/gone.js"), 404, "not_found")
    await problem(await client.get("/api"), 404, "not_found")


async def test_nothing_outside_the_folder_is_served(client: Client) -> None:
    reader, writer = await asyncio.open_connection(client.host, client.port)
    for path in (
        "/../secret",
        "/%2e%2e/secret",
        "/assets/..%2f..%2fsecret",
        "//secret",
        "/%00",
        "/" + "x" * 5000,
    ):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(
            next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")).split()[
                1
            ]
        )
        assert b"Canary" not in await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()


async def test_pages_that_were_not_built_say_so(
    database: Database, manual_clock: ManualClock, tmp_path: Path
) -> None:
    app = build_app([], database=database, clock=manual_clock, authenticate=authenticate)
    add_web(app, tmp_path / "nothing")
    async with serving(app) as client:
        await problem(await client.get("/"), 503, "pages_not_built")


async def test_health(client: Client, database: Database, manual_clock: ManualClock) -> None:
    assert await (await client.get("/livez")).json() == {"alive": True}
    ready = await client.get("/readyz")
    assert (ready.status, await ready.json()) == (200, {"ready": True, "checks": {"database": "ok"}})
    app = build_app(
        [], database=database, clock=manual_clock, authenticate=authenticate, checks={"x": failing_check}
    )
    async with serving(app) as other:
        not_ready = await other.get("/readyz")
        assert (not_ready.status, await not_ready.json()) == (
            503,
            {"ready": False, "checks": {"x": "failed"}},
        )


async def test_a_lost_database_is_503(manual_clock: ManualClock, keyring: Keyring, notes: Notes) -> None:
    lost = Database("postgresql://nobody:x@/nothing?host=/nonexistent-folder")
    app = build_app(
        routes_of(notes), database=lost, clock=manual_clock, authenticate=authenticate, keyring=keyring
    )
    async with serving(app) as client:
        response = await client.post("/api/notes", json={"topic": "x"}, headers=WRITER)
        await problem(response, 503, "unavailable")
        assert response.headers["Retry-After"] == "1"
    await lost.close()


async def test_the_openapi_document_tells_what_the_service_does(client: Client) -> None:
    document = await (await client.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    write = document["paths"]["/api/notes"]["post"]
    assert write["x-permission"] == "test:note:write"
    assert write["responses"]["409"]["x-error-codes"] == ["full", "request_in_progress"]
    assert write["responses"]["201"]["content"]["application/json"]["schema"]
    names = {item["name"]: item for item in document["paths"]["/api/notes"]["get"]["parameters"]}
    assert (names["from"]["required"], names["limit"]["required"]) == (True, False)
    one = document["paths"]["/api/notes/{note_id}"]
    assert one["get"]["parameters"][0]["schema"] == {"type": "string", "format": "uuid"}
    assert {item["name"] for item in one["put"]["parameters"]} == {"note_id", "If-Match"}
    assert document["paths"]["/api/hello"]["get"]["security"] == []
    page = await (await client.get("/docs")).text()
    assert "/api/notes/{note_id}" in page
    assert "<script" not in page


async def test_the_contract_holds_under_generated_requests(client: Client) -> None:
    """schemathesis over our own document: no 500, no undeclared status, no undeclared shape."""
    assert await fuzzed(str(client.make_url("")).rstrip("/"), 25, f"{COOKIE}=writer") == 7


async def test_a_stream_that_breaks_half_way_closes_the_connection(
    database: Database, manual_clock: ManualClock
) -> None:
    app = build_app([], database=database, clock=manual_clock, authenticate=authenticate)

    async def breaking(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"half")
        raise RuntimeError("Canary")

    app.router.add_get("/breaking", breaking)
    async with serving(app) as client:
        response = await client.get("/breaking")
        assert response.status == 200
        with pytest.raises(ClientPayloadError) as failure:
            await response.read()
    assert "Canary" not in str(failure.value)

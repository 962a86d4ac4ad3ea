"""Drafts and findings over real HTTP, worked on in the side process that `serve` has."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from access import Actor, Permission, Role
from app.language_http import LanguageHttp
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from core.http import build_app, routes_of
from core.ids import new_id
from core.side_process import SideProcess

pytestmark = pytest.mark.integration

Browser = TestClient[web.Request, web.Application]
TALK = [
    {"speaker": "doctor", "text": "Any fever or cough?"},
    {"speaker": "patient", "text": "No fever, but I have had a cough for three days."},
]


@pytest.fixture
async def browser(database: Database, keyring: Keyring, manual_clock: ManualClock) -> AsyncIterator[Browser]:
    side = SideProcess("app.side_work", seconds=60)

    async def authenticate(request: web.Request) -> Actor | None:
        held = frozenset({Permission.NOTE_DRAFT, Permission.FINDINGS_READ})
        given = held if request.headers.get("X-Test") == "doctor" else frozenset[Permission]()
        return Actor(new_id(), new_id(), Role.DOCTOR, given, "Dr Planted")

    app = build_app(
        routes_of(LanguageHttp(side)),
        database=database,
        clock=manual_clock,
        authenticate=authenticate,
        keyring=keyring,
    )
    async with TestClient(TestServer(app)) as client:
        yield client
    await side.close()


async def post(browser: Browser, path: str, body: object, who: str = "doctor") -> tuple[int, Any]:
    async with browser.post(f"/api/language/{path}", json=body, headers={"X-Test": who}) as answer:
        return answer.status, await answer.json()


async def test_a_transcript_becomes_a_draft_with_evidence(browser: Browser) -> None:
    status, note = await post(browser, "note", {"id": "a", "turns": TALK})
    assert (status, note["id"]) == (200, "a")
    assert note["statements"]
    assert note["topic"]["header"]
    assert all(set(line["evidence"]) <= {0, 1} and line["evidence"] for line in note["statements"])


async def test_findings_name_the_words_they_were_found_in(browser: Browser) -> None:
    text = "I can't catch my breath, but no chest pain."
    status, found = await post(browser, "findings", {"text": text})
    assert status == 200
    states = {finding["label"]: finding["state"] for finding in found["findings"]}
    assert states["chest pain"] == "absent"
    for finding in found["findings"]:
        first, last = finding["span"]
        assert text[first:last] == finding["text"]


@pytest.mark.parametrize("path", ["note", "findings"])
async def test_what_the_command_line_takes_is_taken(browser: Browser, path: str) -> None:
    """`consultroom transcribe` writes more than is read here; an id may be a number, a visit has its day."""
    talk = [*TALK, {"speaker": "patient", "text": "My cough began three days ago."}]
    turns = [{**turn, "start": 0.4, "end": 1.9, "confidence": 0.9, "words": []} for turn in talk]
    visit = {"date": "2026-11-30", "patient": {"age": 44, "sex": "female", "name": "-"}, "room": 3}
    status, read = await post(browser, path, {"id": 7, "model": "demo", "visit": visit, "turns": turns})
    assert (status, read["id"]) == (200, 7)
    if path == "findings":
        cough = next(one for one in read["findings"] if one["label"] == "cough")
        assert cough["values"]["onset_date"] == "2026-11-27"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("note", {"turns": []}, "transcript_empty"),
        ("note", {"turns": [{"speaker": "cat", "text": "miau"}]}, "invalid_input"),
        ("note", {}, "invalid_input"),
        ("findings", {}, "transcript_malformed"),
        ("findings", {"text": " ... "}, "transcript_empty"),
    ],
)
async def test_bad_input_is_one_clear_problem(browser: Browser, path: str, body: object, code: str) -> None:
    status, problem = await post(browser, path, body)
    assert (status, problem["code"]) == (422, code)
    assert problem["next_step"]


async def test_who_may_not_is_refused(browser: Browser) -> None:
    assert (await post(browser, "note", {"turns": TALK}, who="nobody"))[0] == 403

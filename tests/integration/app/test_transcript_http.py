"""Corrections, versions, export and captions over real HTTP."""

import threading
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from access import Actor, CareRelationships
from app import transcript_http
from app.flows import Writing
from app.later import DRAFT, draft_later
from app.transcript_http import TranscriptHttp, written_spans
from clinical_store import ClinicalStore, Gap
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from core.http import build_app, routes_of
from core.ids import new_id
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration

Browser = TestClient[web.Request, web.Application]
HEADER = "X-Test-Account"


@pytest.fixture
async def consult(database: Database, keyring: Keyring, manual_clock: ManualClock) -> Consult:
    clinic = Clinic(database, keyring, manual_clock, CareRelationships(database, manual_clock))
    clinic.store = ClinicalStore(keyring, clinic.care, clinic.accounts, manual_clock, written_spans)
    return await clinic.consult()


@pytest.fixture
async def browser(consult: Consult) -> AsyncIterator[Browser]:
    people = {str(actor.account_id): actor for actor in (consult.doctor, consult.patient)}

    async def authenticate(request: web.Request) -> Actor | None:
        return people.get(request.headers.get(HEADER, ""))

    app = build_app(
        routes_of(TranscriptHttp(consult.store, draft_later)),
        database=consult.clinic.database,
        clock=consult.clinic.clock,
        authenticate=authenticate,
        keyring=consult.clinic.keyring,
    )
    async with TestClient(TestServer(app)) as client:
        yield client


def signed_in(actor: Actor) -> dict[str, str]:
    return {HEADER: str(actor.account_id)}


def corrections(consult: Consult, utterance_id: UUID) -> str:
    return f"/api/visits/{consult.visit.id}/utterances/{utterance_id}/corrections"


async def drafts_asked_for(consult: Consult) -> int:
    return await consult.clinic.count(f"SELECT count(*) FROM procrastinate_jobs WHERE task_name = '{DRAFT}'")


async def test_a_correction_is_answered_with_the_line_and_the_draft_follows(
    browser: Browser, consult: Consult
) -> None:
    said = await consult.say(consult.patients_place, "I take five leave", 1.0)
    once = signed_in(consult.doctor) | {"Idempotency-Key": "b2f1a7d6-0002"}
    body = {"text": "I take five hundred milligrams", "based_on": 1}
    for _ in range(2):  # an answer that was lost on the way is asked for again
        async with browser.post(corrections(consult, said), json=body, headers=once) as answer:
            line = await answer.json()
            assert (answer.status, line["source"], line["revision"]) == (201, "correction", 2)
    assert line["written"] == [{"first": 2, "last": 4, "text": "500 mg"}]
    assert await drafts_asked_for(consult) == 1
    async with browser.post(
        corrections(consult, said), json=body, headers=signed_in(consult.doctor)
    ) as answer:
        problem = await answer.json()
    assert (answer.status, problem["code"], problem["current_revision"]) == (409, "utterance_changed", 2)
    assert "leave" not in str(problem)
    address = corrections(consult, said).replace("corrections", "versions")
    async with browser.get(address, headers=signed_in(consult.doctor)) as answer:
        versions = await answer.json()
    assert [(one["source"], one["author_name"]) for one in versions] == [
        ("live", None),
        ("correction", "Dr. Amara Planted"),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": "x"}, "invalid_input"),
        ({"text": "x", "based_on": -1}, "invalid_input"),
        ({"text": None, "based_on": 1}, "invalid_input"),
        ({"text": "x", "based_on": 1, "author": "me"}, "invalid_input"),
        ({"text": "x" * 2_001, "based_on": 1}, "correction_too_long"),
    ],
)
async def test_a_malformed_correction_is_one_clear_error_and_changes_nothing(
    browser: Browser, consult: Consult, body: dict[str, object], code: str
) -> None:
    said = await consult.say(consult.patients_place, "I take leave", 1.0)
    async with browser.post(
        corrections(consult, said), json=body, headers=signed_in(consult.doctor)
    ) as answer:
        assert (answer.status, (await answer.json())["code"]) == (422, code)
    assert await consult.clinic.count("SELECT max(revision) FROM utterance_version") == 1
    assert await drafts_asked_for(consult) == 0


async def test_a_patient_reads_captions_and_nothing_else(browser: Browser, consult: Consult) -> None:
    said = await consult.say(consult.patients_place, "I take leave", 1.0)
    visit, patient = f"/api/visits/{consult.visit.id}", signed_in(consult.patient)
    body = {"text": "x", "based_on": 1}
    async with browser.post(corrections(consult, said), json=body, headers=patient) as answer:
        assert answer.status == 403
    for path in ("transcript/export", f"utterances/{said}/versions"):
        async with browser.get(f"{visit}/{path}", headers=patient) as answer:
            assert answer.status == 403
    async with browser.get(f"{visit}/captions.vtt", headers=patient) as answer:
        assert (answer.status, answer.content_type) == (200, "text/vtt")
        assert "<v Maria Planted>I take leave" in await answer.text()


async def test_nobody_and_an_unknown_line_or_visit(browser: Browser, consult: Consult) -> None:
    doctor = signed_in(consult.doctor)
    async with browser.get(f"/api/visits/{consult.visit.id}/captions.vtt") as answer:
        assert answer.status == 401
    async with browser.get(f"/api/visits/{new_id()}/transcript/export", headers=doctor) as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, "visit_not_found")
    body = {"text": "x", "based_on": 1}
    async with browser.post(corrections(consult, new_id()), json=body, headers=doctor) as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, "utterance_not_found")


async def test_the_transcript_is_taken_away_as_a_file_that_no_browser_shows(
    browser: Browser, consult: Consult
) -> None:
    await consult.say(consult.patients_place, "It is <b>bold</b>", 3.0, model="demo")
    async with consult.clinic.database.transaction() as session:
        segment = await consult.store.open_segment(
            session,
            visit_id=consult.visit.id,
            participant_id=consult.patients_place.id,
            storage_name="s",
            start=1.0,
        )
        lost = Gap(start=5.0, end=7.1, kind="sound")
        await consult.store.close_segment(session, segment.id, end=9.0, cleanly=True, gaps=(lost,))
    begins = {"json": "{", "txt": "Written by the demo", "vtt": "WEBVTT", "srt": "1\n"}
    for form, begin in begins.items():
        address = f"/api/visits/{consult.visit.id}/transcript/export?format={form}"
        async with browser.get(address, headers=signed_in(consult.doctor)) as answer:
            text = await answer.text()
            assert (answer.status, answer.content_type) == (200, "application/octet-stream")
            name = answer.headers["Content-Disposition"]
            assert name == f'attachment; filename="transcript-{consult.visit.id.hex[-12:]}.{form}"'
            assert "no-store" in answer.headers["Cache-Control"]
            assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert text.startswith(begin)
        assert "Not for care." in text
        if form != "json":
            assert "[sound lost 2.1 s]" in text
    async with browser.get(
        f"/api/visits/{consult.visit.id}/captions.vtt", headers=signed_in(consult.doctor)
    ) as answer:
        assert "00:00:02.000 --> 00:00:03.500\n<v Maria Planted>It is &lt;b&gt;" in await answer.text()
    async with browser.get(
        f"/api/visits/{consult.visit.id}/transcript/export?format=docx", headers=signed_in(consult.doctor)
    ) as answer:
        assert (answer.status, (await answer.json())["code"]) == (422, "invalid_input")
    taken = "SELECT count(*) FROM audit_event WHERE action = 'record:transcript:export'"
    assert await consult.clinic.count(taken) == len(begins)


@pytest.mark.parametrize(
    ("rendering", "path"), [("exported", "transcript/export"), ("captions_of", "captions.vtt")]
)
async def test_a_file_is_made_beside_the_loop_that_forwards_media(
    browser: Browser, consult: Consult, monkeypatch: pytest.MonkeyPatch, rendering: str, path: str
) -> None:
    made: list[bool] = []

    def rendered(*given: object) -> str:
        made.append(threading.current_thread() is threading.main_thread())
        return "WEBVTT"

    monkeypatch.setattr(transcript_http, rendering, rendered)
    address = f"/api/visits/{consult.visit.id}/{path}"
    async with browser.get(address, headers=signed_in(consult.doctor)) as answer:
        assert (answer.status, await answer.text()) == (200, "WEBVTT")
    assert made == [False]


async def test_the_draft_follows_a_correction(browser: Browser, consult: Consult) -> None:
    """From the request to the note, with the real reader of clinical language."""
    said = await consult.say(consult.patients_place, "I have had a bad coffee for three days.", 1.0)
    writing = Writing(
        database=consult.clinic.database,
        store=consult.store,
        speech=cast("Any", None),
        archive=cast("Any", None),
        model="base.en",
        clock=consult.clinic.clock,
    )
    await writing.draft_note(str(consult.visit.id))
    assert "cough" not in str((await consult.note()).statements).lower()
    body = {"text": "I have had a bad cough for three days.", "based_on": 1}
    async with browser.post(
        corrections(consult, said), json=body, headers=signed_in(consult.doctor)
    ) as answer:
        assert answer.status == 201
    await writing.draft_note(str(consult.visit.id))
    lines = [line for line in (await consult.note()).statements if "cough" in line.text.lower()]
    assert {line.evidence for line in lines} == {(said,)}

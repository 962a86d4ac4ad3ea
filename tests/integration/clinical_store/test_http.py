"""The REST of the record over real HTTP: status, ETag, problem codes, and what the OpenAPI document says."""

from collections.abc import AsyncIterator
from typing import cast
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from access import Actor, Permission, Role
from clinical_store import ClinicalStoreHttp, DraftStatement, NoteHttp, StatementEdit
from core.http import build_app, routes_of
from core.ids import new_id
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration

Browser = TestClient[web.Request, web.Application]


class Door:
    """Who is signed in, by a header: sessions are access's own matter and tested there."""

    def __init__(self) -> None:
        self.known: dict[str, Actor] = {}

    def let_in(self, actor: Actor) -> dict[str, str]:
        self.known[str(actor.account_id)] = actor
        return {"X-Test-Account": str(actor.account_id)}

    async def authenticate(self, request: web.Request) -> Actor | None:
        return self.known.get(request.headers.get("X-Test-Account", ""))


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
async def browser(clinic: Clinic, door: Door) -> AsyncIterator[Browser]:
    app = build_app(
        [*routes_of(ClinicalStoreHttp(clinic.store)), *routes_of(NoteHttp(clinic.store))],
        database=clinic.database,
        clock=clinic.clock,
        authenticate=door.authenticate,
        keyring=clinic.keyring,
    )
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_every_route_names_a_permission_that_exists(clinic: Clinic) -> None:
    routes = [*routes_of(ClinicalStoreHttp(clinic.store)), *routes_of(NoteHttp(clinic.store))]
    assert len(routes) >= 13
    for bound in routes:
        assert bound.spec.permission in set(Permission)


async def test_nobody_reads_without_signing_in(browser: Browser, consult: Consult) -> None:
    for rest in ("", "/note", "/summary", "/transcript", "/recordings", "/chat", "/note/versions"):
        async with browser.get(f"/api/visits/{consult.visit.id}{rest}") as answer:
            assert answer.status == 401


async def test_a_patient_opening_anothers_visit(
    browser: Browser, clinic: Clinic, consult: Consult, door: Door
) -> None:
    stranger = door.let_in((await clinic.consult()).patient)
    for rest in ("", "/summary", "/transcript", "/chat", "/note"):
        async with browser.get(f"/api/visits/{consult.visit.id}{rest}", headers=stranger) as answer:
            problem = await answer.json()
            assert (answer.status, problem["code"]) == (403, "forbidden")
            assert "planted" not in str(problem).lower()


async def test_a_visit_that_does_not_exist(browser: Browser, consult: Consult, door: Door) -> None:
    doctor = door.let_in(consult.doctor)
    for visit_id, code in ((new_id(), "visit_not_found"), ("not-an-id", "not_found")):
        async with browser.get(f"/api/visits/{visit_id}", headers=doctor) as answer:
            assert (answer.status, (await answer.json())["code"]) == (404, code)


async def test_my_day(browser: Browser, consult: Consult, door: Door) -> None:
    doctor = door.let_in(consult.doctor)
    day = {"from": "2030-01-07T00:00:00Z", "to": "2030-01-08"}
    async with browser.get("/api/visits", params=day, headers=doctor) as answer:
        (visit,) = await answer.json()
    assert visit["id"] == str(consult.visit.id)
    assert visit["starts_at"] == "2030-01-07T09:05:00Z"
    assert visit["note_status"] == "none"
    async with browser.get("/api/visits", headers=doctor) as answer:
        assert len(await answer.json()) == 1
    wrong: list[tuple[dict[str, str], str]] = [
        ({"from": "2030-01-08", "to": "2030-01-07"}, "period_invalid"),
        ({"from": "yesterday"}, "invalid_input"),
        ({"since": "2030-01-07"}, "invalid_input"),
    ]
    for params, code in wrong:
        async with browser.get("/api/visits", params=params, headers=doctor) as answer:
            assert (answer.status, (await answer.json())["code"]) == (422, code)


async def test_the_way_of_a_note(browser: Browser, consult: Consult, door: Door) -> None:
    doctor, note_url = door.let_in(consult.doctor), f"/api/visits/{consult.visit.id}/note"
    said = await consult.say(consult.patients_place, "I have a headache.", 1.0)
    await consult.draft(DraftStatement(key="a", section="subjective.hpi", text="Headache.", evidence=(said,)))
    async with browser.get(note_url, headers=doctor) as answer:
        assert answer.headers["ETag"] == '"0"'
        assert "no-store" in answer.headers["Cache-Control"]
        note = await answer.json()
    assert note["statements"][0]["evidence"] == [str(said)]
    edits = {"statements": [*note["statements"], {"section": "plan", "text": "Rest."}], "dismissed_keys": []}
    await refused(browser, note_url, doctor, edits, None, 428, "precondition_required")
    async with browser.put(note_url, json=edits, headers=doctor | {"If-Match": '"0"'}) as answer:
        assert (answer.status, answer.headers["ETag"]) == (200, '"1"')
        assert [line["origin"] for line in (await answer.json())["statements"]] == ["draft", "clinician"]
    problem = await refused(browser, note_url, doctor, edits, '"7"', 412, "note_changed")
    assert problem["current_version"] == 1
    async with browser.get(f"{note_url}/diff", params={"from": "0", "to": "1"}, headers=doctor) as answer:
        assert [change["change"] for change in (await answer.json())["changes"]] == ["added"]
    signature = f"{note_url}/signature"
    async with browser.post(signature, headers=doctor | {"If-Match": '"1"'}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (409, "note_unreviewed")
    read = {"all_read": True}
    async with browser.post(signature, json=read, headers=doctor | {"If-Match": '"1"'}) as answer:
        assert (answer.status, (await answer.json())["signed_by"]) == (201, "Dr. Amara Planted")
    async with browser.post(f"{note_url}/countersignature", headers=doctor | {"If-Match": '"1"'}) as answer:
        assert (answer.status, (await answer.json())["code"]) == (409, "countersignature_not_needed")
    await refused(browser, note_url, doctor, edits, '"1"', 409, "note_signed")
    async with browser.get(f"{note_url}/versions", headers=doctor) as answer:
        assert [(row["version"], row["signed"]) for row in await answer.json()] == [(1, True)]
    async with browser.get(f"{note_url}/versions/1", headers=doctor) as answer:
        assert (await answer.json())["statements"][1]["text"] == "Rest."
    async with browser.get(f"{note_url}/versions/2", headers=doctor) as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, "note_version_not_found")


async def refused(
    browser: Browser,
    url: str,
    who: dict[str, str],
    edits: object,
    if_match: str | None,
    status: int,
    code: str,
) -> dict[str, object]:
    headers = who | ({"If-Match": if_match} if if_match else {})
    async with browser.put(url, json=edits, headers=headers) as answer:
        problem: dict[str, object] = await answer.json()
        assert (answer.status, problem["code"]) == (status, code)
    return problem


@pytest.mark.parametrize(
    "line",
    [
        {"section": "plan"},
        {"section": "plan", "text": "   "},
        {"section": "Robert'); DROP", "text": "x"},
        {"section": "plan", "text": "x" * 4_001},
        {"section": "plan", "text": "x", "unknown": 1},
        {"section": "plan", "text": "x", "evidence": ["not an id"]},
        {"section": "plan", "text": "x", "confidence": 1.5},
    ],
)
async def test_a_malformed_line_is_one_clear_error_and_changes_nothing(
    browser: Browser, consult: Consult, door: Door, line: dict[str, object]
) -> None:
    url = f"/api/visits/{consult.visit.id}/note"
    who = door.let_in(consult.doctor)
    await refused(browser, url, who, {"statements": [line]}, '"0"', 422, "invalid_input")
    assert (await consult.note()).version == 0


async def test_addenda_and_the_patients_summary(browser: Browser, consult: Consult, door: Door) -> None:
    doctor, patient = door.let_in(consult.doctor), door.let_in(consult.patient)
    url = f"/api/visits/{consult.visit.id}"
    async with browser.get(f"{url}/summary", headers=patient) as answer:
        assert (answer.status, (await answer.json())["code"]) == (404, "summary_not_ready")
    async with browser.post(f"{url}/note/addenda", json={"text": "Early."}, headers=doctor) as answer:
        assert (answer.status, (await answer.json())["code"]) == (409, "note_not_signed")
    said = await consult.say(consult.patients_place, "I have a headache.", 1.0)
    await sign_with_evidence(consult, said)
    async with browser.post(f"{url}/note/addenda", json={"text": " "}, headers=doctor) as answer:
        assert (answer.status, (await answer.json())["code"]) == (422, "addendum_empty")
    once = doctor | {"Idempotency-Key": "b2f1a7d6-0001"}
    for _ in range(2):
        async with browser.post(f"{url}/note/addenda", json={"text": "Later."}, headers=once) as answer:
            assert (answer.status, (await answer.json())["text"]) == (201, "Later.")
    async with browser.get(f"{url}/summary", headers=patient) as answer:
        summary = await answer.json()
    assert [(part["title"], part["lines"]) for part in summary["sections"]] == [
        ("Why you came", ["Headache."])
    ]
    assert [addendum["text"] for addendum in summary["addenda"]] == ["Later."]
    assert "evidence" not in str(summary)


async def sign_with_evidence(consult: Consult, said: UUID) -> None:
    line = DraftStatement(key="a", section="subjective.chief_complaint", text="Headache.", evidence=(said,))
    await consult.draft(line)
    drafted = (await consult.note()).statements[0]
    await consult.save(0, StatementEdit.model_validate(drafted.model_dump()))
    await consult.sign(1)


async def test_what_was_said_agreed_and_written(browser: Browser, consult: Consult, door: Door) -> None:
    await consult.say(consult.patients_place, "I have a headache.", 1.0, model="demo")
    async with consult.clinic.database.transaction() as session:
        await consult.store.add_chat(session, consult.patient, consult.visit.id, "Hello")
        await consult.store.open_segment(
            session,
            visit_id=consult.visit.id,
            participant_id=consult.patients_place.id,
            storage_name="s",
            start=0.25,
        )
    doctor, url = door.let_in(consult.doctor), f"/api/visits/{consult.visit.id}"
    async with browser.get(f"{url}/transcript", headers=doctor) as answer:
        transcript = await answer.json()
    (line,) = transcript["utterances"]
    assert (line["speaker"], line["speaker_name"], line["text"]) == (
        "patient",
        "Maria Planted",
        "I have a headache.",
    )
    assert "demo speech model" in transcript["notice"]
    async with browser.get(f"{url}/recordings", headers=doctor) as answer:
        (piece,) = await answer.json()
    assert (piece["start"], piece["end"], piece["closed"], piece["speaker"]) == (0.25, None, False, "patient")
    async with browser.get(f"{url}/chat", headers=doctor) as answer:
        assert [(line["display_name"], line["text"]) for line in await answer.json()] == [
            ("Maria Planted", "Hello")
        ]
    async with browser.get(f"{url}/recordings", headers=door.let_in(consult.patient)) as answer:
        assert answer.status == 403, "the recording holds the doctor too"


async def test_a_long_transcript_travels_compressed(browser: Browser, consult: Consult, door: Door) -> None:
    doctor, url = door.let_in(consult.doctor), f"/api/visits/{consult.visit.id}/transcript"
    await consult.say(consult.patients_place, "short", 1.0)
    async with browser.get(url, headers=doctor) as answer:
        assert "Content-Encoding" not in answer.headers
    await consult.say(consult.patients_place, " ".join(["again"] * 400), 3.0)
    async with browser.get(url, headers=doctor) as answer:
        assert answer.headers["Content-Encoding"] in ("gzip", "deflate")
        assert len((await answer.json())["utterances"][1]["words"]) == 400
        assert int(answer.headers["Content-Length"]) < 5_000
    async with browser.get(url, headers=doctor | {"Accept-Encoding": "identity"}) as answer:
        assert "Content-Encoding" not in answer.headers


async def test_the_openapi_document_describes_the_note_with_an_example(browser: Browser) -> None:
    async with browser.get("/openapi.json") as answer:
        document = await answer.json()
    save = document["paths"]["/api/visits/{visit_id}/note"]["put"]
    assert save["x-permission"] == "record:note:write"
    assert {"412", "409", "428", "422", "403", "404"} <= set(save["responses"])
    edits = document["components"]["schemas"]["NoteEdits"]
    assert edits["examples"][0]["statements"][0]["origin"] == "clinician"


async def test_a_conflict_is_one_problem_with_all_three_sides(
    browser: Browser, consult: Consult, door: Door
) -> None:
    doctor, url = door.let_in(consult.doctor), f"/api/visits/{consult.visit.id}/note"
    note = await consult.save(0, StatementEdit(section="plan", text="Rest."))
    (line,) = [statement.model_dump(mode="json") for statement in note.statements]
    theirs, yours = ({"statements": [line | {"text": words}]} for words in ("Theirs.", "Yours."))
    async with browser.put(url, json=theirs, headers=doctor | {"If-Match": '"1"'}) as answer:
        assert answer.status == 200
    problem = await refused(browser, url, doctor, yours, '"1"', 409, "note_conflict")
    assert problem["current_version"] == 2
    (conflict,) = cast("list[dict[str, dict[str, str]]]", problem["conflicts"])
    assert [conflict[side]["text"] for side in ("base", "theirs", "yours")] == ["Rest.", "Theirs.", "Yours."]


async def test_lists_across_visits_are_for_who_may(
    browser: Browser, consult: Consult, clinic: Clinic, door: Door
) -> None:
    doctor = door.let_in(consult.doctor)
    administrator = door.let_in(await clinic.staff(Role.ADMINISTRATOR, "Ada Planted"))
    awaiting, quality = "/api/notes/awaiting-countersignature", "/api/notes/quality"
    for url, may, may_not in ((awaiting, doctor, administrator), (quality, administrator, doctor)):
        async with browser.get(url, headers=may) as answer:
            assert answer.status == 200
        async with browser.get(url, headers=may_not) as answer:
            assert answer.status == 403
    async with browser.get(quality, params={"weeks": "0"}, headers=administrator) as answer:
        assert answer.status == 422

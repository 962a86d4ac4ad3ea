"""The signed note as pages, for the doctor, and in plain words, for the patient; made beside the loop."""

import dataclasses
import io
import re
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pypdf import PdfReader

from access import Actor, CareRelationships, Role
from app.documents_http import DocumentsHttp
from clinical_store import ClinicalStore, NoteForm, StatementEdit, VisitStatus
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from core.http import build_app, routes_of
from core.side_process import SideProcess
from soap import SECTIONS
from soap.clinic_templates import ClinicTemplatesStore
from soap.plain import in_plain_words
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration

Browser = TestClient[web.Request, web.Application]
HEADER = "X-Test-Account"
LINES = [("subjective.hpi", "Denies dyspnea."), ("plan", "Amoxicillin 500 mg t.i.d. for 7 days.")]


@pytest.fixture
async def consult(database: Database, keyring: Keyring, manual_clock: ManualClock) -> Consult:
    clinic = Clinic(database, keyring, manual_clock, CareRelationships(database, manual_clock))
    clinic.store = ClinicalStore(
        keyring, clinic.care, clinic.accounts, manual_clock,
        in_plain_words=in_plain_words, form=NoteForm(tuple(SECTIONS)),
    )  # fmt: skip
    return await clinic.consult()


@pytest.fixture
async def browser(consult: Consult) -> AsyncIterator[Browser]:
    people = {str(actor.account_id): actor for actor in (consult.doctor, consult.patient)}

    async def authenticate(request: web.Request) -> Actor | None:
        return people.get(request.headers.get(HEADER, ""))

    side = SideProcess("app.side_work")
    zone = ZoneInfo("Europe/London")
    templates = ClinicTemplatesStore(consult.clinic.clock)
    database, store = consult.clinic.database, consult.store
    face = DocumentsHttp(database, store, templates, side, clinic="Łódź Street Clinic", zone=zone)
    app = build_app(
        routes_of(face),
        database=consult.clinic.database,
        clock=consult.clinic.clock,
        authenticate=authenticate,
        keyring=consult.clinic.keyring,
    )
    async with TestClient(TestServer(app)) as client:
        yield client
    await side.close()


async def read(browser: Browser, consult: Consult, name: str, who: Actor) -> tuple[int, str, str]:
    """Status, Content-Disposition, and the text of the pages or the problem's code."""
    path = f"/api/visits/{consult.visit.id}/{name}.pdf"
    async with browser.get(path, headers={HEADER: str(who.account_id)}) as answer:
        if answer.status >= 400:
            return answer.status, "", (await answer.json())["code"]
        assert answer.content_type == "application/pdf"
        pages = PdfReader(io.BytesIO(await answer.read())).pages
        words = "\n".join(page.extract_text() for page in pages)
        return answer.status, answer.headers["Content-Disposition"], words


async def sign(consult: Consult, lines: list[tuple[str, str]]) -> None:
    await sign_edits(consult, *(StatementEdit(section=section, text=text) for section, text in lines))


async def sign_edits(consult: Consult, *edits: StatementEdit) -> None:
    note = await consult.save(0, *edits)
    async with consult.clinic.database.transaction() as session:
        await consult.store.set_visit_status(session, consult.visit.id, VisitStatus.ENDED)
    await consult.sign(note.version)


async def test_before_the_signature_there_is_nothing_to_print(browser: Browser, consult: Consult) -> None:
    assert await read(browser, consult, "note", consult.doctor) == (409, "", "note_not_signed")
    status, _, code = await read(browser, consult, "summary", consult.patient)
    assert (status, code) == (404, "summary_not_ready")


async def test_the_note_has_header_signature_and_page_numbers(browser: Browser, consult: Consult) -> None:
    long = [("plan", f"Step {number} of a long plan, which fills pages.") for number in range(80)]
    await sign(consult, [*LINES, *long])
    status, disposition, words = await read(browser, consult, "note", consult.doctor)
    assert status == 200
    assert "planted" not in disposition.lower()
    for stands in ("Łódź Street Clinic", "Maria Planted", "Denies dyspnea.", "Signed electronically by"):
        assert stands in words
    assert "Page 1 of 2" in words
    assert "Page 2 of 2" in words
    assert words.count("Maria Planted") == 2  # whose pages these are stands on each


async def test_codes_stand_on_their_lines_and_silence_is_told(browser: Browser, consult: Consult) -> None:
    coded = StatementEdit(
        section="assessment", text="Migraine.", codes=("snomed:37796009", "icd10cm:G43.909", "icd10cm:R11.0")
    )
    await sign_edits(consult, coded)
    _, _, words = await read(browser, consult, "note", consult.doctor)
    assert "Migraine. [ICD-10-CM G43.909, R11.0]" in words
    assert "37796009" not in words
    assert "Not discussed" in words
    assert re.search(r"Family history;\s+Social history", words)
    _, _, words = await read(browser, consult, "summary", consult.patient)
    assert "G43.909" not in words


async def test_a_trainees_note_says_who_countersigned_it_or_that_nobody_has_yet(
    browser: Browser, consult: Consult
) -> None:
    supervisor = await consult.clinic.staff(Role.DOCTOR, "Dr. Sun Planted")
    consult.doctor = dataclasses.replace(consult.doctor, supervisor_id=supervisor.account_id)
    await sign(consult, LINES)
    _, _, words = await read(browser, consult, "note", consult.doctor)
    assert "Not countersigned yet" in words
    async with consult.clinic.database.transaction() as session:
        await consult.store.countersign_note(session, supervisor, consult.visit.id, 1)
    _, _, words = await read(browser, consult, "note", consult.doctor)
    assert "Countersigned by Dr. Sun Planted" in words


async def test_the_patient_reads_plain_words_and_not_the_note(browser: Browser, consult: Consult) -> None:
    await sign(consult, LINES)
    _, _, words = await read(browser, consult, "summary", consult.patient)
    assert "You said no to: shortness of breath." in words
    assert "three times a day for 7 days" in words
    assert await read(browser, consult, "note", consult.patient) == (403, "", "forbidden")

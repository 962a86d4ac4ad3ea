"""What a note offers to prescribing and the laboratory, over HTTP: by role and care relationship, audited."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from access import Actor, CareRelationships
from app.flows import as_order
from app.offered_orders import OfferedOrders, OrderDraftsHttp
from clinical_store import DraftStatement, OrderFound
from core.clock import ManualClock
from core.crypto import Keyring
from core.database import Database
from core.http import build_app, routes_of
from soap import Turn, draft_note
from tests.integration.clinical_store.clinic import Clinic, Consult

pytestmark = pytest.mark.integration

Browser = TestClient[web.Request, web.Application]
HEADER = "X-Test-Account"
SAID = (
    "I am going to prescribe flomax zero point four milligrams once a day for two weeks.",
    "I am going to order an MRI of your left shoulder.",
    "I would like to see you back in three weeks.",
)


@pytest.fixture
async def consult(database: Database, keyring: Keyring, manual_clock: ManualClock) -> Consult:
    care = CareRelationships(database, manual_clock)
    return await Clinic(database, keyring, manual_clock, care).consult()


@pytest.fixture
async def browser(consult: Consult) -> AsyncIterator[Browser]:
    people = {str(actor.account_id): actor for actor in (consult.doctor, consult.patient)}

    async def authenticate(request: web.Request) -> Actor | None:
        return people.get(request.headers.get(HEADER, ""))

    app = build_app(
        routes_of(OrderDraftsHttp(OfferedOrders(consult.store))),
        database=consult.clinic.database,
        clock=consult.clinic.clock,
        authenticate=authenticate,
        keyring=consult.clinic.keyring,
    )
    async with TestClient(TestServer(app)) as client:
        yield client


async def drafted(consult: Consult) -> list[OrderFound]:
    said = [await consult.say(consult.doctors_place, words, 2.0 * at) for at, words in enumerate(SAID)]
    note = draft_note([Turn("doctor", words) for words in SAID])
    orders = [as_order(order, said) for order in note.orders]
    line = DraftStatement(key="plan:a", section="plan", text="Follow up.", evidence=(said[0],))
    async with consult.clinic.database.transaction() as session:
        await consult.store.save_draft(session, consult.visit.id, [line], [], orders)
    return orders


async def read(browser: Browser, consult: Consult, who: Actor) -> tuple[int, Any]:
    path = f"/api/visits/{consult.visit.id}/order-drafts"
    async with browser.get(path, headers={HEADER: str(who.account_id)}) as answer:
        return answer.status, await answer.json()


async def test_a_prescription_and_an_image_with_their_parts(browser: Browser, consult: Consult) -> None:
    await drafted(consult)
    status, offered = await read(browser, consult, consult.doctor)
    assert status == 200
    (prescription,), (image,) = offered["prescriptions"], offered["lab_orders"]
    assert prescription["medicine"] == "tamsulosin"
    assert (prescription["dose"], prescription["frequency"]) == ("0.4 mg", "once a day")
    assert (prescription["length"], prescription["status"]) == ("P2W", "offered")
    assert len(prescription["evidence"]) == 1
    assert (image["kind"], image["body_site"], image["laterality"]) == ("imaging", "shoulder", "left")


async def test_the_patient_is_offered_nothing(browser: Browser, consult: Consult) -> None:
    await drafted(consult)
    status, problem = await read(browser, consult, consult.patient)
    assert status == 403
    assert "tamsulosin" not in str(problem)


async def test_a_dismissed_order_is_offered_to_nobody(consult: Consult) -> None:
    first, *others = await drafted(consult)
    gone = first.model_copy(update={"status": "dismissed"})
    line = DraftStatement(key="plan:a", section="plan", text="Follow up.", evidence=first.evidence)
    async with consult.clinic.database.transaction() as session:
        await consult.store.save_draft(session, consult.visit.id, [line], [], [gone, *others])
        offered = await OfferedOrders(consult.store).prescriptions(session, consult.doctor, consult.visit.id)
    assert offered == ()


async def test_an_uncertain_order_is_drafted_when_the_doctor_has_accepted_it(consult: Consult) -> None:
    first, *others = await drafted(consult)
    unsure = first.model_copy(update={"details": {**first.details, "unsure": "not said outright"}})
    line = DraftStatement(key="plan:a", section="plan", text="Follow up.", evidence=first.evidence)
    offered = OfferedOrders(consult.store)
    for status, expected in (("offered", 0), ("accepted", 1)):
        order = unsure.model_copy(update={"status": status})
        async with consult.clinic.database.transaction() as session:
            await consult.store.save_draft(session, consult.visit.id, [line], [], [order, *others])
            found = await offered.prescriptions(session, consult.doctor, consult.visit.id)
        assert len(found) == expected


async def test_reading_the_offers_leaves_an_audit_row(browser: Browser, consult: Consult) -> None:
    await drafted(consult)
    await read(browser, consult, consult.doctor)
    rows = f"SELECT count(*) FROM audit_event WHERE actor_id = '{consult.doctor.account_id}'"
    assert await consult.clinic.count(rows)

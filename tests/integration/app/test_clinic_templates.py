"""The clinic's note templates over HTTP."""

from typing import Any

import pytest

from app.demo.people import DOCTOR, PATIENT
from tests.integration.app.service import Caller, Service

pytestmark = pytest.mark.integration
ADDRESS = "/api/clinic/note-templates"
BRIEF = {"id": "brief", "name": "Brief", "sections": [{"section": "plan", "title": "What we agreed"}]}


@pytest.fixture
async def administrator(service: Service) -> Caller:
    return await service.sign_in("admin@demo.clinic")


async def save(caller: Caller, version: int, default: str, *own: object) -> tuple[int, dict[str, Any]]:
    body = {"default": default, "own": own}
    answer = await caller.ask("PUT", ADDRESS, json=body, headers={"If-Match": f'"{version}"'})
    return answer.status, await answer.json()


async def test_a_clinic_begins_with_soap_and_four_specialties(service: Service) -> None:
    doctor = await service.sign_in(DOCTOR.email)
    view = await doctor.get(ADDRESS)
    assert (view["version"], view["default"], view["own"]) == (0, "soap", [])
    assert view["built_in"][0]["id"] == "soap"
    assert len(view["built_in"]) == 5


async def test_a_clinic_adds_its_own_and_makes_it_the_default(
    service: Service, administrator: Caller
) -> None:
    status, view = await save(administrator, 0, "brief", BRIEF)
    assert (status, view["version"], view["default"]) == (200, 1, "brief")
    assert (await save(administrator, 1, "brief", BRIEF))[1]["version"] == 1
    doctor = await service.sign_in(DOCTOR.email)
    assert (await doctor.get(ADDRESS))["own"][0]["name"] == "Brief"


@pytest.mark.parametrize(
    ("default", "own", "code"),
    [
        ("brief", [], "note_template_unknown"),
        ("soap", [BRIEF, BRIEF], "note_template_taken"),
        ("soap", [BRIEF | {"id": "soap"}], "note_template_taken"),
        ("soap", [BRIEF | {"sections": []}], "invalid_input"),
        ("soap", [BRIEF | {"sections": [{"section": "horoscope", "title": "Stars"}]}], "invalid_input"),
    ],
)
async def test_templates_no_note_could_follow_change_nothing(
    administrator: Caller, default: str, own: list[object], code: str
) -> None:
    status, problem = await save(administrator, 0, default, *own)
    assert (status, problem["code"]) == (422, code)
    assert (await administrator.get(ADDRESS))["version"] == 0


async def test_who_saves_on_an_old_version_is_told_and_others_may_not(
    service: Service, administrator: Caller
) -> None:
    await save(administrator, 0, "soap", BRIEF)
    status, problem = await save(administrator, 0, "soap")
    assert (status, problem["code"], problem["current_version"]) == (412, "note_templates_changed", 1)
    for email in (DOCTOR.email, PATIENT.email):
        assert (await save(await service.sign_in(email), 1, "soap"))[0] == 403
    assert await (await service.sign_in(PATIENT.email)).refused("GET", ADDRESS) == (403, "forbidden")

"""Every page at desktop and phone width: axe finds nothing serious, nothing is cut off, the keyboard is enough."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.journeys import steps
from tests.journeys.browsers import DESKTOP, PHONE, person
from tests.journeys.clinic import PASSWORD, Clinic
from tests.journeys.steps import hook

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])

PAGES = {
    "patient@demo.clinic": ["/", "/book"],
    "doctor@demo.clinic": ["/"],
    "scheduler@demo.clinic": ["/", "/availability"],
    "nurse@demo.clinic": ["/"],
    "admin@demo.clinic": ["/", "/speech", "/templates"],
}


@pytest.fixture
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make web-deps")
    return AXE.read_text()


async def settled(page: Page) -> None:
    """Nothing loads any more, and things that fade in have done so."""
    await page.wait_for_load_state("networkidle")
    await expect(page.locator("main, [role=main]").first).to_be_visible()
    await page.wait_for_function("() => document.getAnimations().every((a) => a.playState !== 'running')")


async def check(page: Page, axe: str) -> None:
    """axe's rules of WCAG 2.2 A and AA; and no sideways scrolling."""
    await settled(page)
    await page.evaluate(axe)
    found = await page.evaluate(
        "() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    serious = [
        (v["id"], [node["html"][:160] for node in v["nodes"]][:3])
        for v in found["violations"]
        if v["impact"] in SERIOUS
    ]
    assert serious == [], page.url
    wide = await page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"


@SIZES
async def test_the_sign_in_page(clinic: Clinic, chromium: Path, axe: str, size: ViewportSize) -> None:
    async with person(clinic.url, viewport=size) as page:
        await page.goto("/sign-in")
        await expect(hook(page, "demo-account-doctor")).to_be_visible()
        await check(page, axe)


@SIZES
@pytest.mark.parametrize("email", PAGES)
async def test_the_pages_of_a_role(
    clinic: Clinic, chromium: Path, axe: str, size: ViewportSize, email: str
) -> None:
    async with person(clinic.url, viewport=size) as page:
        await steps.sign_in(page, email)
        for path in PAGES[email]:
            await page.goto(path)
            await check(page, axe)


async def test_the_clinics_speech_settings(clinic: Clinic, chromium: Path, axe: str) -> None:
    """Names are pasted, one is refused in words; what another administrator saved meanwhile is not overwritten."""
    async with person(clinic.url, viewport=PHONE) as page:
        await steps.sign_in(page, "admin@demo.clinic")
        await page.get_by_role("link", name="Speech", exact=True).click()
        await hook(page, "formulary-text").fill("apixaban, metformin\n500 mg")
        await page.keyboard.press("Enter")
        await expect(hook(page, "formulary-name")).to_have_text(["apixaban", "metformin"])
        await expect(hook(page, "formulary-refused")).to_contain_text("500 mg")
        await check(page, axe)
        version = await hook(page, "speech-status").get_attribute("data-version")
        theirs = {"language": "en", "formulary": ["ramipril"]}
        await ask(page, "PUT", "/api/clinic/speech", theirs, version=int(version or 0))
        await hook(page, "speech-save").click()
        await expect(hook(page, "speech-conflict")).to_be_visible()
        await expect(hook(page, "formulary-name")).to_have_text(["apixaban", "metformin"])
        await hook(page, "conflict-keep-mine").click()
        await expect(hook(page, "speech-status")).to_have_attribute("data-dirty", "false")
        await page.reload()
        await expect(hook(page, "formulary-name")).to_have_text(["apixaban", "metformin"])
        await page.get_by_role("button", name="Remove metformin").click()
        await hook(page, "speech-save").click()
        await expect(hook(page, "speech-status")).to_have_attribute("data-dirty", "false")
        await expect(hook(page, "formulary-name")).to_have_text(["apixaban"])
        await page.set_viewport_size(DESKTOP)
        await page.evaluate("() => window.scrollTo(0, 0)")
        await steps.picture(page, "11-speech-settings")


async def test_the_clinics_note_templates(clinic: Clinic, chromium: Path, axe: str) -> None:
    """A built-in one is copied, renamed, reordered, made the default; another administrator's save is told."""
    async with person(clinic.url, viewport=PHONE) as page:
        await steps.sign_in(page, "admin@demo.clinic")
        await page.get_by_role("link", name="Templates", exact=True).click()
        await page.get_by_role("button", name="Copy Cardiology as our own").click()
        await hook(page, "template-name").fill("Heart clinic")
        await page.get_by_role("button", name="Move Medications up").click()
        await page.get_by_role("button", name="Remove Review of systems").click()
        await page.get_by_role("radio", name="Heart clinic").check()
        await check(page, axe)
        await steps.picture(page, "13-templates-phone")
        status = hook(page, "templates-status")
        version = int(await status.get_attribute("data-version") or 0)
        await ask(page, "PUT", "/api/clinic/note-templates", {"default": "cardiology"}, version=version)
        await hook(page, "templates-save").click()
        await expect(hook(page, "templates-conflict")).to_be_visible()
        await page.get_by_role("button", name="Save mine").click()
        await expect(status).to_have_attribute("data-dirty", "false")
        await page.reload()
        await expect(page.get_by_role("radio", name="Heart clinic")).to_be_checked()
        await page.get_by_role("button", name="Edit Heart clinic").click()
        await expect(hook(page, "template-section").nth(2)).to_have_attribute(
            "data-section", "subjective.medications"
        )
        await hook(page, "template-remove").click()
        await hook(page, "templates-save").click()
        await expect(status).to_have_attribute("data-dirty", "false")
        await expect(page.get_by_role("radio", name="SOAP", exact=True)).to_be_checked()


@pytest.fixture
async def signed_visit(clinic: Clinic, chromium: Path) -> AsyncIterator[UUID]:
    """A booked visit whose note was written by hand and signed."""
    async with person(clinic.url) as patient, person(clinic.url) as doctor:
        await steps.sign_in(patient, "patient@demo.clinic")
        visit = await steps.book(patient, "Check-up")
        await steps.sign_in(doctor, "doctor@demo.clinic")
        lines = [("subjective.hpi", "Feels well."), ("plan", "Come back in a year.")]
        note = {"statements": [{"section": section, "text": text} for section, text in lines]}
        await ask(doctor, "PUT", f"/api/visits/{visit}/note", note, version=0)
        await ask(doctor, "POST", f"/api/visits/{visit}/note/signature", None, version=1)
        yield visit


async def ask(page: Page, method: str, path: str, body: Any, *, version: int) -> None:
    answer = await page.request.fetch(
        path,
        method=method,
        headers={"If-Match": f'"{version}"', "Content-Type": "application/json"},
        data=json.dumps(body) if body is not None else None,
    )
    assert answer.ok, await answer.text()


@SIZES
async def test_the_signed_note_and_the_summary(
    clinic: Clinic, chromium: Path, axe: str, size: ViewportSize, signed_visit: UUID
) -> None:
    async with person(clinic.url, viewport=size) as page:
        await steps.sign_in(page, "doctor@demo.clinic")
        await page.goto(f"/visits/{signed_visit}/note")
        await expect(hook(page, "note-signed")).to_be_visible()
        await check(page, axe)
    async with person(clinic.url, viewport=size) as page:
        await steps.sign_in(page, "patient@demo.clinic")
        await page.goto(f"/visits/{signed_visit}/summary")
        await expect(hook(page, "summary-section").first).to_be_visible()
        await check(page, axe)


@SIZES
async def test_the_visit_from_device_check_to_room(
    clinic: Clinic, chromium: Path, axe: str, size: ViewportSize
) -> None:
    async with person(clinic.url, viewport=size) as patient, person(clinic.url, viewport=size) as doctor:
        await steps.sign_in(patient, "patient@demo.clinic")
        visit = await steps.book(patient, "Check-up")
        await patient.goto(f"/visits/{visit}")
        await expect(hook(patient, "local-preview")).to_be_visible()
        await check(patient, axe)
        await hook(patient, "device-check-done").click()
        await expect(hook(patient, "waiting-room")).to_be_visible()
        await steps.sign_in(doctor, "doctor@demo.clinic")
        await doctor.goto(f"/visits/{visit}")
        await hook(doctor, "device-check-done").click()
        await expect(hook(doctor, "consent-accept")).to_be_visible()
        await check(doctor, axe)
        await hook(doctor, "consent-accept").click()
        await expect(hook(doctor, "consent-accept")).to_be_hidden()
        await expect(doctor.locator(".admit-button")).to_be_visible()
        await check(doctor, axe)


async def test_a_visit_is_booked_with_the_keyboard_alone(clinic: Clinic, chromium: Path) -> None:
    async with person(clinic.url) as page:
        await page.goto("/sign-in")
        await focus(page, "sign-in-email")
        await page.keyboard.type("patient@demo.clinic")
        await focus(page, "sign-in-password")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("navigation", name="Main")).to_be_visible()
        await page.goto("/book")
        await expect(page.locator(".slot-button").first).to_be_visible()
        await focus(page, "slot-")
        await page.keyboard.press("Enter")
        await focus(page, "book-confirm")
        await page.keyboard.press("Enter")
        await expect(hook(page, "booked")).to_be_visible()


FOCUS_SHOWS = """() => {
  const element = document.activeElement;
  const look = () => {
    const style = getComputedStyle(element);
    return [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join();
  };
  const focused = look();
  element.blur();
  const blurred = look();
  element.focus({ focusVisible: true });
  return focused !== blurred;
}"""


async def focus(page: Page, name: str) -> None:
    """Press Tab until the control with this hook has the focus; a person sees that it has."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        focused = await page.evaluate("() => document.activeElement?.getAttribute('data-testid') ?? ''")
        if focused.startswith(name):
            assert await page.evaluate(FOCUS_SHOWS), f"the focus on {name} cannot be seen"
            return
    raise AssertionError(f"Tab never reaches {name}")

"""A doctor at the note page: open it, find its lines, press keys, ask the server what it holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

from playwright.async_api import Locator, Page, ViewportSize, expect

from app.settings import Settings
from app.wiring import Clinic as Parts
from tests.journeys import steps
from tests.journeys.browsers import DESKTOP, person
from tests.journeys.clinic import Clinic
from tests.journeys.steps import hook

SMALL = ViewportSize(width=360, height=740)
PATIENCE = 30_000  # ms, on a slow machine
T = TypeVar("T")
HPI, PLAN = "subjective.hpi", "plan"


async def with_parts(clinic: Clinic, work: Callable[[Parts], Awaitable[T]]) -> T:
    """At the running clinic's own database, as its processes are."""
    parts = Parts(Settings().model_copy(update={"data_dir": clinic.data_dir, "demo": True}))
    try:
        return await work(parts)
    finally:
        parts.access.close()
        await parts.close()


@asynccontextmanager
async def doctor_at(
    clinic: Clinic, visit: UUID, *, size: ViewportSize = DESKTOP, email: str = "doctor@demo.clinic"
) -> AsyncIterator[Page]:
    async with person(clinic.url, viewport=size) as page:
        await steps.sign_in(page, email)
        await open_note(page, visit)
        yield page


async def open_note(page: Page, visit: UUID) -> None:
    await page.goto(f"/visits/{visit}/note")
    await expect(rows(page).first).to_be_visible(timeout=PATIENCE)


def rows(page: Page, section: str | None = None) -> Locator:
    within = f"[data-section='{section}']" if section else ""
    return page.locator(f"[data-testid=draft-statement]{within}")


def row(page: Page, words: str) -> Locator:
    return rows(page).filter(has_text=words)


async def saved(page: Page) -> None:
    await expect(hook(page, "note-status")).to_have_attribute("data-sync", "saved", timeout=PATIENCE)


async def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        await page.keyboard.press(key)


async def note_of(page: Page, visit: UUID) -> dict[str, Any]:
    answer = await page.request.get(f"/api/visits/{visit}/note")
    assert answer.ok
    found: dict[str, Any] = await answer.json()
    return found


async def pdf_of(page: Page) -> bytes:
    answer = await page.request.get(await hook(page, "note-pdf").get_attribute("href") or "")
    assert answer.ok
    return await answer.body()

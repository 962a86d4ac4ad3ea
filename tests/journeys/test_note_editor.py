"""A drafted note from first look to signature in real Chromium: by keyboard alone, offline, by two, corrected."""

from __future__ import annotations

import asyncio
import io
import json
import re
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from pypdf import PdfReader

from app.wiring import Clinic as Parts
from core.ids import new_id
from tests.journeys import steps
from tests.journeys.browsers import person
from tests.journeys.clinic import Clinic
from tests.journeys.consultation import consultation
from tests.journeys.note_desk import (
    HPI,
    PATIENCE,
    PLAN,
    SMALL,
    doctor_at,
    keys,
    note_of,
    pdf_of,
    row,
    rows,
    saved,
    with_parts,
)
from tests.journeys.steps import hook
from tests.journeys.test_pages import axe, check

__all__ = ["axe"]  # a fixture
CODE = "G43.909"


@pytest.fixture
async def visit(clinic: Clinic, chromium: Path) -> UUID:
    return (await asyncio.to_thread(lambda: asyncio.run(with_parts(clinic, consultation)))).id


async def test_a_note_is_reviewed_and_signed_by_keyboard_alone(clinic: Clinic, visit: UUID, axe: str) -> None:
    async with doctor_at(clinic, visit) as page:
        await expect(rows(page).first).to_be_focused()  # the work begins there
        await check(page, axe)
        await reach_the_note(page)
        await edit_merge_move(page)
        await take_back(page)
        await saved(page)
        await code(page, visit, axe)
        await accept_the_rest(page)
        await sign(page)
        assert all(line["reviewed"] for line in (await note_of(page, visit))["statements"])
        await read_the_signed_page(page)


async def reach_the_note(page: Page) -> None:
    """Tab from the page's beginning to the one line that is in the order of tabs; then the help."""
    await page.locator(".skip-link").focus()
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("() => document.activeElement?.dataset.testid === 'draft-statement'"):
            break
    await expect(rows(page).first).to_be_focused()
    await keys(page, "?")
    await expect(page.get_by_role("dialog")).to_contain_text("Merge with the line above")
    await keys(page, "Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(rows(page).first).to_be_focused()


async def edit_merge_move(page: Page) -> None:
    """A new line of one's own, words changed, two lines made one, a line taken to another section."""
    await keys(page, "j", "Enter", "End")
    await page.keyboard.type(" Never mind.")
    await keys(page, "Escape")
    untouched = page.locator("[data-testid=draft-statement]:focus")
    await expect(untouched).to_have_attribute("data-origin", "draft")
    await expect(untouched).to_have_attribute("data-reviewed", "false")
    await keys(page, "Enter", "End")
    await page.keyboard.type(" Stress at work.")
    await keys(page, "Enter")
    edited = row(page, "Stress at work.")
    await expect(edited).to_be_focused()
    await expect(edited).to_have_attribute("data-reviewed", "true")
    count = await rows(page, HPI).count()
    await keys(page, "o")
    await page.keyboard.type("Sleeps badly.")
    await keys(page, "Enter")
    await expect(row(page, "Sleeps badly.")).to_be_focused()
    await expect(rows(page, HPI)).to_have_count(count + 1)
    await keys(page, "m")
    await expect(row(page, "Stress at work. Sleeps badly.")).to_be_focused()
    await expect(rows(page, HPI)).to_have_count(count)
    await keys(page, "Alt+ArrowDown")
    await expect(rows(page, HPI).nth(1)).to_contain_text("Sleeps badly.")
    await keys(page, "Alt+ArrowUp", "Alt+ArrowUp")
    await expect(row(page, "Sleeps badly.")).to_have_attribute("data-section", "subjective.chief_complaint")
    await expect(row(page, "Sleeps badly.")).to_be_focused()


async def take_back(page: Page) -> None:
    """Undo goes back over a save; what was removed stays in reach."""
    await saved(page)
    await keys(page, "u")
    await expect(row(page, "Sleeps badly.")).to_have_attribute("data-section", HPI)
    await with_a_reason(page)
    last = rows(page).last
    words = (await last.get_by_test_id("statement-text").inner_text()).strip()
    await keys(page, "End", "x")
    await expect(row(page, words)).to_have_count(0)
    await expect(hook(page, "removed")).to_contain_text(words)
    await keys(page, "u")
    await expect(row(page, words)).to_have_count(1)


async def with_a_reason(page: Page) -> None:
    """Out of the line's menu, by keyboard: gone, the keyboard on a line, and back with undo."""
    count = await rows(page).count()
    await keys(page, "End", ".")
    await expect(hook(page, "remove-not_said")).to_be_visible()
    await hook(page, "remove-not_said").focus()
    await keys(page, "Enter")
    await expect(rows(page)).to_have_count(count - 1)
    await expect(page.locator("[data-testid=draft-statement]:focus")).to_have_count(1)
    await keys(page, "u")
    await expect(rows(page)).to_have_count(count)


async def code(page: Page, visit: UUID, axe: str) -> None:
    """To the tray and back; a code added, taken back, added again by the same key; kept by the server."""
    assert await diagnosis_codes(page, visit) == []
    await keys(page, "d")
    await expect(page.locator("#tray :focus")).to_have_count(1)
    offered = page.locator(f"[data-testid=coding][data-code='{CODE}']")
    await offered.get_by_role("button").focus()
    for taken in ("true", "false", "true"):
        await keys(page, "Enter")
        await expect(offered).to_have_attribute("data-taken", taken)
        await expect(offered.get_by_role("button")).to_be_focused()
        await expect(hook(page, "line-code")).to_have_text([CODE] if taken == "true" else [])
    await check(page, axe)
    await keys(page, "Escape")
    await expect(page.locator("[data-testid=draft-statement]:focus")).to_have_count(1)
    await saved(page)
    assert await diagnosis_codes(page, visit) == [("assessment", f"icd10cm:{CODE}")]


async def diagnosis_codes(page: Page, visit: UUID) -> list[tuple[str, str]]:
    lines = (await note_of(page, visit))["statements"]
    return [(one["section"], held) for one in lines for held in one["codes"] if held.startswith("icd10cm:")]


async def read_the_signed_page(page: Page) -> None:
    """The code stands on its line, on the page and in the PDF; silence is told."""
    await expect(hook(page, "line-code")).to_have_text([CODE])
    await expect(hook(page, "signed-not-discussed")).to_contain_text("Family history")
    printed = await pdf_of(page)
    words = PdfReader(io.BytesIO(printed)).pages[0].extract_text()
    assert f"Migraine. [ICD-10-CM {CODE}]" in words
    assert "Signed electronically by Dr. Amara Osei" in words
    await steps.printed(printed, "3-note-pdf")


async def accept_the_rest(page: Page) -> None:
    """Line by line, then whole sections; the count goes to nothing."""
    await keys(page, "Home", "a", "a", "a", "a")
    await saved(page)
    await page.evaluate("() => document.body.scrollTo(0, 0)")
    await expect(hook(page, "evidence-dock")).to_be_in_viewport(ratio=1)
    await steps.picture(page, "3-note")
    left = int(await hook(page, "review-progress").get_attribute("data-left") or 0)
    assert left > 10
    for _ in range(30):
        if await hook(page, "review-progress").get_attribute("data-left") == "0":
            break
        await keys(page, "n", "Shift+A")
    await expect(hook(page, "review-progress")).to_have_attribute("data-left", "0")
    await saved(page)


async def sign(page: Page) -> None:
    await keys(page, "s")
    await expect(page.get_by_role("dialog")).to_contain_text("Every line has been reviewed")
    await expect(hook(page, "note-sign-confirm")).to_be_focused()
    await keys(page, "Enter")
    await expect(hook(page, "note-signed")).to_be_focused(timeout=PATIENCE)
    await expect(hook(page, "note-signed")).to_be_in_viewport(ratio=1)


async def test_words_written_offline_are_kept_and_merged(clinic: Clinic, visit: UUID) -> None:
    """Offline, reloaded online, merged with what another doctor saved meanwhile; nothing readable stays behind."""
    async with doctor_at(clinic, visit) as page, doctor_at(clinic, visit) as other:
        await page.context.set_offline(True)
        await steps.rewrite(page, rows(page).first, "Headache, left-sided.")
        await expect(hook(page, "note-status")).to_have_attribute("data-sync", "offline", timeout=PATIENCE)
        await expect(hook(page, "note-status")).to_contain_text("Kept on this device")
        kept = await page.evaluate(KEPT)
        assert len(kept) == 1
        assert "Headache" not in kept[0]
        await steps.rewrite(other, rows(other, PLAN).last, "Come back in three weeks.")
        await saved(other)
        await page.context.set_offline(False)
        await saved(page)
        await expect(row(page, "Come back in three weeks.")).to_be_visible()
        await expect(hook(page, "notice").filter(has_text="changed a line")).to_be_visible()
        await expect(row(other, "Headache, left-sided.")).to_be_visible(timeout=PATIENCE)
        assert await page.evaluate(KEPT) == []


KEPT = """() => new Promise((found) => {
  const opened = indexedDB.open("consultroom");
  opened.onsuccess = () => {
    const all = opened.result.transaction("unsent").objectStore("unsent").getAll();
    all.onsuccess = () => {
      opened.result.close();
      found(all.result.map((one) => new TextDecoder().decode(one.bytes)));
    };
  };
})"""


async def test_two_doctors_at_one_line_decide_and_compare(clinic: Clinic, visit: UUID, axe: str) -> None:
    async with doctor_at(clinic, visit) as page, doctor_at(clinic, visit) as other:
        before = (await rows(page).first.get_by_test_id("statement-text").inner_text()).strip()
        await other.context.set_offline(True)
        await steps.rewrite(other, rows(other).first, "Migraine since Monday.")
        await steps.rewrite(page, rows(page).first, "Headache since Monday.")
        await saved(page)
        await other.context.set_offline(False)
        conflict = hook(other, "line-conflict")
        await expect(conflict).to_be_visible(timeout=PATIENCE)
        await expect(hook(other, "conflict-theirs")).to_have_text("Headache since Monday.")
        await expect(hook(other, "conflict-mine")).to_have_text("Migraine since Monday.")
        await check(other, axe)
        await hook(other, "conflict-keep-both").click()
        await saved(other)
        await expect(row(page, "Migraine since Monday.")).to_be_visible(timeout=PATIENCE)
        await one_takes_out_what_the_other_changes(page, other)
        await compare(other, axe, before)


async def one_takes_out_what_the_other_changes(page: Page, other: Page) -> None:
    """By keyboard: "next" leads to the line that waits, and the choice that loses one's own words does so."""
    last = rows(page, PLAN).last
    await last.scroll_into_view_if_needed()
    await other.context.set_offline(True)
    await steps.rewrite(other, rows(other, PLAN).last, "Call in a week.")
    await last.get_by_test_id("statement-remove").click()
    await saved(page)
    await other.context.set_offline(False)
    conflict = hook(other, "line-conflict")
    await expect(conflict).to_contain_text("You (in another window)", timeout=PATIENCE)
    await expect(hook(other, "conflict-theirs")).to_have_text("taken out")
    await rows(other).first.focus()
    await keys(other, "n")
    await expect(row(other, "Call in a week.")).to_be_focused()
    await hook(other, "conflict-take-theirs").focus()
    await keys(other, "Enter")
    await expect(row(other, "Call in a week.")).to_have_count(0)
    await saved(other)


async def compare(page: Page, axe: str, before: str) -> None:
    """Word by word between any two versions; a line of an older one comes back."""
    await hook(page, "note-versions").click()
    await hook(page, "compare-from").select_option("1")
    added = page.locator("[data-testid=note-change][data-kind=added]")
    await expect(added.locator("ins")).to_have_text("Migraine since Monday.")
    await check(page, axe)
    await hook(page, "compare-from").select_option("0")
    await expect(hook(page, "comparison")).to_have_attribute("data-from", "0")
    draft = page.locator("[data-testid=note-change][data-kind=changed]").first
    await expect(draft.locator("ins")).to_have_text(["Headache since Monday."], timeout=PATIENCE)
    await expect(draft.get_by_test_id("bring-back")).to_have_attribute("aria-label", f"Bring back: {before}")
    await page.keyboard.press("Escape")


async def test_a_correction_marks_the_line_that_rests_on_it(clinic: Clinic, visit: UUID) -> None:
    """Accepted beside other words: the line asks for a second look and shows the new ones."""
    async with doctor_at(clinic, visit) as page:
        allergy = rows(page, "subjective.allergies").first
        await allergy.get_by_test_id("statement-accept").click()
        await saved(page)
        await correct(page, visit, "Penicillin. It", "Codeine. It makes me sick.")
        await expect(allergy.get_by_test_id("statement-stale")).to_contain_text("Codeine", timeout=PATIENCE)
        await expect(allergy).to_have_attribute("data-reviewed", "false")
        await allergy.get_by_test_id("statement-accept").click()
        await saved(page)
        await expect(allergy.get_by_test_id("statement-stale")).to_have_count(0)


async def correct(page: Page, visit: UUID, words: str, now: str) -> None:
    transcript = await (await page.request.get(f"/api/visits/{visit}/transcript")).json()
    said = next(one for one in transcript["utterances"] if words in one["text"])
    answer = await page.request.post(
        f"/api/visits/{visit}/utterances/{said['id']}/corrections",
        data=json.dumps({"text": now, "based_on": said["revision"]}),
        headers={"Content-Type": "application/json", "Idempotency-Key": str(new_id())},
    )
    assert answer.ok, await answer.text()


async def test_signing_asks_for_what_nobody_reviewed(clinic: Clinic, visit: UUID, axe: str) -> None:
    """On a phone: what is left is counted, reading is confirmed, addenda follow in order, the PDF is there."""
    async with doctor_at(clinic, visit, size=SMALL) as page:
        await check(page, axe)
        await steps.picture(page, "3-note-phone")
        await hook(page, "note-sign").click()
        await expect(hook(page, "sign-unreviewed")).to_be_visible()
        await expect(hook(page, "note-sign-confirm")).to_be_disabled()
        await check(page, axe)
        await hook(page, "sign-all-read").check()
        await hook(page, "note-sign-confirm").click()
        await expect(hook(page, "note-signed")).to_be_visible(timeout=PATIENCE)
        for words in ("Patient phoned: better.", "Second call: well."):
            await hook(page, "addendum-text").fill(words)
            await hook(page, "addendum-add").click()
            await expect(hook(page, "addendum").filter(has_text=words)).to_be_visible()
        await expect(hook(page, "addendum")).to_contain_text(
            [re.compile("Patient phoned"), re.compile("Second")]
        )
        await check(page, axe)
        words = "".join(one.extract_text() for one in PdfReader(io.BytesIO(await pdf_of(page))).pages)
        assert words.index("Patient phoned: better.") < words.index("Second call: well.")


async def supervised(clinic: Clinic, supervisor: str | None) -> None:
    """Makes the demo's doctor a trainee of another one, or nobody's."""

    async def write(parts: Parts) -> None:
        async with parts.database.transaction() as session:
            trainee = await parts.access.account_with_email(session, "doctor@demo.clinic")
            above = await parts.access.account_with_email(session, supervisor) if supervisor else None
            assert trainee
            await parts.access.supervise(session, trainee.id, above.id if above else None)

    await asyncio.to_thread(lambda: asyncio.run(with_parts(clinic, write)))


async def test_a_trainees_note_waits_for_its_countersignature(clinic: Clinic, visit: UUID, axe: str) -> None:
    supervisor = "simulated-doctor@demo.clinic"
    await supervised(clinic, supervisor)
    try:
        async with doctor_at(clinic, visit) as page, person(clinic.url) as other:
            await hook(page, "note-sign").click()
            await hook(page, "sign-all-read").check()
            await hook(page, "note-sign-confirm").click()
            await expect(hook(page, "awaiting-countersignature")).to_be_visible(timeout=PATIENCE)
            await expect(hook(page, "note-countersign")).to_have_count(0)
            await expect(hook(page, "to-countersign")).to_have_count(0)
            await steps.sign_in(other, supervisor)
            waiting = other.locator(f"[data-testid=to-countersign][data-visit='{visit}']")
            await expect(waiting).to_contain_text("Osei", timeout=PATIENCE)
            await check(other, axe)
            await waiting.get_by_role("link").click()
            await expect(hook(other, "note-countersign")).to_be_visible(timeout=PATIENCE)
            await check(other, axe)
            await hook(other, "note-countersign").click()
            await expect(hook(other, "countersigned")).to_contain_text("Okafor")
            await other.goto("/")
            await expect(hook(other, "open-note").or_(hook(other, "demo-consult")).first).to_be_visible()
            await expect(waiting).to_have_count(0)
            await page.reload()
            await expect(hook(page, "countersigned")).to_contain_text("Okafor")
    finally:
        await supervised(clinic, None)

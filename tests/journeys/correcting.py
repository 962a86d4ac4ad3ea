"""A transcript with everything a doctor may have to look at, and what they do about it."""

from __future__ import annotations

import json
import re
from uuid import UUID

from playwright.async_api import Locator, Page, expect

from app.demo.people import PATIENT
from app.wiring import Clinic as Parts
from clinical_store import HeardText
from clinical_store.transcript_model import HeardWord, SuggestionView, WrittenSpan
from core.ids import new_id
from tests.integration.app.recorded import RecordedVisit, recorded_visit
from tests.journeys.steps import hook, picture

DOSE = "I take lisinopril ten milligrams once a day."
MISHEARD = "And met foreman, twice a day."
PATIENCE = 60_000  # ms, on a slow machine


def heard(text: str, *, unsure: tuple[int, ...] = (), **more: object) -> HeardText:
    """With a time for every word and doubt about some."""
    words = tuple(
        HeardWord(text=word, confidence=0.2 if at in unsure else 0.98, start=at / 5, end=at / 5 + 0.15)
        for at, word in enumerate(text.split())
    )
    return HeardText.model_validate(
        {"text": text, "words": words, "confidence": 0.9, "language": "en", **more}
    )


async def spoken_visit(parts: Parts) -> RecordedVisit:
    """Recorded, with a dose, a doubtful word near a known term, and a line that could not be written down."""
    visit = await recorded_visit(parts)
    async with parts.database.transaction() as session:
        people = await parts.store.participants(session, visit.id)
    patient = next(one.id for one in people if one.role == "patient")
    dose = heard(DOSE, written=(WrittenSpan(first=3, last=4, text="10 mg"),))
    offer = SuggestionView(first=1, last=2, term="metformin", kind="medicine")
    misheard = heard(
        MISHEARD, unsure=(1, 2), suggestions=(offer,), warnings=("other_language",), language="de"
    )
    for start, text in ((7.5, dose), (7.9, misheard), (8.2, None)):
        await _say(parts, visit.id, patient, start, text)
    return visit


async def _say(parts: Parts, visit_id: UUID, speaker: UUID, start: float, text: HeardText | None) -> None:
    async with parts.database.transaction() as session:
        said = await parts.store.add_utterance(
            session,
            visit_id=visit_id,
            participant_id=speaker,
            start=start,
            end=start + 0.3,
            audio=b"\0" * 320,
        )
        assert said
        if text is None:
            await parts.store.set_problem(session, said.id, "speech_out_of_memory")
        else:
            await parts.store.complete_utterance(session, said.id, text, model="base.en")


def line(page: Page, words: str) -> Locator:
    """The line of the transcript that holds these words, as they are shown."""
    return hook(page, "utterance").filter(has_text=words)


async def hear_what_is_doubtful(page: Page) -> None:
    """The number tells what was spoken; a doubtful word is underlined, and a click plays it."""
    await hook(page, "tab-transcript").click()
    dose = line(page, "I take lisinopril 10 mg once a day.").locator("[data-written=true]")
    await dose.hover()
    await expect(page.get_by_text("Said: “ten milligrams”")).to_be_visible()
    await line(page, "met foreman").locator("[data-unsure=true]").first.click()
    await expect(hook(page, "evidence-player")).to_contain_text("“met”")
    await page.wait_for_function(
        "() => document.querySelector('[data-testid=evidence-media]')?.readyState >= 2", timeout=PATIENCE
    )
    await expect(line(page, "met foreman").get_by_test_id("warnings")).to_contain_text("sounds like German")
    await page.mouse.move(0, 0)
    await expect(page.get_by_text("Click to hear it")).to_have_count(0)
    await picture(page, "10-transcript")


async def take_the_offered_term(page: Page) -> None:
    await line(page, "met foreman").get_by_test_id("offer-accept").click()
    taken = line(page, "And metformin, twice a day.")
    await expect(taken).to_have_attribute("data-source", "correction")
    await expect(taken.get_by_test_id("offers")).to_have_count(0)
    await taken.get_by_test_id("utterance-history").click()
    versions = hook(page, "utterance-version")
    await expect(versions).to_have_count(2)
    await expect(versions.first).to_contain_text("Corrected by Dr. Amara Osei")
    await expect(versions.last).to_contain_text(MISHEARD)
    await page.keyboard.press("Escape")


async def correct_with_the_keyboard(page: Page) -> None:
    """Escape leaves the line alone, Enter saves it; the focus comes back, and the draft follows."""
    pen = line(page, "lisinopril").get_by_test_id("utterance-edit")
    await pen.focus()
    await page.keyboard.press("Enter")
    await expect(hook(page, "utterance-text")).to_be_focused()
    await page.keyboard.type(" Nonsense.")
    await page.keyboard.press("Escape")
    await expect(pen).to_be_focused()
    await expect(line(page, "Nonsense")).to_have_count(0)
    await page.keyboard.press("Enter")
    await hook(page, "utterance-text").fill(DOSE.replace("ten", "twenty"))
    await page.keyboard.press("Enter")
    await expect(line(page, "20 mg")).to_have_attribute("data-revision", "2")
    await expect(line(page, "20 mg").get_by_test_id("utterance-edit")).to_be_focused()
    drafted = hook(page, "draft-statement").filter(has_text="20 mg")
    await expect(drafted.first).to_be_visible(timeout=PATIENCE)


async def somebody_else_was_faster(page: Page, visit: UUID) -> None:
    """The same line corrected in another tab: both texts are shown, and the doctor decides."""
    changed = line(page, "20 mg")
    utterance, revision = [await changed.get_attribute(f"data-{name}") for name in ("utterance", "revision")]
    await changed.get_by_test_id("utterance-edit").click()
    await hook(page, "utterance-text").fill("I take lisinopril thirty milligrams once a day.")
    answer = await page.request.post(
        f"/api/visits/{visit}/utterances/{utterance}/corrections",
        data=json.dumps({"text": "I take nothing.", "based_on": int(revision or 0)}),
        headers={"Content-Type": "application/json", "Idempotency-Key": str(new_id())},
    )
    assert answer.ok, await answer.text()
    await page.keyboard.press("Enter")
    await expect(hook(page, "conflict-theirs")).to_have_text("I take nothing.")
    await expect(hook(page, "conflict-mine")).to_contain_text("thirty milligrams")
    await hook(page, "conflict-keep-mine").click()
    await expect(line(page, "30 mg")).to_have_attribute("data-revision", "4")


async def try_again(page: Page) -> None:
    failed = page.locator("[data-testid=utterance-problem][data-code=speech_out_of_memory]")
    await expect(failed).to_contain_text("too little memory")
    await failed.get_by_test_id("transcript-retry").click()
    await expect(hook(page, "notice").filter(has_text="Trying again")).to_be_visible()


async def take_it_away(page: Page) -> None:
    """Text to read, and everything for programs, under the server's own names."""
    for kind in ("txt", "json"):
        await hook(page, "export-menu").click()
        async with page.expect_download() as under_way:
            await hook(page, f"export-{kind}").click()
        download = await under_way.value
        assert re.fullmatch(rf"transcript-[0-9a-f]+\.{kind}", download.suggested_filename)
        text = (await download.path()).read_text()
        assert "30 mg" in text
        assert ("thirty" in text) == (kind == "json")  # the spoken words stay beside the written ones


async def read_captions(page: Page, visit: UUID) -> None:
    """WebVTT over the recording, by the player's clock; the choice lasts."""
    await page.goto(f"/visits/{visit}/recording")
    await expect(hook(page, "captions")).to_have_count(0)
    await hook(page, "captions-switch").click()
    corrected = hook(page, "spoken-line").filter(has_text="30 mg")
    await corrected.get_by_role("button", name="Play").click()
    caption = hook(page, "caption").filter(has_text="30 mg")
    await expect(caption).to_contain_text(PATIENT.name)
    await page.reload()
    await expect(hook(page, "captions-switch")).to_have_attribute("aria-pressed", "true")
    await expect(hook(page, "captions")).to_have_count(1)

"""The whole way in real Chromium: booking, waiting room, video, transcript, draft, signed note, restart."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Page, expect

from tests.journeys import steps
from tests.journeys.browsers import PHONE, person
from tests.journeys.clinic import Clinic
from tests.journeys.reading_along import (
    captions_come,
    picture_of_captions,
    switch_captions_on,
    watch_lines,
    were_open_first,
)
from tests.journeys.recordings import RATE, decoded
from tests.journeys.spoken import lines, seconds_of, wav_of, word_error_rate
from tests.journeys.steps import hook

CHIEF, ALLERGIES, MEDICATIONS = "subjective.chief_complaint", "subjective.allergies", "subjective.medications"
EDITED = "Headache for three days, worse in the morning."
HELD_OUT_WORDS = 0.20  # word error rate that the demo model may have on the demo consult
LENGTH_TOLERANCE = 0.5  # seconds


@dataclass
class Consult:
    """Two people, their pages, and the visit they hold."""

    clinic: Clinic
    doctor: Page
    patient: Page
    visit: UUID
    seconds: float
    before: frozenset[str] = frozenset()
    """Utterances of the microphones' first capture, before the consult began."""
    asked: float = 0.0
    seen: float = 0.0
    ending: float = 0.0
    ended: float = 0.0
    """This test's own clock: recording began between `asked` and `seen`, and stopped between `ending` and `ended`."""

    async def get(self, page: Page, path: str) -> Any:
        answer = await page.request.get(f"/api/visits/{self.visit}{path}")
        assert answer.ok, f"{path}: {answer.status}"
        return await answer.json()


@pytest.fixture
async def consult(clinic: Clinic, chromium: Path, tmp_path: Path) -> AsyncIterator[Consult]:
    microphones = {speaker: wav_of(speaker, tmp_path) for speaker in ("doctor", "patient")}
    async with (
        person(clinic.url, microphone=microphones["doctor"]) as doctor,
        person(clinic.url, microphone=microphones["patient"]) as patient,
        person(clinic.url) as scheduler,
    ):
        await steps.sign_in(scheduler, "scheduler@demo.clinic")
        await steps.publish(scheduler, monday_after(timedelta(days=30)).isoformat())
        await steps.sign_in(doctor, "doctor@demo.clinic")
        await steps.sign_in(patient, "patient@demo.clinic")
        visit = await steps.book(patient, "Headache")
        yield Consult(clinic, doctor, patient, visit, seconds_of(microphones["doctor"]))


async def test_a_consult_from_booking_to_signed_note(consult: Consult) -> None:
    await meet(consult)
    await talk(consult)
    await watch_the_draft(consult)
    await end(consult)
    await check_transcript(consult)
    await check_recordings(consult)
    await edit_and_sign(consult)
    await check_after_restart(consult)


def monday_after(length: timedelta) -> date:
    """Clinics publish weekdays; the demo's own calendar ends before."""
    day = datetime.now(UTC).date() + length
    return day + timedelta(days=(7 - day.weekday()) % 7)


async def meet(consult: Consult) -> None:
    """Device check, waiting room, admission, consent; then each side decodes the other's picture."""
    doctor, patient = consult.doctor, consult.patient
    await steps.check_devices(patient, consult.visit)
    await expect(hook(patient, "waiting-room")).to_have_attribute("data-announced", "true")
    await steps.picture(patient, "1-waiting-room")
    await steps.check_devices(doctor, consult.visit)
    await steps.agree(doctor)
    await hook(doctor, "toggle-microphone").click()
    await doctor.locator(".admit-button").click()
    consult.asked = time.monotonic()
    await steps.agree(patient)
    await expect(hook(patient, "recording-indicator")).to_have_attribute("data-on", "true")
    consult.seen = time.monotonic()
    await hook(patient, "toggle-microphone").click()
    await asyncio.gather(steps.sees_the_other(doctor), steps.sees_the_other(patient))
    for page in (doctor, patient):
        await watch_lines(page)
        await switch_captions_on(page)


async def talk(consult: Consult) -> None:
    """Chat while both are muted, then the spoken consult from both microphones at once."""
    doctor, patient = consult.doctor, consult.patient
    await steps.say_in_chat(patient, "Can you hear me well?")
    await steps.open_panel(doctor, "panel-chat")
    await expect(hook(doctor, "chat-message").filter(has_text="Can you hear me well?")).to_be_visible()
    await steps.open_panel(doctor, "panel-note")
    consult.before = await silence(consult)
    await asyncio.gather(*(steps.restart_microphone(page) for page in (doctor, patient)))
    await asyncio.gather(*(hook(page, "toggle-microphone").click() for page in (doctor, patient)))


async def silence(consult: Consult) -> frozenset[str]:
    """Muted people are silent: the transcript stops growing. Returns what was said before."""
    known: frozenset[str] = frozenset("?")
    async with asyncio.timeout(60):
        while True:
            utterances = (await consult.get(consult.doctor, "/transcript"))["utterances"]
            seen = frozenset(u["id"] for u in utterances)
            if seen == known and all(u["state"] != "pending" for u in utterances):
                return seen
            known = seen
            await asyncio.sleep(3)  # longer than an utterance takes to close


async def watch_the_draft(consult: Consult) -> None:
    """Captions on both sides; the draft grows while they talk; a click plays the moment a line rests on."""
    doctor = consult.doctor
    await asyncio.gather(*(captions_come(page) for page in (doctor, consult.patient)))
    chief = await steps.statement(doctor, CHIEF, "headache")
    await steps.statement(doctor, ALLERGIES, "penicillin")
    await steps.sees_the_other(doctor)
    await steps.statement(doctor, MEDICATIONS, "lisinopril")
    await picture_of_captions(consult.patient)
    await steps.statement(doctor, "plan", "two weeks|2 weeks")
    await chief.click()
    await expect(hook(doctor, "evidence-player")).to_be_visible()
    media = hook(doctor, "evidence-media")
    await expect(media).to_be_visible()
    await doctor.wait_for_function(
        "() => document.querySelector('[data-testid=evidence-media]')?.readyState >= 2", timeout=20_000
    )
    await expect(doctor.locator("[data-marked=true]").first).to_be_in_viewport()
    for page in (doctor, consult.patient):
        assert await were_open_first(page), (
            "no line was seen to grow and then to be written down under its id"
        )
    await steps.picture(doctor, "2-room")


async def end(consult: Consult) -> None:
    await hook(consult.doctor, "end-visit").click()
    consult.ending = time.monotonic()
    await hook(consult.doctor, "end-visit-confirm").click()
    await expect(hook(consult.patient, "visit-ended")).to_be_visible()
    consult.ended = time.monotonic()
    await until_complete(consult)


async def until_complete(consult: Consult) -> None:
    """Everything said is written, and was heard a second time."""
    async with asyncio.timeout(120):
        while not is_complete(await consult.get(consult.doctor, "/transcript")):
            await asyncio.sleep(0.5)  # another process works: its page polls too


def is_complete(transcript: dict[str, Any]) -> bool:
    again = transcript["final_pass"]
    return transcript["status"] == "complete" and again is not None and again["done"] == again["total"]


async def check_transcript(consult: Consult) -> None:
    """Each speaker's words, attributed to the right person."""
    transcript = await consult.get(consult.doctor, "/transcript")
    assert "Not for care" in transcript["notice"]
    for speaker in ("doctor", "patient"):
        heard = " ".join(
            u["text"]
            for u in transcript["utterances"]
            if u["speaker"] == speaker and u["id"] not in consult.before
        )
        rate = word_error_rate(" ".join(lines(speaker)), heard)
        print(f"word error rate, {speaker}: {rate:.3f}")
        assert rate <= HELD_OUT_WORDS, heard


async def check_recordings(consult: Consult) -> None:
    """Each participant's recording decodes, with its true length, and sounds where the transcript says it does."""
    segments = await consult.get(consult.doctor, "/recordings")
    said = (await consult.get(consult.doctor, "/transcript"))["utterances"]
    least, most = consult.ending - consult.seen, consult.ended - consult.asked
    for speaker in ("doctor", "patient"):
        mine = [segment for segment in segments if segment["speaker"] == speaker]
        seconds, pictures = 0.0, 0
        for segment in mine:
            answer = await consult.doctor.request.get(f"/api/recordings/{segment['segment_id']}/media")
            assert answer.ok
            sound, shown = decoded(await answer.body())
            assert len(sound) / RATE == pytest.approx(segment["end"] - segment["start"], abs=LENGTH_TOLERANCE)
            check_onsets(sound, segment, [u for u in said if u["speaker"] == speaker])
            seconds, pictures = seconds + len(sound) / RATE, pictures + shown
        print(f"{speaker}: {len(mine)} piece(s), {seconds:.2f} s recorded; true: {least:.2f} to {most:.2f} s")
        assert least - LENGTH_TOLERANCE <= seconds <= most + LENGTH_TOLERANCE
        assert pictures > 5 * seconds


def check_onsets(sound: NDArray[np.float32], segment: dict[str, Any], said: list[dict[str, Any]]) -> None:
    """Louder while this person speaks than in the half second before: the recording keeps the visit's time."""
    inside = [u for u in said if segment["start"] + 1 < u["start"] and u["end"] < segment["end"]]
    assert inside
    for utterance in inside:
        begin, end = (utterance[edge] - segment["start"] for edge in ("start", "end"))
        assert level(sound, begin + 0.2, end - 0.2) > 4 * level(sound, begin - 0.5, begin - 0.05), utterance[
            "start"
        ]


def level(sound: NDArray[np.float32], begin: float, end: float) -> float:
    part = sound[int(max(0.0, begin) * RATE) : int(end * RATE)]
    return float(np.sqrt(np.mean(part**2))) + 1e-4


async def check_draft(consult: Consult, note: dict[str, Any]) -> None:
    """Chief complaint, a denied symptom, allergy, medication, follow-up: each with evidence at the right utterance."""
    said = {u["id"]: u for u in (await consult.get(consult.doctor, "/transcript"))["utterances"]}
    wanted = [
        (CHIEF, "headache", "present", "headache"),
        (None, "fever", "absent", "fever"),
        (ALLERGIES, "penicillin", "present", "penicillin"),
        (MEDICATIONS, "lisinopril", "present", "lisinopril"),
        ("plan", "week", "present", "weeks"),
    ]
    for section, words, state, spoken in wanted:
        found = [
            s
            for s in note["statements"]
            if words in s["text"].lower() and s["state"] == state and section in (None, s["section"])
        ]
        assert found, (section, words, json.dumps(note["statements"])[:2000])
        evidence = " ".join(said[e]["text"].lower() for s in found for e in s["evidence"])
        assert spoken in evidence, (words, evidence)


async def edit_and_sign(consult: Consult) -> None:
    """Edited and saved by itself; a second tab follows; signing asks for what nobody reviewed; an addendum is dated."""
    doctor = consult.doctor
    await check_draft(consult, await consult.get(doctor, "/note"))
    await doctor.goto(f"/visits/{consult.visit}/note")
    second = await doctor.context.new_page()
    await second.goto(f"/visits/{consult.visit}/note")
    await expect(hook(second, "statement-text").first).to_be_visible()
    await steps.rewrite(doctor, hook(doctor, "draft-statement").first, EDITED)
    await expect(hook(doctor, "note-status")).to_have_attribute("data-version", "1")
    await expect(hook(second, "statement-text").first).to_contain_text(EDITED)
    await second.close(run_before_unload=False)
    await hook(doctor, "note-sign").click()
    await hook(doctor, "sign-all-read").check()
    await hook(doctor, "note-sign-confirm").click()
    await expect(hook(doctor, "note-signed")).to_be_visible()
    await hook(doctor, "addendum-text").fill("Patient phoned: headache is better.")
    await hook(doctor, "addendum-add").click()
    await expect(hook(doctor, "addendum")).to_be_visible()


async def check_after_restart(consult: Consult) -> None:
    """Every process ends and starts again: the edit, the signature and the patient's summary are there."""
    assert consult.clinic.stop() == 0
    seconds = consult.clinic.start()
    print(f"second start: {seconds:.1f} s")
    note = await consult.get(consult.doctor, "/note")
    assert note["status"] == "signed"
    assert any("worse in the morning" in s["text"] for s in note["statements"])
    patient = consult.patient
    await patient.goto(f"/visits/{consult.visit}/summary")
    await expect(hook(patient, "summary-section").first).to_be_visible()
    await expect(patient.get_by_text("worse in the morning")).to_be_visible()
    await steps.picture(patient, "4-summary")
    await patient.set_viewport_size(PHONE)
    await steps.picture(patient, "4-summary-phone")

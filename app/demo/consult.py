"""`consultroom demo-consult`: two simulated participants, real WebRTC clients, hold the demo consult in a visit."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from app.demo.client import DemoPerson
from app.demo.people import DOCTOR, PASSWORD, SIMULATED_DOCTOR, SIMULATED_PATIENT
from app.lifetime import end_with_parent
from core.errors import InvalidInput
from core.telemetry import configure_logging
from media.simulated import SimulatedParticipant

HERE = Path(__file__).parent
VOICES: Mapping[str, Path] = {"doctor": HERE / "doctor.flac", "patient": HERE / "patient.flac"}
SETTLE = 2.0  # seconds between "both hear each other" and the first word
LINGER = 3.0  # seconds after the last word, so that the last utterance closes


async def run(*, url: str, visit: str | None, tracks: Sequence[str]) -> int:
    """Exit status 0 when the consult was held; a clear error otherwise."""
    end_with_parent()
    configure_logging("demo-consult")
    voices = {**VOICES, **_given(tracks)}
    visit_id = UUID(visit) if visit else await prepare(url)
    print(f"The demo consult is held in {url}/visits/{visit_id}", flush=True)
    print(f"Watch it: sign in as {DOCTOR.email} (password: {PASSWORD}).", flush=True)
    async with (
        DemoPerson.signed_in(url, SIMULATED_DOCTOR.email, PASSWORD) as doctor,
        DemoPerson.signed_in(url, SIMULATED_PATIENT.email, PASSWORD) as patient,
    ):
        await meet(doctor, patient, visit_id)
        await _talk(doctor, patient, voices)
    print("The consult is over: the draft waits for the doctor.", flush=True)
    return 0


async def prepare(url: str) -> UUID:
    async with DemoPerson.signed_in(url, DOCTOR.email, PASSWORD) as doctor:
        return UUID((await doctor.post("/api/demo/consult", {"play": False}))["visit_id"])


async def meet(doctor: DemoPerson, patient: DemoPerson, visit_id: UUID) -> None:
    """Waiting room, admission, consent: the same steps as two browsers."""
    await doctor.enter(visit_id)
    await patient.enter(visit_id)
    await patient.tell("lobby.ready", {"camera": True, "microphone": True, "speaker": True})
    waiting = await doctor.see("patient", "waiting")
    await doctor.tell("lobby.admit", {"participant_id": waiting["id"]})
    await patient.see("patient", "admitted")
    await doctor.agree()
    await patient.agree()


async def _talk(doctor: DemoPerson, patient: DemoPerson, voices: Mapping[str, Path]) -> None:
    clients = {
        "doctor": SimulatedParticipant(doctor.offer, hue=1),
        "patient": SimulatedParticipant(patient.offer, hue=3),
    }
    try:
        await asyncio.gather(*(client.join() for client in clients.values()))
        for person in (doctor, patient):
            await person.tell("media.state", {"microphone": True, "camera": True})
        await asyncio.sleep(SETTLE)
        ends = {name: client.say(voices[name]) for name, client in clients.items()}
        if await _listen(clients["doctor"], max(ends.values()) + LINGER, doctor.ended):
            await doctor.tell("room.end", {})
    finally:
        await asyncio.gather(*(client.leave() for client in clients.values()))


async def _listen(client: SimulatedParticipant, end: float, over: asyncio.Event) -> bool:
    """Until `end` of the microphone's time; False when somebody ended the visit before. Shows progress."""
    while client.microphone.seconds < end and not over.is_set():
        if sys.stdout.isatty():
            print(f"\r{client.microphone.seconds:4.0f} of {end:.0f} s", end="", flush=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), 1.0)
    if sys.stdout.isatty():
        print(flush=True)
    return not over.is_set()


def _given(tracks: Sequence[str]) -> dict[str, Path]:
    given = {}
    for track in tracks:
        speaker, separator, name = track.partition("=")
        if not separator or speaker not in VOICES or not Path(name).is_file():
            raise InvalidInput("--track is doctor=FILE or patient=FILE, and the file exists.")
        given[speaker] = Path(name)
    return given

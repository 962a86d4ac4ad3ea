"""kill -9 of the recorder and of the speech worker in a call: the call goes on, nothing that was kept is lost.
And after it: what was said and who said it is in no table, file, log or metric in the clear."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from socketio.exceptions import SocketIOError

from app.demo.client import DemoPerson, DemoRefused
from app.demo.consult import VOICES, meet, prepare
from app.demo.people import DOCTOR, PASSWORD, PATIENT, SIMULATED_DOCTOR, SIMULATED_PATIENT
from media.simulated import SimulatedParticipant
from tests.journeys.clinic import Clinic, children_of
from tests.journeys.recordings import RATE, decoded
from tests.journeys.spoken import DEMO, word_error_rate

NAME, EMAIL = "Zebulon Quixwood", "zebulon.quixwood@planted.example"
COMPLAINT, CHAT = "Quernstone elbow", "Bring the marmalade thermometer"
PLANTED = ("Quixwood", "zebulon", "Quernstone", "marmalade", SIMULATED_PATIENT.name)
SPOKEN = (
    "penicillin",
    "lisinopril",
    "migraine",
)  # in the demo consult, whose transcript and draft are stored
KEPT = 2.0  # seconds before the kill that a recording may miss
BREATH = 0.25  # seconds
SOON = 5.0  # seconds; a process that starts beside it takes both processors for a while
MOST_WORD_ERRORS = 0.20


@dataclass
class Call:
    """Two simulated people in a visit; `begun` is when media first flowed (monotonic seconds)."""

    visit: UUID
    watcher: DemoPerson
    ender: DemoPerson
    people: Mapping[str, SimulatedParticipant]
    begun: float

    async def until(self, seconds: float) -> None:
        """Of the consult's own time."""
        while self.people["doctor"].microphone.seconds < seconds:
            await asyncio.sleep(0.1)  # real time: real people speak

    async def goes_on(self) -> None:
        """Both still hear and see each other: soon there are more frames."""
        before = {name: (p.received[0].audio, p.received[0].video) for name, p in self.people.items()}
        async with asyncio.timeout(SOON):
            while not all(self._got_more(name, *count) for name, count in before.items()):
                await asyncio.sleep(0.1)  # real time: real people speak

    def _got_more(self, name: str, audio: int, video: int) -> bool:
        seen = self.people[name].received[0]
        return seen.audio > audio + 30 and seen.video > video + 5


@asynccontextmanager
async def call(clinic: Clinic) -> AsyncIterator[Call]:
    visit = await prepare(clinic.url)
    async with (
        DemoPerson.signed_in(clinic.url, DOCTOR.email, PASSWORD) as watcher,
        DemoPerson.signed_in(clinic.url, SIMULATED_DOCTOR.email, PASSWORD) as doctor,
        DemoPerson.signed_in(clinic.url, SIMULATED_PATIENT.email, PASSWORD) as patient,
    ):
        await meet(doctor, patient, visit)
        people = {
            "doctor": SimulatedParticipant(doctor.offer),
            "patient": SimulatedParticipant(patient.offer),
        }
        try:
            await asyncio.gather(*(person.join() for person in people.values()))
            begun = time.monotonic()
            for name, person in people.items():
                person.say(VOICES[name], at=2.0)
            yield Call(visit, watcher, doctor, people, begun)
        finally:
            await asyncio.gather(*(person.leave() for person in people.values()))


async def test_recorder_and_speech_worker_are_killed_in_a_call(clinic: Clinic) -> None:
    consult = json.loads((DEMO / "timeline.json").read_text())
    async with call(clinic) as talk:
        await talk.until(22)
        killed_after = time.monotonic() - talk.begun
        clinic.kill("record")
        await talk.goes_on()
        await talk.until(40)
        clinic.kill("work")
        await talk.goes_on()
        await talk.until(consult["seconds"] + 5)
        await talk.ender.tell("room.end", {})
        transcript = await complete(talk.watcher, talk.visit)
        segments = await talk.watcher.get(f"/api/visits/{talk.visit}/recordings")
        await check_recording(talk.watcher, segments, killed_after)
    check_transcript(transcript["utterances"], consult["turns"])


async def complete(watcher: DemoPerson, visit: UUID) -> dict[str, Any]:
    """The transcript once the recording was heard again and nothing waits any more."""
    async with asyncio.timeout(240):
        while True:
            transcript: dict[str, Any] = await watcher.get(f"/api/visits/{visit}/transcript")
            if transcript["status"] == "complete":
                return transcript
            await asyncio.sleep(0.5)  # other processes work


async def check_recording(watcher: DemoPerson, segments: list[dict[str, Any]], killed_after: float) -> None:
    """The first piece of each person plays to within two seconds of the kill; a second piece follows."""
    for speaker in ("doctor", "patient"):
        pieces = sorted(
            (s for s in segments if s["speaker"] == speaker), key=lambda piece: float(piece["start"])
        )
        assert len(pieces) >= 2, speaker
        content = await watcher.fetch(f"/api/recordings/{pieces[0]['segment_id']}/media")
        sound, pictures = decoded(content)
        seconds = len(sound) / RATE
        print(f"{speaker}: killed after {killed_after:.2f} s, playable to {seconds:.2f} s")
        assert seconds >= killed_after - KEPT
        assert pictures > 50


def check_transcript(utterances: list[dict[str, Any]], turns: list[dict[str, Any]]) -> None:
    """Every turn has its utterance, once, in the right words; at the kill one turn a speaker may be broken.

    What the dead recorder had been handed but not yet written (two seconds at most) is gone; everything after it was
    kept by `serve` until the next recorder came.
    """
    shift = utterances[0]["start"] - turns[0]["start"]
    for speaker in ("doctor", "patient"):
        mine = [u for u in utterances if u["speaker"] == speaker]
        own = [turn for turn in turns if turn["speaker"] == speaker]
        heard = [touching(mine, turn["start"] + shift, turn["end"] + shift) for turn in own]
        broken = [turn["text"] for turn, found in zip(own, heard, strict=True) if len(found) != 1]
        assert len(broken) <= 1, broken
        rate = word_error_rate(" ".join(t["text"] for t in own), " ".join(u["text"] for u in mine))
        print(f"{speaker}: word error rate with both kills {rate:.3f}")
        assert rate <= MOST_WORD_ERRORS


def touching(mine: list[dict[str, Any]], begin: float, end: float) -> list[dict[str, Any]]:
    """Utterances that share more than a breath with the turn: halves and doubles are found, not only wholes."""
    return [u for u in mine if overlap(u, begin, end) > BREATH]


def overlap(utterance: dict[str, Any], begin: float, end: float) -> float:
    return float(max(0.0, min(utterance["end"], end) - max(utterance["start"], begin)))


async def test_bad_input_disturbs_nobody(clinic: Clinic) -> None:
    """From a stranger and from a participant, while two people talk: one clear error each, and the call goes on."""
    async with call(clinic) as talk:
        await stranger_tries(clinic, talk.visit)
        for payload in ({"sdp": "v=0"}, {"sdp": "v=0\r\n" + "a=x\r\n" * 4_000}, {}):
            with pytest.raises(DemoRefused):
                await talk.ender.tell("media.offer", payload)
        with pytest.raises(DemoRefused):
            await talk.ender.tell("room.explode", {})
        await talk.goes_on()
        await flood(clinic, talk.visit)
        await talk.goes_on()
        await talk.ender.tell("room.end", {})


async def stranger_tries(clinic: Clinic, visit: UUID) -> None:
    """Another patient asks for what is not theirs."""
    async with DemoPerson.signed_in(clinic.url, PATIENT.email, PASSWORD) as stranger:
        for path in ("", "/transcript", "/note", "/summary", "/recordings", "/chat"):
            with pytest.raises(DemoRefused):
                await stranger.get(f"/api/visits/{visit}{path}")
        with pytest.raises(DemoRefused):
            await stranger.post(f"/api/visits/{visit}/ticket", {})


async def flood(clinic: Clinic, visit: UUID) -> None:
    """One megabyte of SDP from somebody who may be in the room: their connection ends, nobody else's."""
    async with DemoPerson.signed_in(clinic.url, DOCTOR.email, PASSWORD) as watcher:
        await watcher.enter(visit)
        with pytest.raises((DemoRefused, SocketIOError)):
            await watcher.tell("media.offer", {"sdp": "v=0\r\n" + "a=x\r\n" * 200_000})


async def test_ending_the_demo_consult_early_ends_its_players(clinic: Clinic) -> None:
    """The button of the doctor's day: two players come; when the doctor ends the visit their process ends too."""
    serve = clinic.pid_of("serve")
    async with DemoPerson.signed_in(clinic.url, DOCTOR.email, PASSWORD) as watcher:
        visit = UUID((await watcher.post("/api/demo/consult", {}))["visit_id"])
        await watcher.enter(visit)
        await watcher.see("patient", "admitted")
        assert len(players_of(serve)) == 1
        await watcher.tell("room.end", {})
    async with asyncio.timeout(30):
        while players_of(serve):
            await asyncio.sleep(0.2)  # another process


def players_of(serve: int) -> list[int]:
    """The demo consults that `serve` plays; a busy machine makes low copies of pictures as well, in a child too."""
    return [pid for pid in children_of(serve) if "demo-consult" in words_of(pid)]


def words_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except FileNotFoundError:
        return []  # it ended meanwhile


async def test_nothing_is_found_in_the_clear(clinic: Clinic) -> None:
    """After a whole visit in this clinic and one of a planted patient: every table, file, log line and metric."""
    await spoken_visit(clinic)
    await planted_visit(clinic)
    for word in (*PLANTED, *SPOKEN):
        assert in_tables(clinic, word) == [], word
        assert in_files(clinic.data_dir, word) == [], word
        assert word.lower() not in clinic.metrics().lower(), word
    log = clinic.log.read_text(errors="replace").lower()
    assert [word for word in (*PLANTED, *SPOKEN) if word.lower() in log] == []


async def spoken_visit(clinic: Clinic) -> None:
    """A consult in which the words fell and were written down; held now where no test before this one did."""
    async with DemoPerson.signed_in(clinic.url, DOCTOR.email, PASSWORD) as doctor:
        if not await was_said(doctor):
            clinic.command("demo-consult", "--url", clinic.url, timeout=150)
        async with asyncio.timeout(60):
            while not await was_said(doctor):
                await asyncio.sleep(1)  # the last words are still being written


async def was_said(doctor: DemoPerson) -> bool:
    visits = await doctor.get("/api/visits")
    spoken = [await doctor.get(f"/api/visits/{visit['id']}/transcript") for visit in visits]
    words = " ".join(u["text"].lower() for transcript in spoken for u in transcript["utterances"])
    return all(word in words for word in SPOKEN)


async def planted_visit(clinic: Clinic) -> None:
    """A patient whose name nobody else has books, chats, and is refused what is not theirs."""
    clinic.command("account", "add", "--email", EMAIL, "--role", "patient", "--name", NAME, password=PASSWORD)
    async with DemoPerson.signed_in(clinic.url, EMAIL, PASSWORD) as patient:
        slots = await patient.get("/api/slots?status=free")
        booking = await patient.post(f"/api/slots/{slots[0]['id']}/booking", {"reason": COMPLAINT})
        await patient.enter(UUID(booking["visit_id"]))
        with pytest.raises(DemoRefused):
            await patient.offer("v=0")  # no media before admission
        async with DemoPerson.signed_in(clinic.url, DOCTOR.email, PASSWORD) as doctor:
            await doctor.enter(UUID(booking["visit_id"]))
            await doctor.tell("chat.send", {"text": CHAT})


def forms(word: str) -> list[bytes]:
    """As text, and as PostgreSQL shows bytes."""
    return [word.encode(), word.encode().hex().encode()]


def in_tables(clinic: Clinic, word: str) -> list[str]:
    servers = json.loads((clinic.runtime_dir / "servers.json").read_text())
    with psycopg.connect(servers["DATABASE_URL"]) as connection:
        names = connection.execute("SELECT relname FROM pg_stat_user_tables").fetchall()
        query = sql.SQL("SELECT count(*) FROM {} AS t WHERE t::text ILIKE %s OR t::text ILIKE %s")
        patterns = [f"%{form.decode()}%" for form in forms(word)]
        return [
            name
            for (name,) in names
            if connection.execute(query.format(sql.Identifier(name)), patterns).fetchone() != (0,)
        ]


def in_files(folder: Path, word: str) -> list[str]:
    """Keys, recordings, PostgreSQL's and Valkey's own files."""
    wanted = [form.lower() for form in forms(word)]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 20
    return [str(path) for path in files if any(form in path.read_bytes().lower() for form in wanted)]

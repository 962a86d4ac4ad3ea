"""Quality of a call: told to the call when it changes, kept on the visit, and no burden when the database is away."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from clinical_store import VisitQuality
from tests.integration.signaling.client import RoomClient
from tests.integration.signaling.conftest import Assessed, Consult, House, Judged

pytestmark = pytest.mark.integration

REPORT = {
    "cpu_limited": 0.0,
    "bandwidth_limited": 0,
    "microphone_level": 0.25,
    "camera_light": 0.5,
    "camera_detail": 0.2,
    "camera_fps": 24,
    "frozen": 0,
    "concealed": 0.01,
    "route": "direct",
}
LINE = {
    "path": "relay",
    "up_kbps": 60,
    "down_kbps": 900,
    "loss": 0.01,
    "rtt_ms": 80,
    "microphone": "good",
    "camera": "dark",
    "speaker": "heard",
}
WEAK = Assessed(up=Judged(45, "good", "uplink_weak"))


class Talk:
    """Doctor and patient in a call with media."""

    def __init__(
        self, consult: Consult, doctor: RoomClient, patient: RoomClient, ids: dict[str, UUID]
    ) -> None:
        self.house, self.consult, self.doctor, self.patient, self.ids = (
            consult.house,
            consult,
            doctor,
            patient,
            ids,
        )

    async def pass_by(self, seconds: float) -> None:
        self.house.clock.advance(timedelta(seconds=seconds))
        await self.house.rooms.tick()

    async def kept(self) -> VisitQuality:
        async with self.house.database.transaction() as session:
            return await self.house.store.quality_for(session, self.consult.doctor, self.consult.visit.id)

    async def written(self, points: int) -> VisitQuality:
        async with asyncio.timeout(5):
            while points_of(found := await self.kept()) < points:
                await asyncio.sleep(0.01)
        return found


def points_of(quality: VisitQuality) -> int:
    return sum(len(one.points) for one in quality.participants)


@pytest.fixture
async def talk(consult: Consult) -> Talk:
    doctor, patient = await consult.call()
    for client in (doctor, patient):
        await client.must("media.offer", {"sdp": "v=0"})
    state = await doctor.event("room.state", lambda s: all(p["media"] != "gone" for p in s["participants"]))
    ids = {one["role"]: UUID(one["id"]) for one in state["participants"]}
    talk = Talk(consult, doctor, patient, ids)
    await talk.pass_by(0)
    return talk


def of(told: dict[str, Any], who: UUID) -> dict[str, Any]:
    return next(one for one in told["participants"] if one["participant_id"] == str(who))


async def test_the_call_is_told_how_everybody_is_and_again_when_it_changes(talk: Talk) -> None:
    await talk.pass_by(4)
    assert talk.house.quality.asked == []
    await talk.pass_by(1)
    for client in (talk.doctor, talk.patient):
        told = await client.event("quality.changed")
        assert of(told, talk.ids["patient"])["up"] == {"score": 99, "level": "excellent", "cause": None}
    await talk.pass_by(5)  # nothing has changed: nothing is said
    talk.house.quality.bad[talk.ids["patient"]] = WEAK
    await talk.pass_by(5)
    for client in (talk.doctor, talk.patient):
        told = await client.event("quality.changed")
        assert of(told, talk.ids["patient"])["up"]["cause"] == "uplink_weak"
    assert [name for name, _ in talk.doctor.events] == []


async def test_who_comes_back_is_told_at_the_next_turn(talk: Talk) -> None:
    await talk.pass_by(5)
    again = await talk.consult.enter(talk.consult.patient)
    await talk.pass_by(5)
    assert of(await again.event("quality.changed"), talk.ids["doctor"])["down"]["level"] == "excellent"


async def test_who_waits_is_not_told_about_the_call(talk: Talk) -> None:
    await talk.patient.must("room.leave")
    waiting = await talk.consult.enter(talk.consult.patient)
    await waiting.must("lobby.ready", {"camera": True, "microphone": True, "speaker": True})
    await talk.pass_by(5)
    await talk.doctor.event("quality.changed")
    assert "quality.changed" not in [name for name, _ in waiting.events]


async def test_history_is_written_every_half_minute_and_at_the_end(talk: Talk) -> None:
    talk.house.quality.bad[talk.ids["patient"]] = WEAK
    for _ in range(5):
        await talk.pass_by(5)
    assert points_of(await talk.kept()) == 0
    await talk.pass_by(5)
    found = await talk.written(12)
    [patient] = [one for one in found.participants if one.role == "patient"]
    assert [point.at for point in patient.points] == [5, 10, 15, 20, 25, 30]
    assert {(point.up, point.up_cause, point.down) for point in patient.points} == {(45, "uplink_weak", 99)}
    await talk.pass_by(5)
    await talk.doctor.must("room.end")
    await talk.pass_by(1)
    await talk.written(14)
    assert talk.house.quality.forgotten == [talk.consult.visit.id]


async def test_a_database_that_is_away_delays_the_history_and_nothing_else(talk: Talk) -> None:
    talk.house.rooms_database.fails = 1_000
    for _ in range(7):
        await talk.pass_by(5)
        await asyncio.sleep(0)
    talk.house.quality.bad[talk.ids["patient"]] = WEAK
    await talk.pass_by(5)
    await talk.doctor.event("quality.changed", lambda told: of(told, talk.ids["patient"])["up"]["cause"])
    assert points_of(await talk.kept()) == 0
    talk.house.rooms_database.fails = 0
    for _ in range(6):
        await talk.pass_by(5)
    found = await talk.written(28)
    assert [len(one.points) for one in found.participants] == [14, 14]


async def test_a_process_that_ends_writes_what_it_has(talk: Talk) -> None:
    await talk.pass_by(5)
    await talk.house.stop()
    assert points_of(await talk.kept()) == 2
    await talk.house.start()


async def test_a_report_reaches_the_judge_and_only_from_the_call(talk: Talk, consult: Consult) -> None:
    await talk.patient.must("media.report", REPORT)
    assert talk.house.quality.reports[talk.ids["patient"]].concealed == 0.01
    await talk.patient.must("room.leave")
    outside = await consult.enter(consult.patient)
    assert await outside.code("media.report", REPORT) == "not_admitted"


@pytest.mark.parametrize(
    "wrong",
    [
        {"cpu_limited": 1.1},
        {"cpu_limited": True},
        {"cpu_limited": "0"},
        {"frozen": -0.1},
        {"microphone_level": 2},
        {"camera_fps": 1e9},
        {"route": "planted words"},
        {"note": "planted words"},
    ],
    ids=str,
)
async def test_a_report_of_another_form_is_refused(talk: Talk, wrong: dict[str, object]) -> None:
    assert await talk.patient.code("media.report", {**REPORT, **wrong}) == "invalid_payload"
    assert talk.house.quality.reports == {}


async def test_a_flood_of_reports_is_cut_and_nobody_else_notices(talk: Talk) -> None:
    answers = await asyncio.gather(*(talk.patient.say("media.report", REPORT) for _ in range(120)))
    assert "too_fast" in {answer["error"]["code"] for answer in answers if not answer["ok"]}
    await talk.doctor.must("media.report", REPORT)


async def test_the_line_check_is_shown_to_who_admits_and_survives_a_restart(consult: Consult) -> None:
    doctor, patient = await consult.enter(consult.doctor), await consult.enter(consult.patient)
    await patient.must("lobby.ready", {"camera": True, "microphone": True, "speaker": True, "line": LINE})

    def waits(state: dict[str, Any]) -> bool:
        return any(one["state"] == "waiting" for one in state["participants"])

    state = await doctor.event("room.state", waits)
    [waiting] = [one for one in state["participants"] if one["role"] == "patient"]
    assert waiting["line"]["verdict"] == "weak"
    assert waiting["line"]["camera"] == "dark"
    own = await patient.event("room.state", waits)
    assert [one["line"] for one in own["participants"]] == [None]
    async with consult.house.database.transaction() as session:
        view = await consult.house.store.visit_view(session, consult.doctor, consult.visit.id)
    assert view.line is not None
    assert view.line.up_kbps == 60
    await consult.house.stop()
    await consult.house.start()
    again = await consult.enter(consult.doctor)
    assert again is not None
    [waiting] = [one for one in consult.state["participants"] if one["role"] == "patient"]
    assert waiting["line"]["verdict"] == "weak"


async def test_a_line_check_of_another_form_changes_nothing(house: House, consult: Consult) -> None:
    patient = await consult.enter(consult.patient)
    devices = {"camera": True, "microphone": True, "speaker": True}
    for wrong in ({**LINE, "loss": 2}, {**LINE, "verdict": "good"}, {"path": "relay"}, "good"):
        assert await patient.code("lobby.ready", {**devices, "line": wrong}) == "invalid_payload"
    async with house.database.transaction() as session:
        assert await house.store.line_checks(session, consult.visit.id) == {}

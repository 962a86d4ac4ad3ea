"""Scores and line checks: kept once, read by whom the record allows, bounded."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from access import Actor, Role
from clinical_store import LineCheck, QualitySample, VisitQuality, VisitStatus
from clinical_store.quality_model import MOST_POINTS
from core.errors import Forbidden
from tests.integration.clinical_store.clinic import Clinic, Consult
from tests.integration.clinical_store.test_visits import listed, status

pytestmark = pytest.mark.integration

CHECK = LineCheck(
    path="relay",
    up_kbps=1800,
    down_kbps=1800,
    loss=0.0,
    rtt_ms=40,
    microphone="good",
    camera="good",
    speaker="heard",
)
WEAK = CHECK.model_copy(update={"up_kbps": 60, "loss": 0.08})


def sample(consult: Consult, at: float, up: int = 99, cause: str | None = None) -> QualitySample:
    return QualitySample(
        visit_id=consult.visit.id,
        participant_id=consult.patients_place.id,
        at=at,
        up=up,
        down=90,
        up_cause=cause,
    )


async def add(consult: Consult, *samples: QualitySample) -> None:
    async with consult.clinic.database.transaction() as session:
        await consult.store.add_quality(session, samples)


async def check(consult: Consult, found: LineCheck) -> None:
    async with consult.clinic.database.transaction() as session:
        await consult.store.keep_line_check(
            session, consult.patients_place.id, found, consult.clinic.clock.now()
        )


async def read(consult: Consult, actor: Actor) -> VisitQuality:
    async with consult.clinic.database.transaction() as session:
        return await consult.store.quality_for(session, actor, consult.visit.id)


async def test_the_history_by_participant_and_time(consult: Consult) -> None:
    await add(consult, sample(consult, 10, 40, "uplink_weak"), sample(consult, 5))
    await check(consult, CHECK)
    quality = await read(consult, consult.doctor)
    doctor, patient = quality.participants
    assert quality.interval == 5
    assert (doctor.role, doctor.points, doctor.line) == ("doctor", (), None)
    assert [(p.at, p.up, p.down, p.up_cause) for p in patient.points] == [
        (5, 99, 90, None),
        (10, 40, 90, "uplink_weak"),
    ]
    assert patient.line is not None
    assert (patient.line.verdict, patient.line.up_kbps) == ("good", 1800)


async def test_a_sample_written_twice_is_kept_once(consult: Consult) -> None:
    await add(consult, sample(consult, 5, 99))
    await add(consult, sample(consult, 5, 10), sample(consult, 10, 50))
    _, patient = (await read(consult, consult.doctor)).participants
    assert [point.up for point in patient.points] == [99, 50]


async def test_a_long_call_is_answered_in_bounds_and_keeps_its_worst_moments(consult: Consult) -> None:
    many = [
        sample(consult, 5.0 * n, 30 if n == 1234 else 99, "slow" if n == 1234 else None)
        for n in range(1, 2000)
    ]
    await add(consult, *many)
    quality = await read(consult, consult.doctor)
    _, patient = quality.participants
    assert len(patient.points) <= MOST_POINTS
    assert quality.interval == 15
    assert [(p.up, p.up_cause) for p in patient.points if p.up < 99] == [(30, "slow")]


async def test_only_the_clinics_side_with_a_care_relationship_reads_it(
    clinic: Clinic, consult: Consult
) -> None:
    stranger = await clinic.staff(Role.DOCTOR, "Dr. Elsewhere")
    scheduler = await clinic.staff(Role.SCHEDULER, "Sam Planted")
    for actor in (consult.patient, stranger, scheduler):
        with pytest.raises(Forbidden):
            await read(consult, actor)
    await read(consult, consult.doctor)
    audited = "SELECT count(*) FROM audit_event WHERE action = 'record:quality:read' AND outcome = "
    assert await clinic.count(audited + "'allowed'") == 1
    assert await clinic.count(audited + "'denied'") == 3


async def test_the_newest_check_replaces_the_one_before(consult: Consult) -> None:
    await check(consult, CHECK)
    await check(consult, WEAK)
    async with consult.clinic.database.transaction() as session:
        lines = await consult.store.line_checks(session, consult.visit.id)
    assert [line.verdict for line in lines.values()] == ["weak"]


async def test_the_doctors_list_shows_how_the_waiting_patient_is_connected(
    clinic: Clinic, consult: Consult
) -> None:
    await check(consult, WEAK)
    (before,) = await listed(clinic, consult.doctor)
    assert before.line is None  # nobody waits: yesterday's line means nothing
    await status(clinic, consult.visit.id, VisitStatus.WAITING)
    (waiting,) = await listed(clinic, consult.doctor)
    assert waiting.line is not None
    assert (waiting.line.verdict, waiting.line.up_kbps) == ("weak", 60)
    for other in (consult.patient, await clinic.staff(Role.SCHEDULER, "Sam Planted")):
        (view,) = await listed(clinic, other)
        assert view.line is None


async def test_no_text_fits_where_a_cause_belongs(consult: Consult) -> None:
    with pytest.raises(DBAPIError):
        await add(consult, sample(consult, 5, 50, "the patient said that"))


async def test_figures_of_another_visits_participant_are_refused(clinic: Clinic, consult: Consult) -> None:
    other = await clinic.consult()
    wrong = sample(consult, 5).model_copy(update={"participant_id": other.patients_place.id})
    with pytest.raises(DBAPIError):
        await add(consult, wrong)
    async with clinic.database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM call_quality"))).scalar_one() == 0

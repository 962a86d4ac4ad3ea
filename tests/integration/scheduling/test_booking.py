import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from clinical_store import join_path
from core.clock import ManualClock
from core.database import Database
from core.errors import Forbidden, NotFound, ServiceError, Unavailable
from core.ids import new_id
from scheduling import Appointment, Booked
from scheduling.errors import (
    AppointmentBegun,
    AppointmentNotFound,
    NotYourCalendar,
    PatientBusy,
    PatientRequired,
    SlotInPast,
    SlotNotFound,
    SlotTaken,
    UnknownDoctor,
)
from tests.integration.scheduling.conftest import Desk, at, hours

pytestmark = pytest.mark.integration


async def test_published_availability_is_offered_once(desk: Desk) -> None:
    doctor = await desk.doctor()
    first = await desk.publish(doctor, "10:00", "12:00")
    again = await desk.publish(doctor, "10:00", "12:00")
    assert (first.published, first.skipped) == (4, 0)
    assert (again.published, again.skipped) == (0, 4)
    assert hours(await desk.free(doctor)) == ["10:00", "10:30", "11:00", "11:30"]


async def test_a_slot_overlapping_a_published_one_is_skipped(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "11:00")
    overlapping = await desk.publish(doctor, "10:45", "12:00", minutes=15)
    assert (overlapping.published, overlapping.skipped) == (4, 1)


async def test_two_doctors_may_see_patients_at_the_same_time(desk: Desk) -> None:
    one, other = await desk.doctor("Dr. One"), await desk.doctor("Dr. Other")
    await desk.publish(one, "10:00", "10:30")
    assert (await desk.publish(other, "10:00", "10:30")).published == 1


async def test_hours_that_are_over_are_not_published(desk: Desk) -> None:
    published = await desk.publish(await desk.doctor(), "08:00", "10:00")
    assert (published.published, published.skipped) == (1, 3)  # 09:00 has begun: it is 09:00


async def test_only_doctors_have_a_calendar_and_only_their_own(desk: Desk) -> None:
    doctor, colleague = await desk.doctor(), await desk.doctor("Dr. Other")
    assert (await desk.publish(doctor, "10:00", "11:00", by=doctor)).published == 2
    with pytest.raises(NotYourCalendar):
        await desk.publish(colleague, "10:00", "11:00", by=doctor)
    with pytest.raises(UnknownDoctor):
        await desk.publish(desk.scheduler, "10:00", "11:00")


async def test_a_booking_makes_a_visit_and_lets_the_doctor_open_the_record(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "11:00")
    patient, patient_id = await desk.clinic.patient()
    [slot, rest] = await desk.free(doctor)
    booked = await desk.book(patient, slot.id)
    assert booked.appointment.patient_id == patient_id
    assert booked.visit.join_path == join_path(booked.visit.visit_id)
    async with desk.clinic.database.transaction() as session:
        visit = await desk.clinic.store.visit_for(session, doctor, booked.visit.visit_id)
    assert (visit.starts_at, visit.ends_at) == (at("10:00"), at("10:30"))
    assert [slot.id for slot in await desk.free(doctor)] == [rest.id]
    assert "appointment.book" in await desk.clinic.topics()
    assert await audited(desk, "scheduling:appointment:book") == 1


async def test_the_reason_is_in_no_table_of_booking(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "11:00")
    patient, _ = await desk.clinic.patient()
    booked = await desk.book(patient, (await desk.free())[0].id, reason="planted-complaint-q7")
    assert "planted-complaint-q7" not in repr(booked)
    async with desk.clinic.database.transaction() as session:
        rows = (await session.execute(text("SELECT appointment::text FROM appointment"))).scalars().all()
    assert all("planted" not in row for row in rows)


async def test_a_taken_slot_names_the_next_three(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "13:00")
    winner, _ = await desk.clinic.patient()
    loser, _ = await desk.clinic.patient("Late Planted")
    slots = await desk.free(doctor)
    await desk.book(winner, slots[1].id)
    with pytest.raises(SlotTaken) as taken:
        await desk.book(loser, slots[1].id)
    assert alternatives(taken.value) == [str(slot.id) for slot in slots[2:5]]
    assert taken.value.problem()["status"] == 409


async def test_alternatives_fall_back_to_sooner_and_to_colleagues(desk: Desk) -> None:
    doctor, colleague = await desk.doctor(), await desk.doctor("Dr. Other")
    await desk.publish(doctor, "10:00", "11:00")
    await desk.publish(colleague, "14:00", "16:00")
    winner, _ = await desk.clinic.patient()
    loser, _ = await desk.clinic.patient("Late Planted")
    sooner, wanted = await desk.free(doctor)
    others = await desk.free(colleague)
    await desk.book(winner, wanted.id)
    with pytest.raises(SlotTaken) as taken:
        await desk.book(loser, wanted.id)
    assert alternatives(taken.value) == [str(sooner.id), str(others[0].id), str(others[1].id)]


async def test_a_storm_on_one_slot_has_one_winner(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "13:00")
    patients = [await desk.clinic.patient(f"Patient {n}") for n in range(200)]
    slots = await desk.free(doctor)
    outcomes = await asyncio.gather(
        *(desk.book(patient, slots[0].id) for patient, _ in patients), return_exceptions=True
    )
    losers = [outcome for outcome in outcomes if isinstance(outcome, SlotTaken)]
    winners = [outcome for outcome in outcomes if isinstance(outcome, Booked)]
    assert (len(winners), len(losers)) == (1, 199), Counter(type(outcome).__name__ for outcome in outcomes)
    expected = [str(slot.id) for slot in slots[1:4]]
    assert all(alternatives(loser) == expected for loser in losers)
    assert await desk.clinic.count("SELECT count(*) FROM appointment") == 1
    assert await desk.clinic.count("SELECT count(*) FROM visit") == 1
    assert await audited(desk, "scheduling:appointment:book") == 1


async def test_a_storm_on_few_slots_sells_each_once(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "11:00", minutes=15)
    slots = await desk.free(doctor)
    patients = [await desk.clinic.patient(f"Patient {n}") for n in range(40)]
    outcomes = await asyncio.gather(
        *(desk.book(patient, slots[n % 4].id) for n, (patient, _) in enumerate(patients)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Booked) for outcome in outcomes) == 4
    assert sum(isinstance(outcome, SlotTaken) for outcome in outcomes) == 36
    assert await desk.clinic.count("SELECT count(DISTINCT slot_id) FROM appointment") == 4


async def test_one_patient_cannot_be_in_two_places(desk: Desk) -> None:
    one, other = await desk.doctor("Dr. One"), await desk.doctor("Dr. Other")
    await desk.publish(one, "10:00", "11:00", minutes=60)
    await desk.publish(other, "10:30", "11:30", minutes=60)
    patient, _ = await desk.clinic.patient()
    first, second = await desk.free()
    await desk.book(patient, first.id)
    with pytest.raises(PatientBusy):
        await desk.book(patient, second.id)
    assert [slot.id for slot in await desk.free()] == [second.id]


async def test_one_patient_booking_everything_at_once_gets_one_place(desk: Desk) -> None:
    for n in range(12):
        await desk.publish(await desk.doctor(f"Dr. {n}"), "10:00", "11:00", minutes=60)
    patient, _ = await desk.clinic.patient()
    outcomes = await asyncio.gather(
        *(desk.book(patient, slot.id) for slot in await desk.free()), return_exceptions=True
    )
    assert sorted({type(outcome).__name__ for outcome in outcomes}) == ["Booked", "PatientBusy"]
    assert sum(isinstance(outcome, Booked) for outcome in outcomes) == 1


async def test_a_slot_in_the_past_is_refused(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "10:30")
    [slot] = await desk.free(doctor)
    desk.clinic.clock.advance(timedelta(hours=1))
    patient, _ = await desk.clinic.patient()
    assert await desk.free(doctor) == []
    with pytest.raises(SlotInPast):
        await desk.book(patient, slot.id)
    assert await desk.clinic.count("SELECT count(*) FROM appointment") == 0


async def test_a_slot_that_is_not_there(desk: Desk) -> None:
    patient, _ = await desk.clinic.patient()
    with pytest.raises(SlotNotFound):
        await desk.book(patient, new_id())


async def test_staff_name_the_patient_and_patients_are_themselves(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "12:00")
    _, patient_id = await desk.clinic.patient()
    stranger, stranger_id = await desk.clinic.patient("Other Planted")
    slots = await desk.free(doctor)
    with pytest.raises(PatientRequired):
        await desk.book(desk.scheduler, slots[0].id)
    with pytest.raises(NotFound):
        await desk.book(desk.scheduler, slots[0].id, new_id())
    with pytest.raises(Forbidden):
        await desk.book(stranger, slots[0].id, patient_id)
    with pytest.raises(Forbidden):
        await desk.book(doctor, slots[0].id, stranger_id)  # it would open the record to the doctor
    assert await desk.clinic.count("SELECT count(*) FROM appointment") == 0
    booked = await desk.book(desk.scheduler, slots[0].id, patient_id)
    assert booked.appointment.patient_id == patient_id


async def test_cancelling_frees_the_slot_for_somebody_else(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "10:30")
    patient, _ = await desk.clinic.patient()
    other, _ = await desk.clinic.patient("Other Planted")
    [slot] = await desk.free(doctor)
    booked = await desk.book(patient, slot.id)
    with pytest.raises(Forbidden):
        await desk.cancel(other, booked.appointment.id)
    await desk.cancel(patient, booked.appointment.id)
    await desk.cancel(patient, booked.appointment.id)
    assert desk.cancelled == [booked.visit.visit_id]
    assert (await desk.book(other, slot.id)).appointment.slot_id == slot.id
    with pytest.raises(AppointmentNotFound):
        await desk.cancel(patient, new_id())


async def test_an_appointment_that_began_is_not_cancelled(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "10:30")
    patient, _ = await desk.clinic.patient()
    booked = await desk.book(patient, (await desk.free(doctor))[0].id)
    desk.clinic.clock.advance(timedelta(hours=1))
    with pytest.raises(AppointmentBegun):
        await desk.cancel(doctor, booked.appointment.id)


async def test_cancelling_and_booking_at_once_never_doubles(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "10:30")
    [slot] = await desk.free(doctor)
    patients = [(await desk.clinic.patient(f"Patient {n}"))[0] for n in range(8)]

    async def insist(n: int) -> None:
        for _ in range(6):
            try:
                booked = await desk.book(patients[n], slot.id)
            except SlotTaken:
                continue
            await desk.cancel(patients[n], booked.appointment.id)

    await asyncio.gather(*(insist(n) for n in range(8)))
    live = "SELECT count(*) FROM appointment WHERE status = 'booked'"
    assert await desk.clinic.count(live) == 0
    assert len(await desk.free(doctor)) == 1


async def test_the_constraint_holds_without_the_lock(desk: Desk) -> None:
    """The second belt: a row written past the statement is refused by PostgreSQL itself."""
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "10:30")
    patient, _ = await desk.clinic.patient()
    booked = await desk.book(patient, (await desk.free(doctor))[0].id)
    with pytest.raises(IntegrityError, match="ex_appointment_doctor"):
        await insert_beside(desk.clinic.database, booked.appointment, new_id())


async def test_a_transaction_that_fails_later_leaves_the_slot_free(desk: Desk) -> None:
    doctor = await desk.doctor()
    await desk.publish(doctor, "10:00", "10:30")
    patient, _ = await desk.clinic.patient()
    [slot] = await desk.free(doctor)

    async def half_done() -> None:
        async with desk.clinic.database.transaction() as session:
            await desk.scheduling.book(session, patient, slot.id, "", None)
            raise Unavailable

    with pytest.raises(Unavailable):
        await half_done()
    assert [free.id for free in await desk.free(doctor)] == [slot.id]
    assert await desk.clinic.count("SELECT count(*) FROM visit") == 0


def alternatives(error: ServiceError) -> list[str]:
    listed = error.problem()["alternatives"]
    assert isinstance(listed, list)
    return [str(one["id"]) for one in listed if isinstance(one, dict)]


async def audited(desk: Desk, action: str) -> int:
    return await desk.clinic.count(f"SELECT count(*) FROM audit_event WHERE action = '{action}'")


async def insert_beside(database: Database, appointment: Appointment, patient_id: UUID) -> None:
    async with database.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO appointment (id, slot_id, doctor_id, patient_id, during, status, booked_by, booked_at)"
                " SELECT :id, slot_id, doctor_id, :patient_id, during, 'booked', booked_by, now()"
                " FROM appointment WHERE id = :of"
            ),
            {"id": new_id(), "patient_id": patient_id, "of": appointment.id},
        )


def test_the_clock_of_these_tests(manual_clock: ManualClock) -> None:
    assert manual_clock.now() == at("09:00")

"""A visit of the demo clinic as it is after a recorded call: pieces with flashes and beeps, gaps, and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from access import Actor, Role
from app.demo.people import DOCTOR, PATIENT
from app.recorder import RecordingDesk
from app.wiring import Clinic
from clinical_store import HeardText, ParticipantState, SegmentKind, VisitStatus
from core.ids import new_id
from tests.integration.media.flashes import piece
from transcription import UtteranceFinder

DOCTOR_FLASHES, PATIENT_FLASHES = (2.0, 8.0), (5.02,)  # as the recording shows them: 25 pictures a second
DOCTOR_FROM, DOCTOR_SECONDS = 1.0, 12.0
PATIENT_FROM, PATIENT_SECONDS = 3.5, 5.0
AGAIN_FROM, AGAIN_SECONDS = 16.0, 4.0
SCREEN_FROM, SCREEN_SECONDS = 10.0, 2.0
LOST = (6.0, 7.2)
SAID = (
    ("doctor", 2.0, 4.0, "Good morning."),
    ("patient", 5.0, 6.5, "It hurts here."),
    ("doctor", 17.0, 18.0, "Goodbye."),
)


@dataclass(frozen=True)
class RecordedVisit:
    """Times above are seconds since the visit's media epoch; the second piece of the doctor follows a pause."""

    id: UUID
    doctor: Actor
    patient: Actor


async def recorded_visit(clinic: Clinic, *, times: int = 1) -> RecordedVisit:
    """Ended, and recorded from second 1 to 20; `times` makes the doctor's first piece so much longer."""
    store = clinic.store
    async with clinic.database.transaction() as session:
        doctor, patient = [
            await clinic.access.account_with_email(session, p.email) for p in (DOCTOR, PATIENT)
        ]
        assert doctor
        assert patient
        record = await clinic.care.own_record(session, patient.id)
        assert record
        now = clinic.clock.now()
        visit = await store.create_visit(
            session,
            patient_id=record,
            doctor_account_id=doctor.id,
            starts_at=now,
            ends_at=now + timedelta(minutes=20),
            reason=None,
        )
        await clinic.care.grant(session, doctor.id, record, visit.id)
        actors = {account.role: Actor.of(account, new_id()) for account in (doctor, patient)}
        seats = {}
        for role, actor in actors.items():
            seats[role.value] = (await store.join_visit(session, actor, visit.id)).id
            await store.set_participant_state(session, seats[role.value], ParticipantState.ADMITTED)
            await store.set_consent(session, actor, seats[role.value], "transcribe", True, "1")
        await store.set_visit_status(session, visit.id, VisitStatus.IN_PROGRESS)
        await store.start_media(session, visit.id, now - timedelta(seconds=1))
    desk = RecordingDesk(clinic.database, store, clinic.storage, UtteranceFinder, "node")
    await _record(desk, visit.id, seats, times)
    await desk.close()
    await _say(clinic, visit.id, seats)
    async with clinic.database.transaction() as session:
        await store.set_visit_status(session, visit.id, VisitStatus.ENDED)
    return RecordedVisit(visit.id, actors[Role.DOCTOR], actors[Role.PATIENT])


async def _record(desk: RecordingDesk, visit_id: UUID, seats: dict[str, UUID], times: int) -> None:
    doctor = piece(DOCTOR_SECONDS * times, DOCTOR_FLASHES, hertz=800)
    await _store(desk, visit_id, seats["doctor"], DOCTOR_FROM, DOCTOR_SECONDS * times, doctor)
    patient = piece(
        PATIENT_SECONDS, tuple(at - PATIENT_FROM for at in PATIENT_FLASHES), hertz=2400, turned_at=3.0
    )
    await _store(desk, visit_id, seats["patient"], PATIENT_FROM, PATIENT_SECONDS, patient, gap=LOST)
    screen = piece(SCREEN_SECONDS, (), size=(640, 360), dark=160)
    await _store(desk, visit_id, seats["doctor"], SCREEN_FROM, SCREEN_SECONDS, screen, kind="screen")
    again = piece(AGAIN_SECONDS, (1.0,), hertz=800)
    await _store(desk, visit_id, seats["doctor"], AGAIN_FROM, AGAIN_SECONDS, again)


async def _store(
    desk: RecordingDesk,
    visit_id: UUID,
    participant_id: UUID,
    start: float,
    seconds: float,
    content: bytes,
    *,
    kind: SegmentKind = "camera",
    gap: tuple[float, float] | None = None,
) -> None:
    """As the recorder does: a flush about twice a second."""
    segment = await desk.open_segment(visit_id, participant_id, start, kind)
    step = len(content) // int(2 * seconds) + 1
    for at in range(0, len(content), step):
        segment.write(content[at : at + step])
        segment.flush()
    if gap is not None:
        segment.gap(*gap, "sound")
    await segment.close(start + seconds, cleanly=True)


async def _say(clinic: Clinic, visit_id: UUID, seats: dict[str, UUID]) -> None:
    for who, start, end, words in SAID:
        async with clinic.database.transaction() as session:
            said = await clinic.store.add_utterance(
                session,
                visit_id=visit_id,
                participant_id=seats[who],
                start=start,
                end=end,
                audio=b"\0" * 320,
            )
            assert said
            await clinic.store.complete_utterance(
                session, said.id, HeardText(text=words, confidence=1.0), model="base.en"
            )

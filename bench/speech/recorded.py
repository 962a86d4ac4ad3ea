"""Visits of a demo clinic that have ended, with their recordings and with utterances that nobody has written yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from access import Account, Actor
from app.demo.people import DOCTOR, PATIENT
from app.flows import VisitEnded, utterance_closed
from app.recorder import RecordingDesk
from app.wiring import Clinic
from clinical_store import ParticipantState, VisitStatus
from core.ids import new_id
from media.recording.webm import WebmStream
from transcription import SAMPLE_RATE, Samples, Utterance, UtteranceFinder

_OPUS_HERTZ, _PACKET = 48_000, 960


@dataclass(frozen=True, slots=True)
class Track:
    """One participant's sound: as it is recorded, and the utterances that are found in it."""

    webm: bytes
    seconds: float
    utterances: tuple[Utterance, ...]

    @classmethod
    def of(cls, samples: Samples) -> Track:
        """From mono float32 at 16 kHz."""
        finder = UtteranceFinder()
        found = [*finder.push(samples, 0.0), *finder.flush()]
        return cls(_webm(samples), len(samples) / SAMPLE_RATE, tuple(found))


@dataclass(frozen=True, slots=True)
class EndedVisit:
    """A visit whose words are still to be written; `doctor` may read it."""

    id: UUID
    doctor: Actor


async def ended_visit(clinic: Clinic, tracks: Mapping[str, Track]) -> EndedVisit:
    """`tracks`: of "doctor" and "patient". The jobs that write them wait in the queue."""
    visit, seats = await _running(clinic)
    desk = RecordingDesk(clinic.database, clinic.store, clinic.storage, UtteranceFinder, "node")
    for role, track in tracks.items():
        segment = await desk.open_segment(visit.id, seats[role], 0.0)
        segment.write(track.webm)
        segment.flush()
        await segment.close(track.seconds, cleanly=True)
    await desk.close()
    spoken = [(found.start, role, found) for role, track in tracks.items() for found in track.utterances]
    for _, role, found in sorted(spoken, key=lambda one: one[:2]):
        await utterance_closed(clinic.database, clinic.store, visit.id, seats[role], found)
    async with clinic.database.transaction() as session:
        await clinic.store.set_visit_status(session, visit.id, VisitStatus.ENDED)
        await VisitEnded(clinic.clock, clinic.invitations).on_visit_ended(session, visit.id)
    return visit


async def _running(clinic: Clinic) -> tuple[EndedVisit, dict[str, UUID]]:
    store, seats = clinic.store, {}
    async with clinic.database.transaction() as session:
        people = [await clinic.access.account_with_email(session, one.email) for one in (DOCTOR, PATIENT)]
        doctor, patient = (one for one in people if one is not None)
        record = await clinic.care.own_record(session, patient.id)
        assert record is not None
        now = clinic.clock.now()
        made = await store.create_visit(
            session,
            patient_id=record,
            doctor_account_id=doctor.id,
            starts_at=now,
            ends_at=now + timedelta(minutes=20),
            reason=None,
        )
        await clinic.care.grant(session, doctor.id, record, made.id)
        for account in (doctor, patient):
            seats[account.role.value] = await _seat(clinic, session, account, made.id)
        await store.set_visit_status(session, made.id, VisitStatus.IN_PROGRESS)
        await store.start_media(session, made.id, clinic.clock.now())
    return EndedVisit(made.id, Actor.of(doctor, new_id())), seats


async def _seat(clinic: Clinic, session: Any, account: Account, visit_id: UUID) -> UUID:
    actor = Actor.of(account, new_id())
    seat = (await clinic.store.join_visit(session, actor, visit_id)).id
    await clinic.store.set_participant_state(session, seat, ParticipantState.ADMITTED)
    await clinic.store.set_consent(session, actor, seat, "transcribe", True, "1")
    return seat


def _webm(samples: Samples) -> bytes:
    """Sound alone, as the recorder writes it: Opus in packets of 20 ms."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = _OPUS_HERTZ, "mono", "flt"
    stream, parts = WebmStream(None), []
    for number, frame in enumerate(_frames(samples)):
        for packet in encoder.encode(frame):
            stream.add_audio(number / 50, bytes(packet))
        parts.append(stream.take())
    return b"".join([*parts, stream.finish()])


def _frames(samples: Samples) -> list[AudioFrame]:
    whole = AudioFrame.from_ndarray(samples[np.newaxis], format="flt", layout="mono")
    whole.sample_rate, whole.pts, whole.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
    return AudioResampler("flt", "mono", _OPUS_HERTZ, _PACKET).resample(whole)

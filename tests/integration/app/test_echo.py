"""A transcript completed from recordings: the others' pieces of the time tell what is an echo."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from uuid import UUID

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame

from app.recorder import RecordingDesk
from app.wiring import Clinic
from clinical_store import Segment
from media.recording.webm import WebmStream
from tests.integration.app.recorded import recorded_visit
from tests.unit.transcription.consult_sound import OTHER, echoed, foreign, missed, track, turns
from transcription import Samples, Utterance, UtteranceFinder

pytestmark = pytest.mark.integration

BEGIN = {
    "doctor": 100.0,
    "patient": 101.5,
}  # the patient's piece begins later: times count, not places in a file


def recorded(sound: Samples) -> bytes:
    """As the recorder writes it: Opus at 48 kHz in WebM."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48_000, "mono", "flt", 24_000
    wide = np.interp(np.arange(3 * len(sound)) / 3, np.arange(len(sound)), sound).astype(np.float32)
    stream, parts = WebmStream(None), []
    for n in range(len(wide) // 960):
        block = wide[n * 960 : (n + 1) * 960]
        frame = AudioFrame.from_ndarray(block[np.newaxis], format="flt", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, n * 960, Fraction(1, 48_000)
        for packet in encoder.encode(frame):
            stream.add_audio(n / 50, bytes(packet))
        parts.append(stream.take())
    return b"".join([*parts, stream.finish()])


async def store(clinic: Clinic, visit_id: UUID, seat: UUID, begin: float, sound: Samples) -> Segment:
    desk = RecordingDesk(clinic.database, clinic.store, clinic.storage, UtteranceFinder, "node")
    writer = await desk.open_segment(visit_id, seat, begin)
    writer.write(recorded(sound))
    await writer.close(begin + len(sound) / 16_000, cleanly=True)
    await desk.close()
    async with clinic.database.transaction() as session:
        return next(s for s in await clinic.store.segments(session, visit_id) if s.id == writer.segment.id)


async def heard(clinic: Clinic, segment: Segment) -> list[Utterance]:
    """With times as in the consult's own tracks."""
    found = [one async for one in clinic.shelf.utterances(segment)]
    return [Utterance(one.start - 100.0, one.end - 100.0, one.samples) for one in found]


async def test_what_a_loudspeaker_gave_back_is_not_found_in_a_recording(clinic: Clinic) -> None:
    visit = await recorded_visit(clinic)
    async with clinic.database.transaction() as session:
        views = (await clinic.store.transcript_for(session, visit.doctor, visit.id)).utterances
    seats = {name: next(view.participant_id for view in views if view.speaker == name) for name in OTHER}
    patient = track("patient") + echoed(track("doctor"), 0.3, 0.5)
    late = round((BEGIN["patient"] - BEGIN["doctor"]) * 16_000)
    piece = await store(clinic, visit.id, seats["patient"], BEGIN["patient"], patient[late:])
    alone = await heard(clinic, piece)
    assert foreign(alone, turns("patient"))  # nobody's piece to compare it with
    await store(clinic, visit.id, seats["doctor"], BEGIN["doctor"], track("doctor"))
    beside = await heard(clinic, piece)
    assert foreign(beside, turns("patient")) == []
    assert missed(beside, turns("patient")) == []

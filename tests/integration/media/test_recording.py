"""From the room to files: true length, sound at its time, consent withdrawn, the recorder killed."""

import asyncio
import os
import signal
import sys
import time
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest

from media import RecorderLink
from media.clips import clip
from media.http import InMemory
from media.indexed import IndexedRecording
from media.model import ConnectionState
from tests.integration.media.meeting import FileSink, decoded, joined, meeting, recorder, tone, until

pytestmark = pytest.mark.integration


async def test_each_participant_is_recorded_with_true_length_and_heard_at_the_right_time(
    tmp_path: Path,
) -> None:
    visit, doctor, patient = uuid4(), uuid4(), uuid4()
    async with recorder(tmp_path) as (link, sink), meeting(recorder=link) as (plane, _):
        one, two = await joined(plane, visit, doctor), await joined(plane, visit, patient, hue=2)
        for who in (doctor, patient):
            plane.tap(visit, who, record=True, transcribe=True)
        begun = time.monotonic()
        spoken_at = one.microphone.seconds + 1.5
        one.say(tone(1.0), spoken_at)
        await asyncio.sleep(6.0)
        assert all(person.received[0].video > 20 for person in (one, two))
        for who in (doctor, patient):
            plane.tap(visit, who, record=False, transcribe=False)
        lasted = time.monotonic() - begun
        stopped = time.monotonic()
        await until(
            lambda: all(segment.end is not None for segment in sink.segments) and len(sink.ended) == 2
        )
        assert time.monotonic() - stopped < 1.0
        for who in (doctor, patient):
            _judge_recording(sink, who, lasted)
        _judge_sound(sink, doctor, lasted)
        await one.leave()
        await two.leave()


def _judge_recording(sink: FileSink, who: object, lasted: float) -> None:
    (segment,) = [segment for segment in sink.segments if segment.participant_id == who]
    pictures, sound = decoded(segment.path)
    assert segment.cleanly is True
    assert segment.end is not None
    assert segment.end - segment.start == pytest.approx(lasted, abs=0.5)
    assert sound[-1].time - sound[0].time == pytest.approx(lasted, abs=0.5)
    assert pictures[-1].time - pictures[0].time == pytest.approx(lasted, abs=0.6)
    assert (pictures[0].width, pictures[0].height) == (320, 240)
    keys = [frame.time for frame in pictures if frame.key_frame]
    assert max(np.diff([*keys, pictures[-1].time])) <= 5.5
    assert segment.flushes >= lasted * 0.9
    assert segment.extended == pytest.approx(segment.end, abs=1.5)


def _judge_sound(sink: FileSink, who: object, lasted: float) -> None:
    heard = sink.sound[who]  # type: ignore[index]
    for (at, samples), (after, _) in pairwise(heard):
        assert at + len(samples) / 16_000 == pytest.approx(after, abs=1e-3)
    whole = np.concatenate([samples for _, samples in heard])
    assert whole.dtype == np.float32
    assert len(whole) / 16_000 == pytest.approx(lasted, abs=0.5)
    loud = np.flatnonzero(np.abs(whole) > 0.2)
    assert (loud[-1] - loud[0]) / 16_000 == pytest.approx(1.0, abs=0.05)
    (segment,) = [segment for segment in sink.segments if segment.participant_id == who]
    _, sound = decoded(segment.path)
    in_file = next(frame.time for frame in sound if np.abs(frame.to_ndarray()).max() > 0.2)
    assert segment.start + in_file == pytest.approx(heard[0][0] + loud[0] / 16_000, abs=0.06)


async def test_a_clip_starts_at_a_key_frame_and_an_indexed_recording_has_its_duration(tmp_path: Path) -> None:
    visit, doctor = uuid4(), uuid4()
    async with recorder(tmp_path) as (link, sink), meeting(recorder=link) as (plane, _):
        one = await joined(plane, visit, doctor)
        plane.tap(visit, doctor, record=True, transcribe=False)
        await asyncio.sleep(7.0)
        plane.tap(visit, doctor, record=False, transcribe=False)
        await until(lambda: sink.segments and sink.segments[0].end is not None)
        await one.leave()
    path = sink.segments[0].path
    source = InMemory(path.read_bytes())
    found = clip(source, 5.8, 6.5)
    assert found.start <= 5.8
    assert found.start > 1.0
    (tmp_path / "clip.webm").write_bytes(found.data)
    pictures, sound = decoded(tmp_path / "clip.webm")
    assert pictures[0].key_frame
    assert sound[-1].time == pytest.approx(6.5 - found.start, abs=0.2)
    indexed = IndexedRecording(source)
    (tmp_path / "seek.webm").write_bytes(indexed.read(0, indexed.size))
    with av.open(str(tmp_path / "seek.webm")) as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(sound[-1].time + found.start + 0.6, abs=0.6)


async def test_recording_alone_stops_while_the_voice_goes_on(tmp_path: Path) -> None:
    visit, doctor = uuid4(), uuid4()
    async with recorder(tmp_path) as (link, sink), meeting(recorder=link) as (plane, _):
        one = await joined(plane, visit, doctor)
        plane.tap(visit, doctor, record=True, transcribe=True)
        await until(lambda: sink.segments and doctor in sink.sound)
        plane.tap(visit, doctor, record=False, transcribe=True)
        await until(lambda: sink.segments[0].end is not None, 1.0)
        known = len(sink.sound[doctor])
        await until(lambda: len(sink.sound[doctor]) > known + 3)
        assert sink.ended == []
        plane.tap(visit, doctor, record=True, transcribe=True)
        await until(lambda: len(sink.segments) == 2)
        await plane.disconnect(visit, doctor)
        await until(lambda: sink.ended == [doctor] and sink.segments[1].cleanly is True)
        await one.leave()


async def test_a_storage_failure_ends_the_segment_and_a_new_one_follows(tmp_path: Path) -> None:
    visit, doctor = uuid4(), uuid4()
    async with recorder(tmp_path) as (link, sink), meeting(recorder=link) as (plane, states):
        one = await joined(plane, visit, doctor)
        plane.tap(visit, doctor, record=True, transcribe=False)
        await until(lambda: sink.segments and sink.segments[0].flushes > 1)
        sink.segments[0]._file.close()  # every later write fails
        await until(lambda: len(sink.segments) >= 2 and sink.segments[1].flushes > 0)
        assert sink.segments[0].cleanly is False
        assert (doctor, ConnectionState.CLOSED) not in states
        await one.leave()


async def _recorder_process(folder: Path) -> asyncio.subprocess.Process:
    program = Path(__file__).with_name("recorder_process.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(program),
        str(folder),
        cwd=Path(__file__).parents[3],
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 20) == b"ready\n"
    return process


async def test_kill_9_of_the_recorder_leaves_a_playable_file_and_the_call_goes_on(tmp_path: Path) -> None:
    visit, doctor, patient = uuid4(), uuid4(), uuid4()
    process = await _recorder_process(tmp_path)
    link = RecorderLink(tmp_path / "recorder.sock")
    link.start()
    async with meeting(recorder=link) as (plane, states):
        one, two = await joined(plane, visit, doctor), await joined(plane, visit, patient)
        plane.tap(visit, doctor, record=True, transcribe=True)
        await until(lambda: len(list(tmp_path.glob("*.webm"))) == 1)
        opened = time.monotonic()
        await asyncio.sleep(5.0)
        os.kill(process.pid, signal.SIGKILL)
        killed = time.monotonic()
        await process.wait()
        seen = two.received[0].video
        await asyncio.sleep(1.0)
        assert two.received[0].video > seen + 5  # nobody in the call notices
        process = await _recorder_process(tmp_path)
        await until(lambda: len(list(tmp_path.glob("*.webm"))) >= 2)
        await asyncio.sleep(3.0)
        plane.tap(visit, doctor, record=False, transcribe=False)
        await until((tmp_path / "closed").exists)
        first, second, *_ = files = sorted(tmp_path.glob("*.webm"))
        pictures, sound = decoded(first)
        assert killed - opened - 2.0 < sound[-1].time < killed - opened + 0.5
        assert killed - opened - 2.0 < pictures[-1].time < killed - opened + 0.5
        pictures, sound = decoded(
            files[-1]
        )  # the second, unless this machine was too slow for a picture within 2 s
        assert pictures[0].key_frame
        assert pictures[-1].time - pictures[0].time > 1.0
        # The sound of the time without a recorder was kept: the second file begins when the first was cut.
        began = [float(path.name.split("-")[1]) for path in (first, second)]
        assert began[1] - began[0] == pytest.approx(killed - opened, abs=1.0)
        assert all(state != ConnectionState.DISCONNECTED for _, state in states)
        await one.leave()
        await two.leave()
    await link.close()
    process.terminate()
    await process.wait()

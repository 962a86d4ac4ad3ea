"""What is recorded keeps its times: lips, late pictures, turned phones, screens, lost stretches, the end of consent.

Flashes and beeps leave a real WebRTC client at the same moments and are looked for in the recorded files.
"""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.media.flashes import beeps_in, flashes_in
from tests.integration.media.flashing_person import FlashingPerson
from tests.integration.media.meeting import FileSegment, FileSink, decoded, meeting, recorder, until
from tools.impaired_line import Profile

pytestmark = pytest.mark.integration
LIPS_S = 0.040


def of_kind(sink: FileSink, kind: str) -> list[FileSegment]:
    return [segment for segment in sink.segments if segment.kind == kind]


def indexed(segment: FileSegment) -> bytes:
    return segment.path.read_bytes()


@pytest.mark.parametrize("codec", ["vp8", "h264"])
async def test_late_picture_turned_phone_and_screen_keep_their_true_times(tmp_path: Path, codec: str) -> None:
    visit, who = uuid4(), uuid4()
    async with recorder(tmp_path) as (link, sink), meeting(recorder=link) as (plane, _):
        person = FlashingPerson(
            plane,
            visit,
            who,
            seconds=9.0,
            flashes=(3.0, 4.6, 6.2),
            late=1.5,
            turned_at=4.0,
            screen_from=4.0,
            codec=codec,
        )
        await person.join()
        plane.tap(visit, who, record=True, transcribe=False)
        await person.until(7.0)
        plane.tap(visit, who, record=False, transcribe=False)
        stopped = person.seconds
        await until(lambda: all(segment.end is not None for segment in sink.segments), 1.0)
        await person.leave()
    cameras, (screen,) = of_kind(sink, "camera"), of_kind(sink, "screen")
    assert len(cameras) == (1 if codec == "vp8" else 2)  # the head of a file tells the size of H.264
    beeps, flashes = [], []
    for segment in cameras:
        beeps += [segment.start + at for at in beeps_in(indexed(segment))]
        flashes += [segment.start + at for at in flashes_in(indexed(segment))]
    shared = [screen.start + at for at in flashes_in(indexed(screen))]
    assert (len(beeps), len(flashes), len(shared)) == (3, 3, 2)
    assert flashes == pytest.approx(beeps, abs=LIPS_S)
    assert shared == pytest.approx(beeps[1:], abs=LIPS_S)
    assert beeps[2] - beeps[0] == pytest.approx(3.2, abs=LIPS_S)
    sizes = [(frame.width, frame.height) for segment in cameras for frame in decoded(segment.path)[0]]
    assert set(sizes) == {(320, 240), (240, 320)}
    pictures, sound = decoded(cameras[0].path)
    first = beeps[0] - cameras[0].start  # of what was sent at second 3.0
    assert pictures[0].time - sound[0].time == pytest.approx(first - sound[0].time - 1.0, abs=0.1)
    # Withdrawn at `stopped`: nothing said or shown a second later is in the file.
    last = max(segment.end or 0.0 for segment in sink.segments)
    assert last - (beeps[0] - 3.0) <= stopped + 1.0
    assert all(segment.gaps == [] for segment in sink.segments)


async def test_a_lost_stretch_stays_on_the_time_line_and_is_marked(tmp_path: Path) -> None:
    """Loss, disorder and repair first, then nothing for 1.5 seconds."""
    visit, who = uuid4(), uuid4()
    async with recorder(tmp_path) as (link, sink), meeting(recorder=link) as (plane, _):
        person = FlashingPerson(plane, visit, who, seconds=12.0, flashes=(2.0, 4.0, 8.5), through=True)
        await person.join()
        assert person.impairer is not None
        plane.tap(visit, who, record=True, transcribe=False)
        person.impairer.set(up=Profile(loss=0.05, delay_s=0.02, jitter_s=0.02, reorder=0.1, reorder_s=0.03))
        await person.until(5.0)
        person.impairer.set(up=Profile())
        person.impairer.blackout()
        await person.until(6.5)
        person.impairer.blackout(False)
        await person.until(9.5)
        plane.tap(visit, who, record=False, transcribe=False)
        await until(lambda: sink.segments and sink.segments[0].end is not None, 2.0)
        await person.leave()
    (segment,) = sink.segments
    pictures, sound = decoded(segment.path)
    for frames in (pictures, sound):
        times = [frame.time for frame in frames]
        assert times == sorted(times)
    beeps, flashes = beeps_in(indexed(segment)), flashes_in(indexed(segment))
    assert flashes == pytest.approx(beeps, abs=LIPS_S)
    assert [beeps[-1] - at for at in beeps[-2:]] == pytest.approx([4.5, 0.0], abs=LIPS_S)
    dark = [gap for gap in segment.gaps if gap[1] - gap[0] > 1.0]
    zero = segment.start + beeps[-1] - 8.5
    assert [kind for _, _, kind in dark if kind == "sound"] == ["sound"]
    begin, end, _ = next(gap for gap in dark if gap[2] == "sound")
    assert (begin - zero, end - zero) == pytest.approx((5.0, 6.5), abs=0.35)

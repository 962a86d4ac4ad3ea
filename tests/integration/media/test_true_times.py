"""What is recorded keeps its times: lips, late pictures, turned phones, screens, lost stretches, the end of consent.

Flashes and beeps leave a real WebRTC client at the same moments and are looked for in the recorded files.
"""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from media import MediaPlane
from tests.integration.media.flashes import beeps_in, flashes_in
from tests.integration.media.flashing_person import FlashingPerson
from tests.integration.media.meeting import FileSegment, decoded, meeting, recorder, until
from tools.impaired_line import Profile

pytestmark = pytest.mark.integration
LIPS_S = 0.040


CODECS = ("vp8", "h264")


async def test_late_picture_turned_phone_and_screen_keep_their_true_times(tmp_path: Path) -> None:
    """Two people, one for each codec. Consent is withdrawn at the end."""
    visit, people = uuid4(), {uuid4(): codec for codec in CODECS}
    async with recorder(tmp_path) as (link, sink), meeting(recorder=link) as (plane, _):
        here = {who: _showing(plane, visit, who, codec) for who, codec in people.items()}
        for who, person in here.items():
            await person.join()
            plane.tap(visit, who, record=True, transcribe=False)
        await person.until(7.0)
        stopped = {}
        for who in here:
            plane.tap(visit, who, record=False, transcribe=False)
            stopped[who] = here[who].seconds
        await until(lambda: all(segment.end is not None for segment in sink.segments), 10.0)
        for person in here.values():
            await person.leave()
    for who in people:
        judge(sink.of(who), stopped[who])


def _showing(plane: MediaPlane, visit: UUID, who: UUID, codec: str) -> FlashingPerson:
    flashes = (3.0, 4.6, 6.2)
    return FlashingPerson(
        plane, visit, who, seconds=9.0, flashes=flashes, late=1.5, turned_at=4.0, screen_from=4.0, codec=codec
    )


def judge(segments: list[FileSegment], stopped: float) -> None:
    """`stopped`: when consent was withdrawn, in seconds since this person's first sound, as the flashes are."""
    cameras = [segment for segment in segments if segment.kind == "camera"]
    (screen,) = [segment for segment in segments if segment.kind == "screen"]
    beeps, flashes, pictures = [], [], []
    for segment in cameras:
        beeps += [segment.start + at for at in beeps_in(segment.path.read_bytes())]
        flashes += [segment.start + at for at in flashes_in(segment.path.read_bytes())]
        pictures += [
            (segment.start + frame.time, frame.width, frame.height) for frame in decoded(segment.path)[0]
        ]
    shared = [screen.start + at for at in flashes_in(screen.path.read_bytes())]
    assert (len(beeps), len(flashes), len(shared)) == (3, 3, 2)
    assert flashes == pytest.approx(beeps, abs=LIPS_S)
    assert shared == pytest.approx(beeps[1:], abs=LIPS_S)
    assert beeps[2] - beeps[0] == pytest.approx(3.2, abs=LIPS_S)
    assert {(width, height) for _, width, height in pictures} == {(320, 240), (240, 320)}
    zero = beeps[0] - 3.0
    assert pictures[0][0] - zero == pytest.approx(1.5, abs=0.1)  # with its first key frame
    # Nothing that was said or shown a second after the withdrawal is in a file.
    assert max(segment.end or 0.0 for segment in segments) - zero <= stopped + 1.0
    assert all(segment.gaps == [] for segment in segments)


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
        await until(lambda: sink.segments and sink.segments[0].end is not None, 10.0)
        await person.leave()
    (segment,) = sink.segments
    pictures, sound = decoded(segment.path)
    for frames in (pictures, sound):
        times = [frame.time for frame in frames]
        assert times == sorted(times)
    beeps, flashes = beeps_in(segment.path.read_bytes()), flashes_in(segment.path.read_bytes())
    assert flashes == pytest.approx(beeps, abs=LIPS_S)
    assert [beeps[-1] - at for at in beeps[-2:]] == pytest.approx([4.5, 0.0], abs=LIPS_S)
    dark = [gap for gap in segment.gaps if gap[1] - gap[0] > 1.0]
    zero = segment.start + beeps[-1] - 8.5
    assert [kind for _, _, kind in dark if kind == "sound"] == ["sound"]
    begin, end, _ = next(gap for gap in dark if gap[2] == "sound")
    assert (begin - zero, end - zero) == pytest.approx((5.0, 6.5), abs=0.35)

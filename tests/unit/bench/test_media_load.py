"""The load of the media bench: the recording as a ring, and a call's packets in their order."""

from itertools import pairwise

import pytest

from bench.media.client import Incoming
from bench.media.flood import payloads
from bench.media.recorded import Recording

RING = Recording(
    frames=[[b"k%d" % n, b"k%d." % n] if n % 4 == 0 else [b"p%d" % n] for n in range(12)],
    sounds=[b"s%d" % n for n in range(20)],
    key_frames=[0, 4, 8],
)


@pytest.mark.parametrize(("frame", "key"), [(0, 0), (1, 4), (8, 8), (9, 12), (13, 16), (24, 24)])
def test_a_key_frame_asked_for_is_the_next_one_of_the_ring(frame: int, key: int) -> None:
    assert RING.next_key_frame(frame) == key
    assert RING.frames[key % len(RING.frames)][0].startswith(b"k")


def test_a_call_in_order_has_pictures_and_sounds_as_they_are_played() -> None:
    packets = payloads(RING, 1.0)
    sound = [at for kind, _, _, at in packets if kind == "audio"]
    video = [at for kind, _, _, at in packets if kind == "video"]
    assert len(sound) == 49
    assert sound == sorted(sound)
    assert video == sorted(video)
    frames = [packets[i][3] for i in range(len(packets)) if packets[i][2]]
    assert len(frames) == 30, "one marker for each picture"
    assert all(b - a == 3000 for a, b in pairwise(frames))


def test_what_is_lost_is_counted_over_the_wrap_of_the_numbers() -> None:
    stream = Incoming(96)
    for number in (65_533, 65_534, 0, 1, 3, 2):
        stream.add(number & 0xFFFF, 100, 0.0)
    assert (stream.packets, stream.lost) == (6, 1)

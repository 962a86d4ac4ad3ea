"""Whatever is shown in a seat, one after the other, the browser sees one stream without a step back."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from media.model import Codec
from media.rtp import Packet
from media.seat_numbers import HOLE, HOLE_S, SeatNumbers
from media.sequence import signed16, signed32
from media.vp8 import parse_descriptor

KEY, DELTA = b"\x10\x02\x00\x9d\x01\x2a", b"\x11"

Part = tuple[int, int, int, int, int]
PARTS = st.lists(
    st.tuples(
        st.integers(0, 0xFFFF),
        st.integers(0, 0xFFFFFFFF),
        st.integers(0, 0x7FFF),
        st.integers(0, 0xFF),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=6,
)
"""Each source: first sequence number, timestamp, picture id, TL0PICIDX, number of pictures."""


def vp8(part: Part, n: int, ssrc: int) -> Packet:
    """The n-th picture of a source, one packet each; 15-bit picture id and TL0PICIDX."""
    sequence, timestamp, picture, tl0, _ = part
    ids = (0x8000 | (picture + n) & 0x7FFF).to_bytes(2, "big") + bytes([(tl0 + n) & 0xFF])
    payload = b"\x90\xc0" + ids + (DELTA if n else KEY)
    return Packet(96, 1, (sequence + n) & 0xFFFF, (timestamp + 3000 * n) & 0xFFFFFFFF, ssrc, payload)


@given(PARTS, st.booleans())
def test_numbers_run_on_over_every_switch(parts: list[Part], same_ssrc: bool) -> None:
    numbers, now, out = SeatNumbers("video"), 0.0, []
    for which, part in enumerate(parts):
        numbers.interrupt()
        for n in range(part[4]):
            placed = numbers.place(vp8(part, n, 1 if same_ssrc else which), "vp8", now)
            assert placed is not None
            out.append(placed)
            now += 1 / 30
    for (s0, t0, p0), (s1, t1, p1) in pairwise(out):
        assert signed16(s1 - s0) == 1
        assert 0 < signed32(t1 - t0) <= 3001
        before, after = parse_descriptor(p0), parse_descriptor(p1)
        assert before is not None
        assert after is not None
        assert before.picture_id is not None
        assert after.picture_id == (before.picture_id + 1) & 0x7FFF
        assert p1[after.tl0_at or 0] == (p0[before.tl0_at or 0] + 1) & 0xFF


@given(PARTS)
def test_a_packet_sent_again_is_what_was_sent(parts: list[Part]) -> None:
    numbers, now = SeatNumbers("video"), 0.0
    for which, part in enumerate(parts):
        numbers.interrupt()
        for n in range(part[4]):
            packet = vp8(part, n, which)
            placed = numbers.place(packet, "vp8", now)
            assert placed is not None
            sequence, timestamp, payload = placed
            assert numbers.source_sequence(sequence) == packet.sequence_number
            assert numbers.again(packet) == (timestamp, payload)
            now += 1 / 30


def test_late_packets_keep_their_place_and_strangers_none() -> None:
    numbers, part = SeatNumbers("video"), (65_530, 0, 0, 0, 0)
    sent = {n: numbers.place(vp8(part, n, 1), "vp8", n / 30) for n in (0, 1, 4, 2, 3, 9, 7)}
    first = sent[0]
    assert first is not None
    for n, placed in sent.items():
        assert placed is not None
        assert (placed[0] - first[0]) & 0xFFFF == n
    assert numbers.place(vp8((65_500, 0, 0, 0, 0), 0, 1), "vp8", 1.0) is None  # from before the beginning


def test_a_picture_begins_with_a_key_frame_in_its_codec() -> None:
    numbers = SeatNumbers("video")
    assert numbers.place(Packet(96, 1, 1, 0, 1, b"\x10" + DELTA), "vp8", 0.0) is None
    assert numbers.place(Packet(96, 1, 2, 0, 1, b"\x41p"), "h264", 0.0) is None
    assert numbers.place(Packet(96, 1, 3, 0, 1, b"\x67s"), "h264", 0.0) is not None


def test_a_long_stream_goes_on_past_every_wrap() -> None:
    numbers, part = SeatNumbers("video"), (1, 0, 0, 0, 0)
    for n in range(70_000):
        assert numbers.place(vp8(part, n, 1), "vp8", n / 30) is not None


def test_sound_goes_on_in_whole_frames() -> None:
    numbers = SeatNumbers("audio")
    timestamps = []
    opus: Codec = "opus"
    for which, at in ((1, 0.0), (1, 0.02), (2, 0.047), (2, 0.067)):
        packet = Packet(111, 0, int(at * 50), int(at * 50) * 960 + which * 777, which, b"x")
        placed = numbers.place(packet, opus, at)
        assert placed is not None
        timestamps.append(placed[1])
    steps = [signed32(b - a) for a, b in pairwise(timestamps)]
    assert steps == [960, 960, 960]


def test_a_hole_nobody_can_repair_is_not_passed_on() -> None:
    """A line that was gone for seconds: the viewer gets the next key frame under the next number, no hole."""
    numbers, before, after = SeatNumbers("video"), (7, 0, 0, 0, 0), (7 + HOLE + 1, 9_000, 300, 9, 0)
    first = numbers.place(vp8(before, 0, 1), "vp8", 0.0)
    assert first is not None
    assert numbers.place(vp8(after, 1, 1), "vp8", 5.0) is None
    assert numbers.waits
    placed = numbers.place(vp8(after, 0, 1), "vp8", 5.1)
    assert placed is not None
    assert signed16(placed[0] - first[0]) == 1
    sound = SeatNumbers("audio")
    heard = [sound.place(Packet(111, 0, n, n * 960, 1, b"x"), "opus", n / 50) for n in (1, 2 + HOLE)]
    numbered = [one[0] for one in heard if one is not None]
    assert signed16(numbered[1] - numbered[0]) == 1
    late = sound.place(Packet(111, 0, 9 + HOLE, 0, 1, b"x"), "opus", (2 + HOLE) / 50 + HOLE_S)
    assert late is not None
    assert signed16(late[0] - numbered[1]) == 1


def test_holes_of_the_source_are_counted_until_they_are_filled() -> None:
    numbers = SeatNumbers("audio")
    for sequence in (10, 11, 14, 15):
        numbers.place(Packet(96, 0, sequence, sequence * 960, 7, b"sound"), "opus", 0.0)
    assert numbers.missing == 2
    numbers.place(Packet(96, 0, 12, 12 * 960, 7, b"sound"), "opus", 0.1)
    assert numbers.missing == 1

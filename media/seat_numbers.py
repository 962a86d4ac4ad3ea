"""The numbers of one seat's stream, whoever is shown in it.

A browser sees one steady stream per seat. Sequence number, timestamp and VP8 picture ids belong to the seat; when
the publisher reconnects, another quality is shown or somebody else takes the seat, the numbers go on where they
stopped, and a picture begins with a key frame. Pure; times are given.
"""

import random
from dataclasses import dataclass

from media import h264, vp8
from media.model import CLOCK_RATE, Codec, Kind
from media.rtp import Packet
from media.sequence import signed16

LEAST_STEP_S = 0.01  # between the pictures of two sources
HOLE, HOLE_S = 128, 1.0  # packets missing at once, or for so long: the line was gone, nobody can repair that
FRAME = 960  # 20 ms of sound: players expect whole frames


@dataclass(slots=True)
class _Shift:
    """Numbers of the present source plus these are the seat's numbers."""

    ssrc: int
    first: int  # the source's first forwarded sequence number, moved along half the number space behind
    sequence: int
    timestamp: int
    picture: int = 0
    tl0: int = 0


class SeatNumbers:
    """Renumbers packets of one source after the other."""

    def __init__(self, kind: Kind) -> None:
        self.next_sequence = random.randrange(0x4000)  # noqa: S311 - lower half: a wrap in the first seconds
        # breaks SRTP's index guess. Nothing secret rests on it.
        self.missing = 0  # numbers that nothing was sent under: holes in what the sources delivered
        self._kind = kind
        self._timestamp = random.randrange(0x40000000)  # noqa: S311
        self._step = 0
        self._sent_at: float | None = None
        self._last: bytes = b""  # the newest payload as it was sent: its picture ids are read when needed
        self._shift: _Shift | None = None

    @property
    def timestamp_shift(self) -> int | None:
        """What to add to the source's timestamps; None before its first packet."""
        return self._shift.timestamp if self._shift is not None else None

    @property
    def waits(self) -> bool:
        """Whether nothing is shown until the source begins, a picture with a key frame."""
        return self._shift is None

    def interrupt(self) -> None:
        """What comes next continues the seat's numbers anew, a picture with its next key frame."""
        self._shift = None

    def place(self, packet: Packet, codec: Codec, now: float) -> tuple[int, int, bytes] | None:
        """(sequence number, timestamp, payload) to send; None for what must not be sent: pictures before a key
        frame, and stragglers from before the present source began."""
        shift = self._shift
        if shift is None or shift.ssrc != packet.ssrc:
            shift = self._begin(packet, codec, now)
            if shift is None:
                return None
        ahead = (packet.sequence_number - shift.first) & 0xFFFF
        if ahead >= 0x8000:
            return None
        if ahead > 0x4000:  # keep the comparison within half the number space
            shift.first = (packet.sequence_number - 0x2000) & 0xFFFF
        sequence = (packet.sequence_number + shift.sequence) & 0xFFFF
        if self._is_hole((sequence - self.next_sequence) & 0xFFFF, now):
            self.interrupt()
            return self.place(packet, codec, now)
        timestamp = (packet.timestamp + shift.timestamp) & 0xFFFFFFFF
        payload = packet.payload
        if shift.picture or shift.tl0:
            payload = vp8.renumbered(payload, shift.picture, shift.tl0)
        skipped = (sequence - self.next_sequence) & 0xFFFF
        if skipped < 0x8000:
            self.missing += skipped
            self._advance(sequence, timestamp, payload, now)
        else:
            self.missing -= 1
        return sequence, timestamp, payload

    def _is_hole(self, missing: int, now: float) -> bool:
        """Whether so many packets are missing, or for so long, that nobody can repair them any more."""
        if not 0 < missing < 0x8000:
            return False
        return missing >= HOLE or (self._sent_at is not None and now - self._sent_at >= HOLE_S)

    def _advance(self, sequence: int, timestamp: int, payload: bytes, now: float) -> None:
        self.next_sequence = (sequence + 1) & 0xFFFF
        if timestamp != self._timestamp:
            self._step = min((timestamp - self._timestamp) & 0xFFFFFFFF, CLOCK_RATE[self._kind])
            self._timestamp = timestamp
        self._sent_at = now
        self._last = payload

    def again(self, packet: Packet) -> tuple[int, bytes] | None:
        """(timestamp, payload) of a packet of the present source that is sent once more."""
        shift = self._shift
        if shift is None or packet.ssrc != shift.ssrc or signed16(packet.sequence_number - shift.first) < 0:
            return None
        payload = packet.payload
        if shift.picture or shift.tl0:
            payload = vp8.renumbered(payload, shift.picture, shift.tl0)
        return (packet.timestamp + shift.timestamp) & 0xFFFFFFFF, payload

    def source_sequence(self, sequence: int) -> int | None:
        """The present source's number of a packet that was sent as `sequence`."""
        return (sequence - self._shift.sequence) & 0xFFFF if self._shift is not None else None

    def _begin(self, packet: Packet, codec: Codec, now: float) -> _Shift | None:
        """Continue with the first packet of a source; a picture begins with a key frame."""
        if not begins(packet.payload, codec):
            return None
        shift = _Shift(
            packet.ssrc,
            packet.sequence_number,
            self.next_sequence - packet.sequence_number,
            self._timestamp + self._elapsed(now) - packet.timestamp,
        )
        if codec == "vp8" and self._last:
            self._go_on_with_pictures(shift, packet.payload)
        self._shift = shift
        return shift

    def _elapsed(self, now: float) -> int:
        """Ticks since the last timestamp, more than none."""
        if self._sent_at is None:
            return 0
        rate = CLOCK_RATE[self._kind]
        ticks = (now - self._sent_at) * rate
        if self._kind == "audio":
            return max(self._step, FRAME, round(ticks / FRAME) * FRAME)
        return max(int(ticks), int(LEAST_STEP_S * rate))

    def _go_on_with_pictures(self, shift: _Shift, payload: bytes) -> None:
        before, first = vp8.parse_descriptor(self._last), vp8.parse_descriptor(payload)
        if before is None or first is None:
            return
        if before.picture_id is not None and first.picture_id is not None:
            shift.picture = before.picture_id + 1 - first.picture_id
        if before.tl0_at is not None and first.tl0_at is not None:
            shift.tl0 = self._last[before.tl0_at] + 1 - payload[first.tl0_at]


def begins(payload: bytes, codec: Codec) -> bool:
    """True when a player can begin with this packet."""
    if codec == "vp8":
        return vp8.starts_key_frame(payload)
    return codec == "opus" or h264.starts_key_frame(payload)

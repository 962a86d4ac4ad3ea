"""The low-bandwidth copy of one source: takes the source's packets for the child, and is itself a source to seats."""

import time
from collections.abc import Callable

from media.link_protocol import CloseStream, KeyFrameWanted, StreamPacket
from media.low_bandwidth.protocol import Frame, StillWanted, Wish
from media.model import CLOCK_RATE, Codec, Kind, Source
from media.rtp import Packet
from media.sequence import signed32
from media.sources import PacketSource, PacketTaker, SenderReport

CACHE_PACKETS = 512  # > 5 s of the copy, for a viewer's NACK
KEY_FRAME_INTERVAL_S = 0.5
STALE_S = 0.6
FRESH_S = 3.0  # a copy that gave nothing for so long is not there

OnStill = Callable[[bytes, float], None]
"""(JPEG, monotonic arrival of the picture)."""


class LowCopy:
    """Enters itself among the source's viewers while something is wanted of it."""

    def __init__(self, number: int, source: PacketSource, send: Callable[[Frame], bool]) -> None:
        self.number = number
        self.source = source
        self.viewers: list[PacketTaker] = []
        self.packets = 0
        self._send = send
        self._wish = Wish(number, False, 0)
        self._wanted = False
        self._sequence = 0
        self._newest = 0  # timestamp the original has got to
        self._cache: list[Packet | None] = [None] * CACHE_PACKETS
        self._delivered_at: float | None = None
        self._key_frame_asked = -1e9
        self._stills: dict[int, OnStill] = {}
        self._token = 0

    # --- a source (media.sources.PacketSource) ---

    @property
    def kind(self) -> Kind:
        return self.source.kind

    @property
    def source_name(self) -> Source:
        return self.source.source_name

    @property
    def codec(self) -> Codec:
        return "opus" if self.source.kind == "audio" else "vp8"

    @property
    def report(self) -> SenderReport | None:
        """The original's: a copy keeps its timestamps, so lip-sync holds across a switch."""
        return self.source.report

    def request_key_frame(self) -> None:
        now = time.monotonic()
        if self.kind == "video" and now - self._key_frame_asked >= KEY_FRAME_INTERVAL_S:
            self._key_frame_asked = now
            self._send(KeyFrameWanted(self.number))

    def cached(self, sequence: int) -> Packet | None:
        packet = self._cache[sequence % CACHE_PACKETS]
        return packet if packet is not None and packet.sequence_number == sequence else None

    # --- a taker (media.sources.PacketTaker) ---

    def forward(self, source: PacketSource, packet: Packet, now: float) -> None:
        marker, sequence, timestamp = bool(packet.marker), packet.sequence_number, packet.timestamp
        name, codec = source.source_name, source.codec
        self._newest = packet.timestamp
        self._send(
            StreamPacket(self.number, name, codec, 0, marker, sequence, timestamp, now, packet.payload)
        )

    def report_from(self, source: PacketSource, report: SenderReport) -> None:
        for viewer in self.viewers:
            viewer.report_from(self, report)

    # --- what is wanted ---

    @property
    def wanted(self) -> bool:
        return self._wanted

    def want(self, copy: bool, bps: int, *, stills: bool = False) -> None:
        """From now on: a copy at `bps`, or the decoder kept warm for stills, or (neither) nothing."""
        wish = Wish(self.number, copy, bps if copy else 0)
        if copy or stills:
            if not self._wanted or wish != self._wish:
                self._wish = wish
                self._send(wish)
            if not self._wanted:
                self._wanted = True
                self.source.viewers.append(self)
                self.source.request_key_frame()
        elif self._wanted:
            self.drop()

    def drop(self) -> None:
        """Nothing is wanted any more."""
        if self in self.source.viewers:
            self.source.viewers.remove(self)
        if self._wanted:
            self._send(CloseStream(self.number, 0.0))
        self._wanted = False
        self._delivered_at = None
        self._stills.clear()

    def greet(self) -> None:
        """The child was started (again) and knows nothing."""
        self.lost()
        if self._wanted:
            self._send(self._wish)
            self.source.request_key_frame()

    def lost(self) -> None:
        """The child is gone, and what it was asked for with it."""
        self._delivered_at = None
        self._stills.clear()

    def still(self, size: int, on_still: OnStill) -> bool:
        """Ask for the newest picture as a JPEG of at most `size` bytes; it may never come. False: no child."""
        self._token = (self._token + 1) & 0xFFFFFFFF
        if len(self._stills) >= 16:
            self._stills.clear()
        self._stills[self._token] = on_still
        return self._send(StillWanted(self.number, self._token, size))

    # --- what the child gives ---

    def flows(self, now: float) -> bool:
        """Whether the copy can be shown: its packets come."""
        return self._delivered_at is not None and now - self._delivered_at < FRESH_S

    def deliver(self, coded: StreamPacket) -> None:
        """One packet of the copy, on to the seats. What a child that was busy (it is starting) makes of a while ago is
        left out: sent in a row it would be played in a row, and everything after it as late as that."""
        now = time.monotonic()
        if signed32(self._newest - coded.timestamp) > STALE_S * CLOCK_RATE[self.kind]:
            return
        self._delivered_at = now
        sequence, self._sequence = self._sequence, (self._sequence + 1) & 0xFFFF
        packet = Packet(0, int(coded.marker), sequence, coded.timestamp, self.number, coded.payload)
        self._cache[sequence % CACHE_PACKETS] = packet
        self.packets += 1
        for viewer in list(self.viewers):
            viewer.forward(self, packet, now)

    def delivered_still(self, token: int, taken_at: float, jpeg: bytes) -> None:
        if (on_still := self._stills.pop(token, None)) is not None:
            on_still(jpeg, taken_at)

"""What a seat can show, and who takes packets from it.

A participant's microphone, camera or screen is a source (`media.receiver.RoomReceiver`); a copy of it at a lower
rate is another. A seat (`media.sender.RoomSender`) enters itself with the source it shows.
"""

from dataclasses import dataclass
from typing import Protocol

from media.model import Codec, Kind, Source
from media.rtp import Packet


@dataclass(frozen=True, slots=True)
class SenderReport:
    """The source's pair of wall clock (NTP, 32.32) and RTP timestamp, and when it came (monotonic seconds)."""

    ntp: int
    rtp: int
    arrived: float


class PacketTaker(Protocol):
    """Somebody who is given a source's packets, on the loop, in the order of their arrival."""

    def forward(self, source: "PacketSource", packet: Packet, now: float) -> None:
        """`now`: monotonic seconds of the arrival. Never raises, never waits."""

    def report_from(self, source: "PacketSource", report: SenderReport) -> None:
        """The source told its clocks."""


class PacketSource(Protocol):
    """One stream of packets with its own numbers."""

    viewers: list[PacketTaker]

    @property
    def kind(self) -> Kind: ...

    @property
    def source_name(self) -> Source: ...

    @property
    def codec(self) -> Codec: ...

    @property
    def report(self) -> SenderReport | None:
        """The newest sender report, in this source's timestamps."""

    def request_key_frame(self) -> None:
        """Soon, please; requests in quick succession become one. Nothing to a source of sound."""

    def cached(self, sequence: int) -> Packet | None:
        """A recent packet by its sequence number, for a viewer's NACK."""

"""What the media plane is told and tells. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from media.candidates import AddressPolicy
from media.limits import Allowance

Kind = Literal["audio", "video"]
Source = Literal["microphone", "camera", "screen"]
Codec = Literal["opus", "vp8", "h264"]
SegmentKind = Literal["camera", "screen"]  # of a recording: the camera with the microphone, or the screen
CLOCK_RATE: dict[str, int] = {"audio": 48_000, "video": 90_000}
SOURCES: tuple[Source, ...] = ("microphone", "camera", "screen")
"""What a participant can send, in the order of the connection's m-lines, and of each seat's."""
KIND_OF: dict[Source, Kind] = {"microphone": "audio", "camera": "video", "screen": "video"}


class ConnectionState(StrEnum):
    """A participant's media connection as the others see it."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"  # nothing heard for a while; may come back by itself
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RelayAccess:
    """One TURN server and a credential for it, for one connection of ours."""

    url: str
    username: str
    credential: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """`listen`: addresses or networks (CIDR) of this machine to offer; empty offers all but loopback,
    link-local and Docker's bridge. `allow_private` and `allow_loopback`: send to private addresses named by
    a participant (clinics whose staff sit in the same network; the demo on one machine). `announced`: (own, public)
    pairs of addresses, the public one is told (1:1 NAT). `ports`: lowest and highest UDP port, zeros for any.
    `relay`: access to the TURN server through which this server is itself reached. `allowance`: what one participant
    may send. `rooms` and `participants`: what this node carries at once."""

    seats: int = 3  # 1 to 5: two to six people
    listen: tuple[str, ...] = ()
    allow_private: bool = False
    allow_loopback: bool = False
    connect_timeout_s: float = 30.0
    silence_s: float = 6.0  # without any datagram for so long a participant counts as disconnected
    broken_s: float = 2.0  # the same for one who was sending media until then
    close_timeout_s: float = 3.0
    announced: tuple[tuple[str, str], ...] = ()
    ports: tuple[int, int] = (0, 0)
    relay: "Callable[[], RelayAccess] | None" = None
    allowance: Allowance = field(default_factory=Allowance)
    rooms: int = 200
    participants: int = 400

    @property
    def policy(self) -> AddressPolicy:
        return AddressPolicy(allow_private=self.allow_private, allow_loopback=self.allow_loopback)


@dataclass(frozen=True, slots=True)
class Tap:
    """What of a participant's media leaves the live path. Both off: nothing."""

    record: bool = False
    transcribe: bool = False

    @property
    def on(self) -> bool:
        return self.record or self.transcribe


@dataclass(frozen=True, slots=True)
class LineFigures:
    """What is known of media in one direction of one line over the last seconds.

    `loss`: share of packets (0 to 1) that did not come by themselves; `jitter_s`: RFC 3550 section 6.4.1;
    `packets`: forwarded so far.
    """

    bitrate_bps: int = 0
    estimate_bps: int | None = None
    loss: float = 0.0
    jitter_s: float = 0.0
    rtt_s: float | None = None
    packets: int = 0


def together(figures: Sequence[LineFigures]) -> LineFigures:
    """Several streams of one line as one: rates and packets summed, loss weighted by rate, the worst jitter,
    the best estimate and round trip."""
    if not figures:
        return LineFigures()
    weights = [max(1, one.bitrate_bps) for one in figures]
    return LineFigures(
        sum(one.bitrate_bps for one in figures),
        max((one.estimate_bps for one in figures if one.estimate_bps is not None), default=None),
        sum(one.loss * weight for one, weight in zip(figures, weights, strict=True)) / sum(weights),
        max(one.jitter_s for one in figures),
        min((one.rtt_s for one in figures if one.rtt_s is not None), default=None),
        sum(one.packets for one in figures),
    )


Figures = dict[Literal["up", "down"], dict[Source, LineFigures]]
"""Of one participant: what it sends (up) and what it is sent (down: over all seats), per source."""

"""What the media plane is told and tells. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from media.candidates import AddressPolicy

Kind = Literal["audio", "video"]
CLOCK_RATE: dict[str, int] = {"audio": 48_000, "video": 90_000}


class ConnectionState(StrEnum):
    """A participant's media connection as the others see it."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"  # nothing heard for a while; may come back by itself
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """`listen`: addresses or networks (CIDR) of this machine to offer; empty offers all but loopback,
    link-local and Docker's bridge. `allow_private` and `allow_loopback`: send to private addresses named by
    a participant (clinics whose staff sit in the same network; the demo on one machine)."""

    seats: int = 3
    listen: tuple[str, ...] = ()
    allow_private: bool = False
    allow_loopback: bool = False
    connect_timeout_s: float = 30.0
    silence_s: float = 6.0  # without any datagram for so long a participant counts as disconnected
    broken_s: float = 2.0  # the same for one who was sending media until then
    close_timeout_s: float = 3.0

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

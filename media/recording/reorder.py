"""Puts one stream's packets back in order, waiting a bounded time for repairs. Pure; times come with the
packets."""

from dataclasses import dataclass

from media.link_protocol import StreamPacket
from media.sequence import Unwrapped

MOST_WAITING = 2048


@dataclass(frozen=True, slots=True)
class Ordered:
    """A packet in its place. `gap`: something before it never came."""

    packet: StreamPacket
    gap: bool


class ReorderBuffer:
    """`window_s`: how long a missing packet is waited for once a later one has come."""

    def __init__(self, window_s: float) -> None:
        self._window = window_s
        self._connection: int | None = None
        self._unwrap = Unwrapped(16)
        self._next: int | None = None
        self._waiting: dict[int, StreamPacket] = {}

    def push(self, packet: StreamPacket) -> list[Ordered]:
        """What is ready with this packet. A new connection releases everything of the old one first."""
        ready: list[Ordered] = []
        if packet.connection != self._connection:
            ready = self.flush()
            self._connection = packet.connection
            self._unwrap = Unwrapped(16)
            self._next = None
        number = self._unwrap(packet.sequence)
        if self._next is None:
            self._next = number
        if number < self._next or number in self._waiting:
            return ready
        self._waiting[number] = packet
        return ready + self.due(packet.at)

    def due(self, at: float) -> list[Ordered]:
        """What is ready at `at`: everything in order, and what has waited long enough behind a gap."""
        ready: list[Ordered] = []
        while self._waiting:
            assert self._next is not None
            packet = self._waiting.pop(self._next, None)
            if packet is not None:
                ready.append(Ordered(packet, gap=False))
                self._next += 1
                continue
            first = min(self._waiting)
            if at - self._waiting[first].at < self._window and len(self._waiting) < MOST_WAITING:
                break
            ready.append(Ordered(self._waiting.pop(first), gap=True))
            self._next = first + 1
        return ready

    def flush(self) -> list[Ordered]:
        """Everything, now."""
        return self.due(float("inf"))

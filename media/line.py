"""One connection's media, from the datagram to the seats and back, without tasks or queues.

aiortc takes a packet from aioice's queue in a task of its own, makes objects of all it holds and hands them to
coroutines: 47 µs a packet at a call's rate. Once DTLS has given the keys, RTP and RTCP of a proven address come here
from the socket's own callback: checked and opened by libsrtp, routed by SSRC, and sent on before the callback
returns. What libsrtp does not accept is counted and dropped (RFC 3711 section 3.3); nothing is ever raised.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

from aioice.ice import CandidatePair
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtp import AnyRtcpPacket, RtcpPacket

from core.telemetry import counter
from media import guard
from media.limits import Allowance, Flow
from media.rtp import Extension, Packet, parse
from media.srtp import LONGEST, Srtp

logger = logging.getLogger(__name__)

MAX_SSRCS = 48  # of one participant: libsrtp keeps a context for each
# One compound packet can hold seventy reports or ask for thousands of packets. A browser in a room of six sends some
# fifty small ones a second.
RTCP = Allowance(packets_per_s=800, bits_per_s=800_000)
MAX_BACKLOG = 1 << 20  # bytes waiting in our side of the socket, above which nothing more is sent
DROPPED = counter(
    "media_packets_dropped_total", "Packets of participants that were not forwarded", ("reason",)
)
_DROPPED = {reason: DROPPED.labels(reason) for reason in ("srtp", "malformed", "unrouted", "failed", "flood")}


class PacketReceiver(Protocol):
    """Who takes a participant's packets."""

    def take(self, packet: Packet, now: float, size: int) -> None: ...


class MediaLine:
    """SRTP of one connection in both directions."""

    def __init__(self, dtls: RTCDtlsTransport, allowance: Allowance | None = None) -> None:
        self.dtls = dtls
        self.flow = Flow(allowance or Allowance())
        self._rtcp = Flow(RTCP)
        self.extensions: dict[int, Extension] = {}
        self.by_ssrc: dict[int, PacketReceiver] = {}
        self.by_mid: dict[bytes, PacketReceiver] = {}
        self.on_rtcp: Callable[[AnyRtcpPacket, float], None] = lambda packet, now: None
        self.on_packet: Callable[[Packet, float, int], None] = lambda packet, now, size: None
        self._srtp: Srtp | None = None
        self._seen: set[int] = set()  # SSRCs libsrtp has a context for
        self._pair: CandidatePair | None = None
        self._socket: Any = None
        self._keeps = False
        self._failed = False
        self._remote: tuple[str, int] = ("", 0)
        dtls.on("statechange", self._dtls_changed)

    def close(self) -> None:
        """Nothing goes in or out any more."""
        self._srtp = None
        guard.guard_of(self.dtls.transport._connection).fast = None
        self.on_rtcp, self.on_packet = lambda packet, now: None, lambda packet, now, size: None
        self.by_ssrc.clear()
        self.by_mid.clear()

    @property
    def is_open(self) -> bool:
        return self._srtp is not None

    def _dtls_changed(self) -> None:
        ice = self.dtls.transport._connection
        if self.dtls.state == "connected":
            # The guard is kept by the ICE connection's identity; `close` unties the knot.
            self._srtp = Srtp(self.dtls._rx_srtp, self.dtls._tx_srtp)
            guard.guard_of(ice).fast = self.datagram
        elif self.dtls.state in ("closed", "failed"):
            self._srtp = None
            guard.guard_of(ice).fast = None

    # --- in ---

    def datagram(self, data: bytes) -> bool:
        """A datagram of a proven address; True when it was media (dealt with), False for DTLS."""
        if data[0] < 128 or self._srtp is None:
            return False
        try:
            reason = self._take(self._srtp, data)
        except Exception:
            if not self._failed:  # once is enough to find the mistake; a log of each would be a flood
                logger.exception("a packet could not be forwarded")
            self._failed = True
            reason = "failed"
        if reason is not None:
            _DROPPED[reason].inc()
        return True

    def _take(self, srtp: Srtp, data: bytes) -> str | None:
        """Why the packet was dropped."""
        size = len(data)
        if size < 12 or size > LONGEST:
            return "malformed"
        if 192 <= data[1] <= 223:  # RTCP, RFC 5761 section 4
            return self._take_rtcp(srtp, data)
        ssrc = int.from_bytes(data[8:12], "big")
        if ssrc not in self._seen and len(self._seen) >= MAX_SSRCS:
            return "unrouted"
        plain = srtp.open_rtp(data)
        if plain is None:
            return "srtp"
        self._seen.add(ssrc)
        now = time.monotonic()
        if not self.flow.take(size, now):  # all that is this participant's for sure, of use or not
            return "flood"
        packet = parse(plain, self.extensions)
        if packet is None:
            return "malformed"
        receiver = self.by_ssrc.get(ssrc) or self._learn(packet)
        if receiver is None:
            return "unrouted"
        self.on_packet(packet, now, size)
        receiver.take(packet, now, size)
        return None

    def _learn(self, packet: Packet) -> PacketReceiver | None:
        """The receiver of an SSRC that was not announced, by its m-line's name (RFC 9143 section 9.2)."""
        receiver = self.by_mid.get(packet.mid) if packet.mid is not None else None
        if receiver is not None:
            self.by_ssrc[packet.ssrc] = receiver
        return receiver

    def _take_rtcp(self, srtp: Srtp, data: bytes) -> str | None:
        ssrc = int.from_bytes(data[4:8], "big")
        if ssrc not in self._seen and len(self._seen) >= MAX_SSRCS:
            return "unrouted"
        plain = srtp.open_rtcp(data)
        if plain is None:
            return "srtp"
        self._seen.add(ssrc)
        now = time.monotonic()
        within = self._rtcp.take(len(data), now)
        if not self.flow.take(len(data), now) or not within:
            return "flood"
        try:
            packets = RtcpPacket.parse(plain)
        except Exception:  # ValueError by contract; struct.error and IndexError on cut packets
            return "malformed"
        for packet in packets:
            self.on_rtcp(packet, now)
        return None

    # --- out ---

    def send_rtp(self, data: bytes) -> bool:
        """Protect and send at once. False when the connection is not open, or its socket is full."""
        sealed = self._srtp.seal_rtp(data) if self._srtp is not None else None
        return sealed is not None and self._send(sealed)

    def send_rtcp(self, data: bytes) -> bool:
        sealed = self._srtp.seal_rtcp(data) if self._srtp is not None else None
        return sealed is not None and self._send(sealed)

    @property
    def backlog(self) -> int:
        """Bytes that wait because the socket takes no more."""
        waiting: int = self._socket.get_write_buffer_size() if self._socket is not None else 0
        return waiting

    def _send(self, sealed: memoryview) -> bool:
        pair = self.dtls.transport._connection._nominated.get(1)
        if pair is not self._pair or pair is None:
            if pair is None:
                return False
            self._pair, self._socket, self._remote = pair, pair.protocol.transport, pair.remote_addr
            # A socket takes the bytes before `sendto` returns; a relay's transport sends them in a task of its own.
            self._keeps = not isinstance(self._socket, asyncio.DatagramTransport)
        if self._socket.get_write_buffer_size() > MAX_BACKLOG:
            return False
        self._socket.sendto(bytes(sealed) if self._keeps else sealed, self._remote)
        return True

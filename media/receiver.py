"""The publisher's side of forwarding: takes RTP as it comes, repairs losses upstream, decodes nothing.

aiortc's own receiver decodes in a thread per track, asks for a lost packet once, and its jitter buffer keeps
every delay it ever met (field notes A.4). Here each packet goes to the subscribers and the recorder the
moment it arrives.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from aiortc.codecs import is_rtx
from aiortc.rate import BandwidthUsage, RemoteBitrateEstimator
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import RTCRtpReceiver, StreamStatistics
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    RtpPacket,
    pack_remb_fci,
    unwrap_rtx,
)

from media.figures import Reading, StreamHistory
from media.model import CLOCK_RATE, KIND_OF, Codec, Kind, LineFigures, Source
from media.rtp import Packet
from media.sequence import LossTracker
from media.sources import PacketTaker, SenderReport

logger = logging.getLogger(__name__)

CACHE_PACKETS = 1024  # > 1 s of a 2 Mbps camera: what subscribers may still ask for
KEY_FRAME_INTERVAL_S = 0.5  # one request serves everybody who asks within it (Galène, LiveKit)
REMB_INTERVAL_S = 0.5
# Estimates grow by 8 % a second from what is sent, and a browser begins at 300 kbit/s: a good line would show a blurred
# face for half a minute. Browsers trust the first REMB at once, so a call begins as if 600 kbit/s were there, until the
# line shows that they are not.
START_BPS = 600_000
START_S = 8.0
LOWEST_REMB = 50_000  # Chromium still sends 320x240 at 12 frames/s with this (measured)

OnPacket = Callable[["RoomReceiver", Packet, float], None]
OnReport = Callable[["RoomReceiver", SenderReport], None]


class RoomReceiver(RTCRtpReceiver):
    """One source of one participant's connection: a `PacketSource`."""

    def __init__(self, source_name: Source, transport: RTCDtlsTransport) -> None:
        kind = KIND_OF[source_name]
        super().__init__(kind, transport)
        self.kind: Kind = kind
        self.source_name: Source = source_name
        self.codec: Codec = "opus" if kind == "audio" else "vp8"
        self.viewers: list[PacketTaker] = []
        self.report: SenderReport | None = None
        self.rtt = 0.1
        self.packets = 0
        self._octets = 0
        self._history = StreamHistory()
        self._dtls = transport
        self._on_packet: OnPacket | None = None
        self._on_report: OnReport | None = None
        self._own_ssrc = 0
        self._media_ssrc: int | None = None
        self._apt: dict[int, int] = {}  # RTX payload type -> repaired payload type
        self._payload_types: set[int] = set()
        self._losses = LossTracker()
        self._streams: dict[int, StreamStatistics] = {}
        self._cache: list[Packet | None] = [None] * (CACHE_PACKETS if kind == "video" else 0)
        self._estimator = RemoteBitrateEstimator() if kind == "video" else None
        self._uplink_bps: int | None = None
        self._remb_sent = 0.0
        self._starts_until: float | None = None
        self._nack_timer: asyncio.TimerHandle | None = None
        self._key_frame_asked = -1.0
        self._key_frame_timer: asyncio.TimerHandle | None = None
        self._closed = False

    def listen(self, on_packet: OnPacket, on_report: OnReport) -> None:
        """Beside the viewers, give each media packet (RTX unwrapped, duplicates removed) to `on_packet` with its
        monotonic arrival."""
        self._on_packet, self._on_report = on_packet, on_report

    # --- called by aiortc ---

    def _set_rtcp_ssrc(self, ssrc: int) -> None:
        super()._set_rtcp_ssrc(ssrc)
        self._own_ssrc = ssrc

    def setTransport(self, transport: RTCDtlsTransport) -> None:  # noqa: N802 - aiortc's name
        super().setTransport(transport)
        self._dtls = transport

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        if self._payload_types or self._closed:
            return
        for codec in parameters.codecs:
            number, apt = codec.payloadType or 0, codec.parameters.get("apt")
            self._payload_types.add(number)
            if is_rtx(codec) and isinstance(apt, int):
                self._apt[number] = apt
            elif codec.name == "H264":
                self.codec = "h264"
        self._dtls._register_rtp_receiver(self, parameters)
        for encoding in parameters.encodings:
            self._media_ssrc = encoding.ssrc
            if (
                encoding.rtx is not None
            ):  # aiortc forgets it, and drops every repair once two videos share a bundle
                self._dtls._rtp_router.ssrc_table[encoding.rtx.ssrc] = self

    async def stop(self) -> None:
        self._closed = True
        for timer in (self._nack_timer, self._key_frame_timer):
            if timer is not None:
                timer.cancel()
        self._nack_timer = self._key_frame_timer = None
        self._on_packet = self._on_report = None
        self._dtls._unregister_rtp_receiver(self)

    def _handle_disconnect(self) -> None:
        """Nothing to stop: there is no decoder."""

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        # A BYE is ignored on purpose: the connection's own state says when a participant is gone.
        if isinstance(packet, RtcpSrPacket) and packet.ssrc == self._media_ssrc:
            info = packet.sender_info
            self.report = SenderReport(info.ntp_timestamp, info.rtp_timestamp, time.monotonic())
            for viewer in self.viewers:
                viewer.report_from(self, self.report)
            if self._on_report is not None:
                self._on_report(self, self.report)

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        # An exception here would close the publisher's whole connection (aiortc's pump ends on any).
        try:
            self._take(packet, arrival_time_ms)
        except Exception:
            logger.exception("a media packet could not be forwarded")

    # --- taking packets ---

    def _take(self, packet: RtpPacket, arrival_ms: int) -> None:
        now = time.monotonic()
        if packet.payload_type not in self._payload_types or self._closed:
            return
        self._estimate(packet, arrival_ms)
        statistics = self._streams.get(packet.ssrc)
        if statistics is None:
            if len(self._streams) >= 8:
                return
            statistics = self._streams[packet.ssrc] = StreamStatistics(CLOCK_RATE[self.kind])
        statistics.add(packet)
        apt = self._apt.get(packet.payload_type)
        if apt is not None:
            if len(packet.payload) < 2 or self._media_ssrc is None:
                return  # padding that probes for bandwidth
            packet = unwrap_rtx(packet, payload_type=apt, ssrc=self._media_ssrc)
        elif packet.ssrc != self._media_ssrc:
            self._media_ssrc = packet.ssrc
            self._losses = LossTracker()
        if self._losses.add(packet.sequence_number, now):
            self._deliver(_ours(packet), now)
        if self._cache and self._losses.waiting and self._nack_timer is None:
            self._schedule_nack(0.02)

    def _deliver(self, packet: Packet, now: float) -> None:
        self.packets += 1
        self._octets += len(packet.payload)
        if self._cache:
            self._cache[packet.sequence_number % CACHE_PACKETS] = packet
        for viewer in self.viewers:
            viewer.forward(self, packet, now)
        if self._on_packet is not None:
            self._on_packet(self, packet, now)

    def cached(self, sequence: int) -> Packet | None:
        """A recent video packet by its sequence number, for a subscriber's NACK."""
        packet = self._cache[sequence % CACHE_PACKETS] if self._cache else None
        return packet if packet is not None and packet.sequence_number == sequence else None

    # --- feedback to the publisher ---

    def _estimate(self, packet: RtpPacket, arrival_ms: int) -> None:
        if self._estimator is None or packet.extensions.abs_send_time is None:
            return
        estimate = self._estimator.add(
            abs_send_time=packet.extensions.abs_send_time,
            arrival_time_ms=arrival_ms,
            payload_size=len(packet.payload) + packet.padding_size,
            ssrc=packet.ssrc,
        )
        if estimate is not None:
            self._uplink_bps = estimate[0]
        if self._starts_until is None:
            self._starts_until = time.monotonic() + START_S
        elif self._estimator.detector.state() is BandwidthUsage.OVERUSING:
            self._starts_until = 0.0

    def send_remb(self, downlink_bps: int | None, now: float) -> None:
        """Tell the publisher the lowest of its own uplink and what its viewers can take (bits/s)."""
        starting = self._starts_until is not None and now < self._starts_until
        known = [bps for bps in (self._uplink_bps, downlink_bps) if bps is not None]
        if (
            self._media_ssrc is None
            or not (known or starting)
            or now - self._remb_sent < REMB_INTERVAL_S * 0.9
        ):
            return
        self._remb_sent = now
        least = START_BPS if starting else LOWEST_REMB
        fci = pack_remb_fci(max(least, min(known, default=0)), [self._media_ssrc])
        self._send(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=self._own_ssrc, media_ssrc=0, fci=fci))

    def request_key_frame(self) -> None:
        """Ask the publisher for a key frame; requests within half a second become one."""
        if self.kind != "video" or self._closed or self._key_frame_timer is not None:
            return
        wait = self._key_frame_asked + KEY_FRAME_INTERVAL_S - time.monotonic()
        if wait > 0:
            self._key_frame_timer = asyncio.get_running_loop().call_later(wait, self._ask_key_frame)
        else:
            self._ask_key_frame()

    def _ask_key_frame(self) -> None:
        self._key_frame_timer = None
        if self._media_ssrc is not None:
            self._key_frame_asked = time.monotonic()
            self._send(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=self._own_ssrc, media_ssrc=self._media_ssrc))

    def _schedule_nack(self, delay: float) -> None:
        self._nack_timer = asyncio.get_running_loop().call_later(delay, self._send_nacks)

    def _send_nacks(self) -> None:
        self._nack_timer = None
        lost = sorted(self._losses.due(time.monotonic(), self.rtt))
        if lost and self._media_ssrc is not None:
            nack = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=self._own_ssrc, media_ssrc=self._media_ssrc)
            nack.lost = lost[:64]
            self._send(nack)
        if self._losses.waiting and not self._closed:
            self._schedule_nack(0.02)

    def figures(self, now: float) -> LineFigures:
        """Of what the participant sends here."""
        reading, stream = self._reading(now), self._streams.get(self._media_ssrc or -1)
        return LineFigures(
            self._history.bitrate(reading),
            self._uplink_bps,
            self._history.loss(reading),
            stream.jitter / CLOCK_RATE[self.kind] if stream is not None else 0.0,
            self.rtt,
            self.packets,
        )

    def _reading(self, now: float) -> Reading:
        return Reading(now, self._octets, self._losses.expected, self._losses.lost)

    def send_report(self) -> None:
        """The receiver report, due about once a second."""
        self._history.note(self._reading(time.monotonic()))
        reports = [self._report_on(ssrc, stream) for ssrc, stream in self._streams.items()]
        if reports:
            self._send(RtcpRrPacket(ssrc=self._own_ssrc, reports=reports))

    def _report_on(self, ssrc: int, stream: StreamStatistics) -> RtcpReceiverInfo:
        lsr = dlsr = 0
        if self.report is not None and ssrc == self._media_ssrc:
            lsr = (self.report.ntp >> 16) & 0xFFFFFFFF
            dlsr = min(int((time.monotonic() - self.report.arrived) * 65536), 0xFFFFFFFF)
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=min(255, stream.fraction_lost),
            packets_lost=stream.packets_lost,
            highest_sequence=(stream.cycles + (stream.max_seq or 0)) & 0xFFFFFFFF,
            jitter=max(0, stream.jitter) & 0xFFFFFFFF,
            lsr=lsr,
            dlsr=dlsr,
        )

    def _send(self, packet: AnyRtcpPacket) -> None:
        send_soon(self._dtls, bytes(packet))


def _ours(packet: RtpPacket) -> Packet:
    p, level = packet, packet.extensions.audio_level
    byte = None if level is None else (0x80 if level[0] else 0) | (level[1] & 0x7F)
    return Packet(p.payload_type, p.marker, p.sequence_number, p.timestamp, p.ssrc, p.payload, byte)


def send_soon(dtls: RTCDtlsTransport, data: bytes) -> bool:
    """Send RTP or RTCP at once. aiortc's coroutine never waits (UDP sendto), so it is run to its end here,
    which keeps fan-out free of tasks. False when the connection is gone or its socket is full."""
    sending = dtls._send_rtp(data)
    try:
        sending.send(None)
    except StopIteration:
        return True
    except Exception:
        return False
    sending.close()  # pragma: no cover - only a TURN/TCP transport could wait, and the server uses none
    return False

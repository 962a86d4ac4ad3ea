"""The subscriber's side of forwarding: somebody else's packets under this connection's own numbers.

A browser sees one steady stream per seat. SSRC, sequence number, timestamp and VP8 picture ids belong to the
seat; when the publisher reconnects, or somebody else takes the seat, the numbers go on where they stopped
and the picture waits for a key frame.
"""

import random
import time
from dataclasses import dataclass
from struct import pack

from aiortc.clock import current_ntp_time
from aiortc.codecs import is_rtx
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    unpack_remb_fci,
)
from aiortc.stats import RTCStatsReport

from media.figures import Reading, ReportedLoss, StreamHistory
from media.model import CLOCK_RATE, KIND_OF, LineFigures, Source
from media.receiver import send_soon
from media.rtp import Packet
from media.sdp_gate import ABS_SEND_TIME, AUDIO_LEVEL
from media.sequence import signed16
from media.sources import PacketSource, SenderReport
from media.vp8 import parse_descriptor, renumbered, starts_key_frame

MAX_SOCKET_BACKLOG = 256 * 1024  # bytes waiting in the socket; video stops above it, sound never does
REPEAT_S = 0.1  # a NACK for the same packet within this time is the same wish
MAX_REPEATS = 3
REMB_AGE_S = 10.0


@dataclass(slots=True)
class _Shift:
    """Numbers of the present source plus these are the seat's numbers."""

    first: int  # the source's first forwarded sequence number
    sequence: int
    timestamp: int
    picture: int = 0
    tl0: int = 0


class RoomSender(RTCRtpSender):
    """One source of one seat."""

    def __init__(self, source_name: Source, transport: RTCDtlsTransport) -> None:
        super().__init__(KIND_OF[source_name], transport)
        self.source_name: Source = source_name
        self.source: PacketSource | None = None
        self.packets = 0
        self.dropped = 0
        self._dtls = transport
        self._started = False
        self._payload_type = 0
        self._rtx_payload_type: int | None = None
        self._extension_id = 0
        self._cname = b""
        self._shift: _Shift | None = None
        # The first number lies in the lower half: a wrap in the first seconds breaks SRTP's index guess.
        self._next_sequence = random.randrange(0x4000)  # noqa: S311 - SRTP does not rest on it
        self._next_timestamp = random.randrange(0x40000000)  # noqa: S311
        self._last_sent_at: float | None = None
        self._last_picture = 0
        self._last_tl0 = 0
        self._octets = 0
        self._rtx_sequence = random.randrange(0x4000)  # noqa: S311
        self._repeats: dict[int, tuple[int, float]] = {}
        self._sr_sent: tuple[int, float] | None = None
        self._remb: tuple[int, float] | None = None
        self.rtt: float | None = None
        self._reported = ReportedLoss()
        self._history = StreamHistory()

    # --- called by aiortc ---

    def setTransport(self, transport: RTCDtlsTransport) -> None:  # noqa: N802 - aiortc's name
        super().setTransport(transport)
        self._dtls = transport

    async def send(self, parameters: RTCRtpSendParameters) -> None:
        if self._started:
            return
        self._started = True
        self._payload_type = parameters.codecs[0].payloadType or 0
        self._cname = parameters.rtcp.cname.encode() if parameters.rtcp.cname else b""
        repairs = [
            c.payloadType
            for c in parameters.codecs
            if is_rtx(c) and c.parameters.get("apt") == self._payload_type
        ]
        self._rtx_payload_type = repairs[0] if repairs else None
        wanted = AUDIO_LEVEL if self.kind == "audio" else ABS_SEND_TIME
        identifiers = [e.id for e in parameters.headerExtensions if e.uri == wanted and 0 < e.id < 15]
        self._extension_id = identifiers[0] if identifiers else 0
        self._dtls._register_rtp_sender(self, parameters)
        if self.source is not None:
            self.source.request_key_frame()

    async def stop(self) -> None:
        self._started = False
        self.attach(None)
        self._dtls._unregister_rtp_sender(self)

    async def getStats(self) -> RTCStatsReport:  # noqa: N802 - aiortc's name
        return RTCStatsReport()

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        if isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
            for sequence in packet.lost[:256]:
                self._repeat(sequence)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
            if self.source is not None:
                self.source.request_key_frame()
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            self._note_remb(packet)
        elif isinstance(packet, (RtcpRrPacket, RtcpSrPacket)):
            for report in packet.reports:
                self._note_report(report)

    # --- the seat's source ---

    def attach(self, source: PacketSource | None) -> None:
        """Show this source from now on (None: nothing)."""
        if source is self.source:
            return
        if self.source is not None:
            self.source.viewers.remove(self)
        self.source = source
        if source is not None:
            source.viewers.append(self)
        self._shift = None
        self._repeats.clear()
        if source is not None:
            source.request_key_frame()

    def forward(self, source: PacketSource, packet: Packet, now: float) -> None:
        """Send one packet of the source on. Never raises, never waits."""
        if not self._started or source is not self.source:
            return
        shift = self._shift
        if shift is None:
            shift = self._begin(packet, now)
            if shift is None:
                return
        ahead = signed16(packet.sequence_number - shift.first)
        if ahead < 0:
            return  # from before the switch
        if ahead > 0x4000:  # keep the comparison within half the number space
            shift.first = (packet.sequence_number - 0x2000) & 0xFFFF
        if self.kind == "video" and self._backlog() > MAX_SOCKET_BACKLOG:
            self._shift = None  # go on at the next key frame
            self.dropped += 1
            if self.source is not None:
                self.source.request_key_frame()
            return
        payload = packet.payload
        if shift.picture or shift.tl0:
            payload = renumbered(payload, shift.picture, shift.tl0)
        sequence = (packet.sequence_number + shift.sequence) & 0xFFFF
        timestamp = (packet.timestamp + shift.timestamp) & 0xFFFFFFFF
        header = self._header(packet, self._payload_type, sequence, timestamp, self._ssrc)
        if send_soon(self._dtls, header + payload):
            self.packets += 1
            self._octets += len(payload)
        self._advance(sequence, timestamp, payload, now)

    def _begin(self, packet: Packet, now: float) -> _Shift | None:
        """Continue the seat's numbers with the first packet of a source; video begins with a key frame."""
        if self.kind == "video" and not starts_key_frame(packet.payload):
            return None
        elapsed = 0 if self._last_sent_at is None else int((now - self._last_sent_at) * CLOCK_RATE[self.kind])
        timestamp = self._next_timestamp + elapsed - packet.timestamp
        shift = _Shift(packet.sequence_number, self._next_sequence - packet.sequence_number, timestamp)
        if self.kind == "video" and self._last_sent_at is not None:
            self._renumber_pictures(shift, packet.payload)
        self._shift = shift
        return shift

    def _renumber_pictures(self, shift: _Shift, payload: bytes) -> None:
        descriptor = parse_descriptor(payload)
        if descriptor is not None and descriptor.picture_id is not None:
            shift.picture = self._last_picture + 1 - descriptor.picture_id
        if descriptor is not None and descriptor.tl0_at is not None:
            shift.tl0 = self._last_tl0 + 1 - payload[descriptor.tl0_at]

    def _advance(self, sequence: int, timestamp: int, payload: bytes, now: float) -> None:
        if signed16(sequence - self._next_sequence) >= 0:
            self._next_sequence = (sequence + 1) & 0xFFFF
            self._next_timestamp = timestamp
            self._last_sent_at = now
            if self.kind == "video" and (descriptor := parse_descriptor(payload)) is not None:
                if descriptor.picture_id is not None:
                    self._last_picture = descriptor.picture_id
                if descriptor.tl0_at is not None:
                    self._last_tl0 = payload[descriptor.tl0_at]

    def _header(self, packet: Packet, payload_type: int, sequence: int, timestamp: int, ssrc: int) -> bytes:
        """The fixed RTP header and, when negotiated, the kind's one extension in exactly one word (RFC
        8285)."""
        extension = self._extension(packet)
        flags = 0x80 | (0x10 if extension else 0)
        second = packet.marker << 7 | payload_type
        return pack("!BBHLL", flags, second, sequence, timestamp, ssrc) + extension

    def _extension(self, packet: Packet) -> bytes:
        if not self._extension_id:
            return b""
        if self.kind == "video":
            stamp = (current_ntp_time() >> 14) & 0x00FFFFFF
            return pack("!HHL", 0xBEDE, 1, (self._extension_id << 4 | 2) << 24 | stamp)
        if packet.level is None:
            return b""
        return pack("!HHBBH", 0xBEDE, 1, self._extension_id << 4, packet.level, 0)

    def _backlog(self) -> int:
        pair = self._dtls.transport._connection._nominated.get(1)
        waiting = (
            getattr(pair.protocol.transport, "get_write_buffer_size", None) if pair is not None else None
        )
        return waiting() if waiting is not None else 0

    # --- repair and reports ---

    def _repeat(self, sequence: int) -> None:
        """Answer a NACK from the publisher's cache."""
        if self._shift is None or self.source is None or not self._may_repeat(sequence, time.monotonic()):
            return
        packet = self.source.cached((sequence - self._shift.sequence) & 0xFFFF)
        if packet is None or signed16(packet.sequence_number - self._shift.first) < 0:
            return
        payload = renumbered(packet.payload, self._shift.picture, self._shift.tl0)
        timestamp = (packet.timestamp + self._shift.timestamp) & 0xFFFFFFFF
        if self._rtx_payload_type is None:
            header = self._header(packet, self._payload_type, sequence, timestamp, self._ssrc)
        else:
            header = self._header(
                packet, self._rtx_payload_type, self._rtx_sequence, timestamp, self._rtx_ssrc
            )
            header += pack("!H", sequence)  # the original sequence number (RFC 4588 section 4)
            self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        send_soon(self._dtls, header + payload)

    def _may_repeat(self, sequence: int, now: float) -> bool:
        count, last = self._repeats.get(sequence, (0, -1.0))
        if count >= MAX_REPEATS or now - last < REPEAT_S:
            return False
        if len(self._repeats) > 1024:
            self._repeats.clear()
        self._repeats[sequence] = (count + 1, now)
        return True

    def report_from(self, source: PacketSource, report: SenderReport) -> None:
        if source is self.source:
            self.send_report(report.arrived)

    def send_report(self, now: float) -> None:
        """The publisher's clock in the seat's timestamps: without it browsers lose lip-sync."""
        self._history.note(Reading(now, self._octets))
        report = self.source.report if self.source is not None else None
        if not self._started or self._shift is None or report is None:
            return
        age = now - report.arrived
        ntp = (report.ntp + int(age * (1 << 32))) & 0xFFFFFFFFFFFFFFFF
        rtp = (report.rtp + int(age * CLOCK_RATE[self.kind]) + self._shift.timestamp) & 0xFFFFFFFF
        info = RtcpSenderInfo(ntp, rtp, self.packets & 0xFFFFFFFF, self._octets & 0xFFFFFFFF)
        data = bytes(RtcpSrPacket(ssrc=self._ssrc, sender_info=info))
        if self._cname:
            data += bytes(RtcpSdesPacket(chunks=[RtcpSourceInfo(self._ssrc, [(1, self._cname)])]))
        self._sr_sent = ((ntp >> 16) & 0xFFFFFFFF, now)
        send_soon(self._dtls, data)

    def _note_report(self, report: RtcpReceiverInfo) -> None:
        if report.ssrc == self._ssrc:
            jitter_s = report.jitter / CLOCK_RATE[self.kind]
            self._reported.note(report.fraction_lost, jitter_s, time.monotonic())
        if report.ssrc == self._ssrc and self._sr_sent and report.lsr == self._sr_sent[0] and report.dlsr:
            self.rtt = max(0.0, time.monotonic() - self._sr_sent[1] - report.dlsr / 65536)

    def _note_remb(self, packet: RtcpPsfbPacket) -> None:
        try:
            self._remb = (unpack_remb_fci(packet.fci)[0], time.monotonic())
        except (ValueError, IndexError):
            return

    def figures(self, now: float) -> LineFigures:
        """Of what this seat is sent: the rate by our count, the rest as the subscriber reports it."""
        rate, loss = self._history.bitrate(Reading(now, self._octets)), self._reported.loss(now)
        return LineFigures(
            rate, self.downlink_bps(now), loss, self._reported.jitter_s, self.rtt, self.packets
        )

    def downlink_bps(self, now: float) -> int | None:
        """What this subscriber says it can take, None when it has not said so lately."""
        return self._remb[0] if self._remb is not None and now - self._remb[1] < REMB_AGE_S else None

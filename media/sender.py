"""The subscriber's side of forwarding: somebody else's packets under this connection's own numbers."""

import random
import time

from aiortc.codecs import is_rtx
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)
from aiortc.stats import RTCStatsReport

from media.figures import Reading, ReportedLoss, StreamHistory
from media.limits import key_frame_requests, repairs, wishes
from media.line import MediaLine
from media.model import CLOCK_RATE, KIND_OF, Codec, Kind, LineFigures, Source
from media.rtp import Packet, header, header_with_word
from media.sdp_gate import ABS_SEND_TIME, AUDIO_LEVEL
from media.seat_numbers import SeatNumbers, begins
from media.sources import PacketSource, SenderReport

MAX_SOCKET_BACKLOG = 64 * 1024  # bytes waiting in the socket; video stops above it, sound never does
REPEAT_S = {"video": 0.1, "audio": 0.03}  # a NACK for the same packet within this time is the same wish
MAX_REPEATS = 3
REPEATS_FORGOTTEN_S = 5.0  # sequence numbers come again: every ten minutes where pictures flow
# Repairs are bytes as well: on a line that is full, sending again what it lost keeps it full. So each byte sent earns a
# share of one to repair with, enough for 30 % loss, and little where the line takes less than it is given.
REPAIR_SHARE, REPAIR_SHARE_WEAK = 0.5, 0.1
MOST_REPAIRS = 30_000  # bytes saved up: a key frame
REPORT_S = 0.9
_UNITS = 1 << 18  # of abs-send-time, per second


class RoomSender(RTCRtpSender):
    """One source of one seat."""

    def __init__(self, source_name: Source, line: MediaLine) -> None:
        kind = KIND_OF[source_name]
        super().__init__(kind, line.dtls)
        self.room_kind: Kind = kind
        self.source_name: Source = source_name
        self.source: PacketSource | None = None
        self.packets = 0
        self.dropped = 0
        self.rtt: float | None = None
        self._next: PacketSource | None = None  # shown from its next key frame on
        self._of: object = None
        self._line = line
        self._started = self._stopped = False
        self._payload_types: dict[Codec, int] = {}
        self._rtx_payload_types: dict[Codec, int] = {}
        self._level_id = 0
        self._time_id = 0
        self._cname = b""
        self._numbers = SeatNumbers(kind)
        self._octets = 0
        self._repair_share = REPAIR_SHARE
        self._repair_bytes = float(MOST_REPAIRS)
        self._rtx_sequence = random.randrange(0x4000)  # noqa: S311 - SRTP does not rest on it
        self._repeats: dict[int, tuple[int, float]] = {}
        self._repairs_left = repairs()
        self._wishes_left = wishes()
        self._key_frames_left = key_frame_requests()
        self._sr_sent: tuple[int, float] | None = None
        self._reported = ReportedLoss()
        self._history = StreamHistory()

    # --- called by aiortc ---

    async def send(self, parameters: RTCRtpSendParameters) -> None:
        if self._started:
            return
        self._started = True
        self._cname = parameters.rtcp.cname.encode() if parameters.rtcp.cname else b""
        for codec in (c for c in parameters.codecs if not is_rtx(c)):
            number, name = codec.payloadType or 0, _CODECS[codec.name.lower()]
            self._payload_types.setdefault(name, number)
            for repair in parameters.codecs:
                if is_rtx(repair) and repair.parameters.get("apt") == self._payload_types[name]:
                    self._rtx_payload_types[name] = repair.payloadType or 0
        identifiers = {e.uri: e.id for e in parameters.headerExtensions if 0 < e.id < 15}
        if self.room_kind == "audio":
            self._level_id = identifiers.get(AUDIO_LEVEL, 0)
        else:
            # Without RTX a packet goes again under its own number, and so must be the same to the bit: AES-GCM gives
            # its key away where one number protects two different packets (RFC 7714 section 9.1).
            repaired = self._payload_types.keys() == self._rtx_payload_types.keys()
            self._time_id = identifiers.get(ABS_SEND_TIME, 0) if repaired else 0
        if self.source is not None:
            self.source.request_key_frame()

    async def stop(self) -> None:
        self._started = False
        self.attach(None)
        self._stopped = True

    async def getStats(self) -> RTCStatsReport:  # noqa: N802 - aiortc's name
        return RTCStatsReport()

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        """Never called: the line takes RTCP before aiortc sees it."""

    # --- the seat's source ---

    @property
    def ssrc(self) -> int:
        return self._ssrc

    @property
    def unsupported(self) -> bool:
        """The subscriber's browser has not the codec of what it should be shown."""
        return self._started and self.source is not None and self.source.codec not in self._payload_types

    def attach(self, source: PacketSource | None, of: object = None) -> None:
        """Show this source from now on (None: nothing).

        `of`: what it is a quality of. Another quality of what is shown takes over with its next key frame; the
        present one goes on until then.
        """
        if self._stopped:  # the room may still have the connection, and the source would keep us
            return
        same, self._of = of is not None and of is self._of and None not in (self.source, source), of
        if source is not None and source is self._next:
            return
        self._drop_next()
        if source is self.source:
            return
        if not same:
            if self.source is not None:
                self.source.viewers.remove(self)
            self._show(source)
        elif source is not None:
            self._next = source
        if source is not None:
            source.viewers.append(self)
            source.request_key_frame()

    def _drop_next(self) -> None:
        if self._next is not None:
            self._next.viewers.remove(self)
            self._next = None

    def _show(self, source: PacketSource | None) -> None:
        self.source = source
        self._numbers.interrupt()
        self._repeats.clear()

    def _is_shown(self, source: PacketSource, packet: Packet) -> bool:
        """Whether this packet is of what is shown; the next source takes over with its key frame."""
        if source is self.source:
            return True
        if source is not self._next or not begins(packet.payload, source.codec):
            return False
        if self.source is not None:
            self.source.viewers.remove(self)
        self._next = None
        self._show(source)
        return True

    def forward(self, source: PacketSource, packet: Packet, now: float) -> None:
        """Send one packet of the source on. Never raises, never waits."""
        if not self._started or (source is not self.source and not self._is_shown(source, packet)):
            return
        codec = source.codec
        payload_type = self._payload_types.get(codec)
        if payload_type is None:
            return
        if self._line.backlog > MAX_SOCKET_BACKLOG and self.room_kind == "video":
            self._pause(source)
            return
        placed = self._numbers.place(packet, codec, now)
        if placed is None:
            if self._numbers.waits:
                source.request_key_frame()
            return
        sequence, timestamp, payload = placed
        head = self._header(packet, payload_type, sequence, timestamp, self._ssrc, now)
        if self._line.send_rtp(head + payload):
            size = len(payload)
            self.packets += 1
            self._octets += size
            self._repair_bytes = min(MOST_REPAIRS, self._repair_bytes + size * self._repair_share)

    def _pause(self, source: PacketSource) -> None:
        """The socket is full: go on at the next key frame."""
        self._numbers.interrupt()
        self.dropped += 1
        source.request_key_frame()

    def _header(
        self, packet: Packet, payload_type: int, sequence: int, timestamp: int, ssrc: int, now: float
    ) -> bytes:
        """The RTP header and, when negotiated, the kind's one extension in one word."""
        second = packet.marker << 7 | payload_type
        if self._time_id:
            # Any steady clock will do; the subscriber looks at differences only.
            word = (self._time_id << 4 | 2) << 24 | int(now * _UNITS) & 0xFFFFFF
        elif self._level_id and packet.level is not None:
            word = self._level_id << 28 | packet.level << 16
        else:
            return header(second, sequence, timestamp, ssrc)
        return header_with_word(second, sequence, timestamp, ssrc, word)

    # --- repair and reports ---

    def take_rtcp(self, packet: RtcpRtpfbPacket | RtcpPsfbPacket) -> None:
        """The subscriber's wishes on this stream."""
        if isinstance(packet, RtcpRtpfbPacket):
            if packet.fmt == RTCP_RTPFB_NACK:
                now, lost = time.monotonic(), packet.lost[:256]
                for sequence in lost if self._wishes_left.take(now, len(lost)) else ():
                    self._repeat(sequence, now)
        elif packet.fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
            allowed = self._key_frames_left.take(time.monotonic())
            if allowed and self.source is not None:
                self.source.request_key_frame()

    def _repeat(self, sequence: int, now: float) -> None:
        """Answer a NACK from the source's cache."""
        source, wanted = self.source, self._numbers.source_sequence(sequence)
        if wanted is None or source is None or not self._may_repeat(sequence, now):
            return
        packet = source.cached(wanted)
        again = self._numbers.again(packet) if packet is not None else None
        if packet is None or again is None or not self._repairs_left.take(now):
            return
        timestamp, payload = again
        if self.room_kind == "video":  # a voice is repaired whatever it costs
            if self._repair_bytes < len(payload):
                return
            self._repair_bytes -= len(payload)
        repair = self._rtx_payload_types.get(source.codec)
        if repair is None:
            head = self._header(
                packet, self._payload_types[source.codec], sequence, timestamp, self._ssrc, now
            )
        else:
            head = self._header(packet, repair, self._rtx_sequence, timestamp, self._rtx_ssrc, now)
            head += sequence.to_bytes(2, "big")  # the original sequence number (RFC 4588 section 4)
            self._rtx_sequence = (self._rtx_sequence + 1) & 0xFFFF
        self._line.send_rtp(head + payload)

    def note_weak_line(self, weak: bool) -> None:
        """Whether the subscriber's line lately took less than it was given."""
        self._repair_share = REPAIR_SHARE_WEAK if weak else REPAIR_SHARE
        if weak:
            self._repair_bytes = min(self._repair_bytes, MOST_REPAIRS * REPAIR_SHARE_WEAK)

    def _may_repeat(self, sequence: int, now: float) -> bool:
        count, last = self._repeats.get(sequence, (0, -1e9))
        if now - last > REPEATS_FORGOTTEN_S:
            count = 0
        if count >= MAX_REPEATS or now - last < REPEAT_S[self.room_kind]:
            return False
        if len(self._repeats) > 1024:
            self._repeats.clear()
        self._repeats[sequence] = (count + 1, now)
        return True

    def report_from(self, source: PacketSource, report: SenderReport) -> None:
        if source is self.source and (data := self.report(report.arrived)):
            self._line.send_rtcp(data)

    def report_due(self, now: float) -> bytes:
        """The sender report when none was sent within the last second, else nothing."""
        self._history.note(Reading(now, self._octets))
        recent = self._sr_sent is not None and now - self._sr_sent[1] < REPORT_S
        return b"" if recent else self.report(now)

    def report(self, now: float) -> bytes:
        """The publisher's clock in the seat's timestamps: without it browsers lose lip-sync."""
        heard = self.source.report if self.source is not None else None
        shift = self._numbers.timestamp_shift
        if not self._started or shift is None or heard is None:
            return b""
        age = now - heard.arrived
        ntp = (heard.ntp + int(age * (1 << 32))) & 0xFFFFFFFFFFFFFFFF
        rtp = (heard.rtp + int(age * CLOCK_RATE[self.room_kind]) + shift) & 0xFFFFFFFF
        info = RtcpSenderInfo(ntp, rtp, self.packets & 0xFFFFFFFF, self._octets & 0xFFFFFFFF)
        data = bytes(RtcpSrPacket(ssrc=self._ssrc, sender_info=info))
        if self._cname:
            data += bytes(RtcpSdesPacket(chunks=[RtcpSourceInfo(self._ssrc, [(1, self._cname)])]))
        self._sr_sent = ((ntp >> 16) & 0xFFFFFFFF, now)
        return data

    def take_report(self, report: RtcpReceiverInfo, now: float) -> None:
        """What the subscriber reports on this stream."""
        jitter_s = report.jitter / CLOCK_RATE[self.room_kind]
        self._reported.note(
            report.packets_lost, report.highest_sequence, self._numbers.missing, jitter_s, now
        )
        if self._sr_sent and report.lsr == self._sr_sent[0] and report.dlsr:
            self.rtt = max(0.0, now - self._sr_sent[1] - report.dlsr / 65536)

    def last_second(self, now: float) -> tuple[float, int]:
        """(loss by the newest report, bits per second sent). Before `report_due`, which begins the next second."""
        return self._reported.last(now), self._history.last_bitrate(Reading(now, self._octets))

    def reported_loss(self, now: float) -> float:
        """Share of this stream's packets that did not reach the subscriber lately, 0 to 1."""
        return self._reported.loss(now)

    def figures(self, now: float) -> LineFigures:
        """Of what this seat is sent: the rate by our count, loss and jitter as the subscriber reports them; the
        estimate is the line's (`ParticipantConnection`)."""
        rate, loss = self._history.bitrate(Reading(now, self._octets)), self._reported.loss(now)
        return LineFigures(rate, None, loss, self._reported.jitter_s, self.rtt, self.packets)


_CODECS: dict[str, Codec] = {"opus": "opus", "vp8": "vp8", "h264": "h264"}

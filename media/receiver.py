"""The publisher's side of forwarding: takes RTP as it comes, repairs losses upstream, decodes nothing.

aiortc's own receiver decodes in a thread per track, asks for a lost packet once, and its jitter buffer keeps
every delay it ever met (field notes A.4). Here each packet goes to the subscribers and the recorder the
moment it arrives.
"""

import asyncio
import time
from collections.abc import Callable

from aiortc.codecs import is_rtx
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtp import (
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRtpfbPacket,
    RtcpSrPacket,
    RtpPacket,
)

from media.figures import Reading, StreamHistory
from media.limits import PictureGate
from media.line import MediaLine
from media.model import CLOCK_RATE, KIND_OF, Codec, Kind, LineFigures, Source
from media.picture_size import picture_size
from media.reception import Reception
from media.rtp import Packet
from media.sequence import LossTracker
from media.sources import PacketTaker, SenderReport

CACHE_PACKETS = {
    "video": 1024,
    "audio": 128,
}  # > 1 s of a 2 Mbps camera, 2.5 s of sound: what may still be asked for
KEY_FRAME_INTERVAL_S = 0.5  # one request serves everybody who asks within it (Galène, LiveKit)
# Sound is played within a fifth of a second or not at all: it is asked for as soon as the next packet shows the gap.
SOUND_FIRST_NACK_S, SOUND_GIVE_UP_S = 0.005, 0.4
REPORT_S = 0.1  # each sender report goes on to every viewer; browsers send about one a second

OnPacket = Callable[["RoomReceiver", Packet, float], None]
OnReport = Callable[["RoomReceiver", SenderReport], None]


class RoomReceiver(RTCRtpReceiver):
    """One source of one participant's connection: a `PacketSource`."""

    def __init__(self, source_name: Source, line: MediaLine) -> None:
        kind = KIND_OF[source_name]
        super().__init__(kind, line.dtls)
        self.kind: Kind = kind
        self.source_name: Source = source_name
        self.codec: Codec = "opus" if kind == "audio" else "vp8"
        self.viewers: list[PacketTaker] = []
        self.report: SenderReport | None = None
        self.rtt = 0.1
        self.packets = 0
        self.media_ssrc: int | None = None
        self.pictures = PictureGate()
        self._line = line
        self._octets = 0
        self._history = StreamHistory()
        self._on_packet: OnPacket | None = None
        self._on_report: OnReport | None = None
        self.own_ssrc = 0
        self._payload_type = -1
        self._rtx_payload_type = -1
        self._nacks = False
        self._reception = self._begin_reception()
        self._cache: list[Packet | None] = [None] * CACHE_PACKETS[kind]
        self._nack_timer: asyncio.TimerHandle | None = None
        self._key_frame_asked = -1.0
        self._key_frame_timer: asyncio.TimerHandle | None = None
        self._closed = False

    def _begin_reception(self) -> Reception:
        times = (SOUND_FIRST_NACK_S, SOUND_GIVE_UP_S) if self.kind == "audio" else ()
        return Reception(CLOCK_RATE[self.kind], LossTracker(*times))

    def listen(self, on_packet: OnPacket, on_report: OnReport) -> None:
        """Beside the viewers, give each media packet (RTX unwrapped, duplicates removed) to `on_packet` with its
        monotonic arrival."""
        self._on_packet, self._on_report = on_packet, on_report

    # --- called by aiortc ---

    def _set_rtcp_ssrc(self, ssrc: int) -> None:
        super()._set_rtcp_ssrc(ssrc)
        self.own_ssrc = ssrc

    async def receive(self, parameters: RTCRtpReceiveParameters) -> None:
        if self._payload_type >= 0 or self._closed:
            return
        for codec in parameters.codecs:
            if is_rtx(codec):
                self._rtx_payload_type = codec.payloadType or -1
            else:
                self._payload_type = codec.payloadType or -1
                self._nacks = any(f.type == "nack" and not f.parameter for f in codec.rtcpFeedback)
                self.codec = "h264" if codec.name == "H264" else self.codec
        for encoding in parameters.encodings:
            self.media_ssrc = encoding.ssrc
            self._line.by_ssrc[encoding.ssrc] = self
            if encoding.rtx is not None:
                self._line.by_ssrc[encoding.rtx.ssrc] = self
        self._line.by_mid[parameters.muxId.encode()] = self

    async def stop(self) -> None:
        self._closed = True
        for timer in (self._nack_timer, self._key_frame_timer):
            if timer is not None:
                timer.cancel()
        self._nack_timer = self._key_frame_timer = None
        self._on_packet = self._on_report = None
        self._cache = [None] * len(self._cache)  # a megabyte, which must not wait for the cycle collector

    def _handle_disconnect(self) -> None:
        """Nothing to stop: there is no decoder."""

    async def _handle_rtcp_packet(self, packet: AnyRtcpPacket) -> None:
        """Never called: the line takes RTCP before aiortc sees it."""

    async def _handle_rtp_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        """Never called, as above."""

    # --- taking packets ---

    def take(self, packet: Packet, now: float, size: int) -> None:
        """A packet of this source as it came (`media.line`). `size`: of the datagram, in bytes."""
        if packet.payload_type == self._payload_type:
            if packet.ssrc != self.media_ssrc:
                self._begin_stream(packet.ssrc)
        elif packet.payload_type != self._rtx_payload_type or not self._unwrap(packet):
            return
        self._octets += size
        reception = self._reception
        if self._closed or not reception.add(packet.sequence_number, packet.timestamp, now):
            return
        if self.kind == "video" and not self.pictures.passes(picture_size(self.codec, packet.payload)):
            return
        self.packets += 1
        self._cache[packet.sequence_number % len(self._cache)] = packet
        for viewer in self.viewers:
            viewer.forward(self, packet, now)
        if self._on_packet is not None:
            self._on_packet(self, packet, now)
        if self._nack_timer is None and self._nacks and reception.losses.waiting:
            self._schedule_nack(now)

    def _begin_stream(self, ssrc: int) -> None:
        """The publisher changed its SSRC: its numbers begin anew."""
        self.media_ssrc = ssrc
        self._reception = self._begin_reception()
        self._cache = [None] * len(self._cache)
        self.report = None

    def _unwrap(self, packet: Packet) -> bool:
        """Make a repair what it repairs (RFC 4588 section 4); False for padding that probes for bandwidth."""
        if len(packet.payload) < 2 or self.media_ssrc is None:
            return False
        packet.sequence_number = packet.payload[0] << 8 | packet.payload[1]
        packet.payload, packet.payload_type, packet.ssrc = (
            packet.payload[2:],
            self._payload_type,
            self.media_ssrc,
        )
        return True

    def take_report(self, packet: RtcpSrPacket, now: float) -> None:
        """The publisher's sender report on this stream. A BYE is ignored on purpose: the connection's own state
        says when a participant is gone."""
        if self.report is not None and now - self.report.arrived < REPORT_S:
            return
        self.report = SenderReport(packet.sender_info.ntp_timestamp, packet.sender_info.rtp_timestamp, now)
        for viewer in self.viewers:
            viewer.report_from(self, self.report)
        if self._on_report is not None:
            self._on_report(self, self.report)

    def cached(self, sequence: int) -> Packet | None:
        """A recent packet by its sequence number, for a subscriber's NACK."""
        packet = self._cache[sequence % len(self._cache)]
        return packet if packet is not None and packet.sequence_number == sequence else None

    # --- feedback to the publisher ---

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
        if self.media_ssrc is not None and self._line.is_open:
            self._key_frame_asked = time.monotonic()
            self._send(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=self.own_ssrc, media_ssrc=self.media_ssrc))

    def _schedule_nack(self, now: float) -> None:
        due = self._reception.losses.next_due()
        if due is not None and not self._closed:
            loop = asyncio.get_running_loop()
            self._nack_timer = loop.call_later(max(0.002, due - now), self._send_nacks)

    def _send_nacks(self) -> None:
        self._nack_timer = None
        now = time.monotonic()
        lost = sorted(self._reception.losses.due(now, self.rtt))
        if lost and self.media_ssrc is not None:
            nack = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=self.own_ssrc, media_ssrc=self.media_ssrc)
            nack.lost = lost[:64]
            self._send(nack)
        self._schedule_nack(now)

    def _send(self, packet: AnyRtcpPacket) -> None:
        self._line.send_rtcp(bytes(packet))

    # --- figures ---

    def report_block(self, now: float, listeners_loss: float) -> RtcpReceiverInfo | None:
        """For the receiver report, due about once a second; None before the first packet."""
        self._history.note(self._reading(now))
        if self.media_ssrc is None or not self.packets:
            return None
        further = listeners_loss if self.kind == "audio" else 0.0
        return self._reception.report(self.media_ssrc, self.report, now, further)

    def figures(self, now: float) -> LineFigures:
        """Of what the participant sends here; the estimate is the line's (`ParticipantConnection`)."""
        reading = self._reading(now)
        rate, loss = self._history.bitrate(reading), self._history.loss(reading)
        return LineFigures(rate, None, loss, self._reception.jitter_s, self.rtt, self.packets)

    def _reading(self, now: float) -> Reading:
        losses = self._reception.losses
        return Reading(now, self._octets, losses.expected, losses.lost)

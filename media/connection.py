"""One participant's media connection: negotiated, watched over and ended."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from aiortc import RTCRtpTransceiver, RTCSessionDescription
from aiortc.rtcicetransport import RTCIceCandidate
from aiortc.rtcrtpparameters import RTCRtcpFeedback
from aiortc.rtp import RtcpRrPacket

from core.errors import ServiceError
from media import guard
from media.bandwidth import HIGH_LOSS, Allowed, Downlink
from media.candidates import MAX_ANNOUNCED, MAX_CANDIDATES, RemoteCandidate
from media.errors import MalformedOffer, TooManyCandidates
from media.feedback import Feedback, listeners_loss, remb
from media.limits import PATIENCE_WITH_PICTURES, Removal
from media.line import MediaLine
from media.model import SOURCES, ConnectionState, Figures, LineFigures, MediaSettings, Source, together
from media.peer import RoomPeerConnection, close_quietly
from media.receiver import RoomReceiver
from media.rtp import Packet
from media.sdp_gate import Offer, check_offer
from media.sender import RoomSender
from media.uplink import UplinkEstimate

logger = logging.getLogger(__name__)
# Sound is 24-32 kbit/s mono with forward error correction; no DTX, so that recordings and speech recognition
# keep an unbroken time line.
OPUS = {"useinbandfec": 1, "usedtx": 0, "maxaveragebitrate": 32000, "minptime": 10}

FLOWING = 5  # packets in a second; sound alone is 50
FLOW_S = 1.5

OnState = Callable[[ConnectionState], None]


class ParticipantConnection:
    """A participant's media connection in a room: a receiver for each source, and as many senders per seat."""

    def __init__(self, settings: MediaSettings, on_state: OnState) -> None:
        self.state = ConnectionState.CONNECTING
        self._settings = settings
        self._on_state = on_state
        self._peer = RoomPeerConnection(settings)
        self._peer.on("connectionstatechange", self._peer_changed)
        self.removal: Removal | None = None  # why it was ended by the room itself
        self._candidates = self._announced = 0
        self._watch: asyncio.Task[None] | None = None
        self._opened_at = time.monotonic()
        self._closing = False
        self._flow = 0, -FLOW_S  # packets had when they last flowed, and when that was
        self.receivers: dict[Source, RoomReceiver] = {}
        self.seats: list[dict[Source, RoomSender]] = []
        self.line: MediaLine
        self._uplink = UplinkEstimate()
        self._downlink = Downlink()
        self._allowed = Allowed()

    async def answer(self, text: str) -> str:
        """Answer an SDP offer. Raises MalformedOffer, NoMediaPort; the connection is then closed."""
        offer = check_offer(text, seats=self._settings.seats, policy=self._settings.policy)
        self._candidates = len(offer.candidates)
        try:
            sdp = await asyncio.wait_for(self._negotiate(offer), 10)
        except ServiceError:  # no port left: not the offer's fault
            await self.close()
            raise
        except Exception as error:
            logger.warning("a checked offer was refused by aiortc: %s", type(error).__name__)
            await self.close()
            raise MalformedOffer from error
        self._watch = asyncio.create_task(self._watch_over())
        return sdp

    async def _negotiate(self, offer: Offer) -> str:
        await self._peer.setRemoteDescription(RTCSessionDescription(offer.sdp(), "offer"))
        transceivers = self._peer.getTransceivers()
        feedback = {m.mid: [RTCRtcpFeedback(type=f) for f in m.codecs[0].feedback] for m in offer.media}
        for transceiver in transceivers:
            for codec in transceiver._codecs:
                if codec.name == "opus":
                    codec.parameters = dict(OPUS)
                    codec.rtcpFeedback = feedback[transceiver.mid or ""]
        own, seated = transceivers[: len(SOURCES)], transceivers[len(SOURCES) :]
        for transceiver in seated:
            transceiver.direction = "sendonly"
        self.receivers = {(r := _receiver(transceiver)).source_name: r for transceiver in own}
        for begin in range(0, len(seated), len(SOURCES)):
            row = map(_sender, seated[begin : begin + len(SOURCES)])
            self.seats.append({sender.source_name: sender for sender in row})
        self._open_line(offer)
        await self._peer.setLocalDescription()
        return self._peer.localDescription.sdp

    def _open_line(self, offer: Offer) -> None:
        """Packets go from the socket to the receivers, and RTCP to whom it is about."""
        assert self._peer.line is not None
        self.line = self._peer.line
        self.line.extensions = offer.extensions
        self.line.on_packet = self._note_packet
        self.line.on_rtcp = Feedback(self.receivers.values(), self._senders, self._downlink.note_remb).take

    @property
    def _senders(self) -> list[RoomSender]:
        return [sender for seat in self.seats for sender in seat.values()]

    def _note_packet(self, packet: Packet, now: float, size: int) -> None:
        if packet.abs_send_time is not None:
            self._uplink.add(packet.abs_send_time, now, size)
            self._allowed.begin(now)

    @property
    def remote_ufrag(self) -> str:
        """The ICE user fragment of the offer (RFC 8839 section 5.4)."""
        ice = self._peer.ice
        return (ice.remote_username or "") if ice is not None else ""

    def figures(self, now: float) -> Figures:
        """Per source: what this participant sends, and what it is sent over all seats."""
        down = {s: [seat[s].figures(now) for seat in self.seats if seat[s].source] for s in SOURCES}
        return {
            "up": {source: receiver.figures(now) for source, receiver in self.receivers.items()},
            "down": {source: together(figures) for source, figures in down.items()},
        }

    def uplink(self, now: float) -> LineFigures:
        """Everything this participant sends, as one; the estimate is of video in all."""
        return replace(together(list(self.figures(now)["up"].values())), estimate_bps=self._uplink.bps)

    def downlink(self, now: float) -> LineFigures:
        """Everything this participant is sent, as one; the estimate is of video in all."""
        whole = together(list(self.figures(now)["down"].values()))
        return replace(whole, estimate_bps=self._downlink.bps(now))

    def downlink_bps(self, now: float) -> int | None:
        """Video this participant's line takes in all; None while nothing is known."""
        return self._downlink.bps(now)

    def estimates(self, now: float) -> tuple[int | None, int | None]:
        """Video that this line carries up and down by delay alone, as each receiving end says."""
        return self._uplink.bps, self._downlink.said_bps(now)

    def video_bps(self, now: float) -> int:
        """Video this participant sends."""
        return sum(r.figures(now).bitrate_bps for r in self.receivers.values() if r.kind == "video")

    def downlink_is_weak(self, now: float) -> bool:
        """Whether this line lately took less than it was given."""
        return self._downlink.is_weak(now) or any(
            s.last_second(now)[0] > HIGH_LOSS for s in self._senders if s.room_kind == "video"
        )

    def tell_allowed(self, viewers_bps: int | None, weak_viewers: bool, now: float) -> None:
        """REMB: one for the whole line, since browsers take the last as the bound of all they send."""
        videos = [r.media_ssrc for r in self.receivers.values() if r.kind == "video" and r.packets]
        weak = weak_viewers or self._uplink.overusing
        bps = self._allowed.bps(self._uplink.bps, viewers_bps, weak, now)
        ssrcs = [ssrc for ssrc in videos if ssrc is not None]
        if bps is not None and ssrcs:
            self.line.send_rtcp(remb(self._own_ssrc, bps, ssrcs))

    @property
    def _own_ssrc(self) -> int:
        return self.receivers["microphone"].own_ssrc

    def announce(self) -> None:
        """One more candidate came, usable or not. TooManyCandidates."""
        self._announced += 1
        if self._announced > MAX_ANNOUNCED:
            raise TooManyCandidates

    async def add_candidate(self, candidate: RemoteCandidate, mid: str) -> None:
        """Trickled candidate that passed the filter; more than MAX_CANDIDATES are ignored."""
        if self._candidates >= MAX_CANDIDATES or self._closing:
            return
        self._candidates += 1
        c = candidate
        first = self._peer.getTransceivers()[0]
        await self._peer.addIceCandidate(
            RTCIceCandidate(
                c.component, c.foundation, c.host, c.port, c.priority, c.transport, c.type, sdpMid=first.mid
            )
        )

    async def _watch_over(self) -> None:
        """Once a second: reports to the peer, and whether it is still heard."""
        while not self._closing:
            await asyncio.sleep(1.0)
            now = time.monotonic()
            self._send_reports(now)
            self._judge(now)
            self._enforce()

    def _enforce(self) -> None:
        """End a connection that is over its bounds for good; the packets over them went nowhere."""
        if self.line.flow.flooding:
            self.removal = "media_flood"
        elif any(r.pictures.refused >= PATIENCE_WITH_PICTURES for r in self.receivers.values()):
            self.removal = "picture_too_large"
        if self.removal is not None:
            self._move(ConnectionState.CLOSED)

    def _send_reports(self, now: float) -> None:
        senders = self._senders
        rtts = [sender.rtt for sender in senders if sender.rtt is not None]
        blocks = []
        for receiver in self.receivers.values():
            if rtts:
                receiver.rtt = min(rtts)
            if (block := receiver.report_block(now, listeners_loss(receiver, now))) is not None:
                blocks.append(block)
        if blocks:
            self.line.send_rtcp(bytes(RtcpRrPacket(ssrc=self._own_ssrc, reports=blocks)))
        self._bound_by_loss(senders, now)
        for sender in senders:
            if data := sender.report_due(now):
                self.line.send_rtcp(data)

    def _bound_by_loss(self, senders: list[RoomSender], now: float) -> None:
        weak = self.downlink_is_weak(now)
        for sender in senders:
            sender.note_weak_line(weak)
        seconds = [s.last_second(now) for s in senders if s.room_kind == "video" and s.source is not None]
        rate = sum(bps for _, bps in seconds)
        if rate:
            self._downlink.note_second(sum(loss * bps for loss, bps in seconds) / rate, rate, now)

    def _patience(self, heard: float, now: float) -> float:
        """Seconds of silence that count as a lost line. Whoever was sending until the last moment and then stops
        altogether has lost it; whoever sends no media is heard from every few seconds only."""
        packets = sum(receiver.packets for receiver in self.receivers.values())
        if packets - self._flow[0] >= FLOWING:
            self._flow = packets, now
        flowed = abs(heard - self._flow[1]) < FLOW_S
        return min(self._settings.broken_s, self._settings.silence_s) if flowed else self._settings.silence_s

    def _judge(self, now: float) -> None:
        if self.state is ConnectionState.CONNECTING:
            if now - self._opened_at > self._settings.connect_timeout_s:
                self._move(ConnectionState.CLOSED)
            return
        ice = self._peer.ice
        heard = guard.guard_of(ice).last_heard if ice is not None else None
        silent = heard is None or now - heard > self._patience(heard, now)
        self._move(ConnectionState.DISCONNECTED if silent else ConnectionState.CONNECTED)

    def _peer_changed(self) -> None:
        state = self._peer.connectionState
        if state == "connected":
            self._move(ConnectionState.CONNECTED)
        elif state in ("failed", "closed"):
            self._move(ConnectionState.CLOSED)

    def _move(self, state: ConnectionState) -> None:
        if state is self.state or self._closing or self.state is ConnectionState.CLOSED:
            return
        self.state = state
        try:
            self._on_state(state)
        except Exception:
            logger.exception("a connection state could not be reported")

    async def close(self) -> None:
        """Close; cannot fail and takes at most the configured time."""
        if self._closing:
            return
        self._closing = True
        self.state = ConnectionState.CLOSED
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None  # it holds us as well
        await close_quietly(self._peer, self._settings.close_timeout_s)
        if self._peer.line is not None:
            self._peer.line.close()
        self._on_state = lambda state: None  # who made us is held by it, and holds us


def _receiver(transceiver: RTCRtpTransceiver) -> RoomReceiver:
    assert isinstance(transceiver.receiver, RoomReceiver)
    return transceiver.receiver


def _sender(transceiver: RTCRtpTransceiver) -> RoomSender:
    assert isinstance(transceiver.sender, RoomSender)
    return transceiver.sender

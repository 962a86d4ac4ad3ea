"""One participant's peer connection: aiortc's, with our sender, receiver, certificate, addresses and
guard."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence

from aioice.candidate import Candidate
from aioice.ice import Connection, get_host_addresses
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport, SRTPProtectionProfile
from aiortc.rtcicetransport import RTCIceCandidate
from OpenSSL import SSL

from media import guard
from media.candidates import MAX_CANDIDATES, RemoteCandidate, local_addresses
from media.errors import MalformedOffer
from media.model import ConnectionState, MediaSettings
from media.receiver import RoomReceiver
from media.sdp_gate import Offer, check_offer
from media.sender import RoomSender

logger = logging.getLogger(__name__)
guard.install()

# Sound is 24-32 kbit/s mono with forward error correction; no DTX, so that recordings and speech recognition
# keep an unbroken time line.
OPUS = {"useinbandfec": 1, "usedtx": 0, "maxaveragebitrate": 32000, "minptime": 10}

OnState = Callable[[ConnectionState], None]


class RoomCertificate(RTCCertificate):
    """Without aiortc's CBC suites (ASVS 17.2.2): every browser speaks GCM or ChaCha20."""

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305")
        return context


class RoomPeerConnection(RTCPeerConnection):
    """Makes RoomSender and RoomReceiver, all on one transport, without STUN or TURN servers of its own."""

    def __init__(self, listen: Sequence[str]) -> None:
        # An empty list is meant: None would ask Google's STUN server.
        super().__init__(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._listen = tuple(listen)
        self._RTCPeerConnection__certificates = [RoomCertificate.generateCertificate()]

    def _RTCPeerConnection__createTransceiver(  # noqa: N802 - the seam: aiortc's mangled name
        self, direction: str, kind: str, sender_track: None = None
    ) -> RTCRtpTransceiver:
        transceivers: list[RTCRtpTransceiver] = self.__dict__["_RTCPeerConnection__transceivers"]
        transport = transceivers[0].receiver.transport if transceivers else self._new_transport()
        sender, receiver = RoomSender(kind, transport), RoomReceiver(kind, transport)
        receiver._set_rtcp_ssrc(sender._ssrc)
        sender._stream_id = f"seat-{max(0, len(transceivers) - 2) // 2}"  # a seat's sound and picture in sync
        transceiver = RTCRtpTransceiver(direction=direction, kind=kind, sender=sender, receiver=receiver)
        transceiver._bundled = bool(transceivers)
        transceivers.append(transceiver)
        return transceiver

    def _new_transport(self) -> RTCDtlsTransport:
        transport: RTCDtlsTransport = self._RTCPeerConnection__createDtlsTransport()  # type: ignore[attr-defined]
        confine(transport.transport._connection, self._listen)
        return transport

    @property
    def ice(self) -> Connection | None:
        transceivers = self.getTransceivers()
        return transceivers[0].receiver.transport.transport._connection if transceivers else None


def confine(ice: Connection, listen: Sequence[str]) -> None:
    """Let an ICE connection bind only configured addresses of this machine (loopback only when
    configured)."""
    gather = ice.get_component_candidates

    async def confined(component: int, addresses: list[str], timeout: int = 5) -> list[Candidate]:
        own = [*get_host_addresses(use_ipv4=True, use_ipv6=True), "127.0.0.1"]
        chosen = local_addresses(own, listen) or local_addresses(own, ["127.0.0.0/8"])
        return await gather(component, chosen, timeout)

    ice.get_component_candidates = confined  # type: ignore[method-assign]


class ParticipantConnection:
    """A participant's media connection in a room: one audio and one video receiver, a pair of senders per
    seat."""

    def __init__(self, settings: MediaSettings, on_state: OnState) -> None:
        self.state = ConnectionState.CONNECTING
        self._settings = settings
        self._on_state = on_state
        self._peer = RoomPeerConnection(settings.listen)
        self._peer.on("connectionstatechange", self._peer_changed)
        self._candidates = 0
        self._watch: asyncio.Task[None] | None = None
        self._opened_at = time.monotonic()
        self._closing = False
        self.audio: RoomReceiver
        self.video: RoomReceiver
        self.seats: list[tuple[RoomSender, RoomSender]] = []

    async def answer(self, text: str) -> str:
        """Answer an SDP offer. Raises MalformedOffer; the connection is then closed."""
        offer = check_offer(text, seats=self._settings.seats, policy=self._settings.policy)
        self._candidates = len(offer.candidates)
        try:
            sdp = await asyncio.wait_for(self._negotiate(offer), 10)
        except Exception as error:
            logger.warning("a checked offer was refused by aiortc: %s", type(error).__name__)
            await self.close()
            raise MalformedOffer from error
        self._watch = asyncio.create_task(self._watch_over())
        return sdp

    async def _negotiate(self, offer: Offer) -> str:
        await self._peer.setRemoteDescription(RTCSessionDescription(offer.sdp(), "offer"))
        transceivers = self._peer.getTransceivers()
        for transceiver in transceivers:
            for codec in transceiver._codecs:
                if codec.name == "opus":
                    codec.parameters = dict(OPUS)
        for transceiver in transceivers[2:]:
            transceiver.direction = "sendonly"
        self.audio, self.video = (_receiver(transceiver) for transceiver in transceivers[:2])
        pairs = zip(transceivers[2::2], transceivers[3::2], strict=True)
        self.seats = [(_sender(audio), _sender(video)) for audio, video in pairs]
        await self._peer.setLocalDescription()
        return self._peer.localDescription.sdp

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

    def _send_reports(self, now: float) -> None:
        rtts = [s.rtt for pair in self.seats for s in pair if s.rtt is not None]
        for receiver in (self.audio, self.video):
            if rtts:
                receiver.rtt = min(rtts)
            receiver.send_report()
        for pair in self.seats:
            for sender in pair:
                sender.send_report(now)

    def _judge(self, now: float) -> None:
        if self.state is ConnectionState.CONNECTING:
            if now - self._opened_at > self._settings.connect_timeout_s:
                self._move(ConnectionState.CLOSED)
            return
        ice = self._peer.ice
        heard = guard.guard_of(ice).last_heard if ice is not None else None
        silent = heard is None or now - heard > self._settings.silence_s
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
        await close_quietly(self._peer, self._settings.close_timeout_s)


async def close_quietly(peer: RTCPeerConnection, timeout_s: float = 3.0) -> None:
    """End a peer connection whatever state it is in.

    `RTCPeerConnection.close()` can raise (19 of 500 damaged offers) or hang; then its transports are closed
    one by one, each with a share of the time.
    """
    try:
        await asyncio.wait_for(peer.close(), timeout_s)
        return
    except Exception as error:
        logger.warning("a peer connection did not close cleanly: %s", type(error).__name__)
    transports = {transceiver.receiver.transport for transceiver in peer.getTransceivers()}
    for transport in transports:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(transport.stop(), 0.5)
        with contextlib.suppress(Exception):
            await asyncio.wait_for(transport.transport.stop(), 0.5)


def _receiver(transceiver: RTCRtpTransceiver) -> RoomReceiver:
    assert isinstance(transceiver.receiver, RoomReceiver)
    return transceiver.receiver


def _sender(transceiver: RTCRtpTransceiver) -> RoomSender:
    assert isinstance(transceiver.sender, RoomSender)
    return transceiver.sender

"""aiortc's peer connection made ours: sender, receiver, certificate and addresses, and an end that cannot fail."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from aioice.candidate import Candidate
from aioice.ice import Connection, get_host_addresses
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
)
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport, SRTPProtectionProfile
from OpenSSL import SSL

from media import guard
from media.candidates import local_addresses
from media.model import SOURCES
from media.receiver import RoomReceiver
from media.sender import RoomSender

logger = logging.getLogger(__name__)
guard.install()


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
        seat, place = divmod(len(transceivers), len(SOURCES))  # the first three are the participant's own
        sender, receiver = RoomSender(SOURCES[place], transport), RoomReceiver(SOURCES[place], transport)
        receiver._set_rtcp_ssrc(sender._ssrc)
        # A seat's voice and face play in sync; a shared screen waits for neither.
        sender._stream_id = f"seat-{max(0, seat - 1)}" + ("-screen" if SOURCES[place] == "screen" else "")
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

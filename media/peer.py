"""aiortc's peer connection made ours: sender, receiver, certificate and addresses, and an end that cannot fail."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from aioice.ice import Connection
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpTransceiver,
)
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport, SRTPProtectionProfile
from OpenSSL import SSL

from core.telemetry import counter
from media import guard, turn_path
from media.consent import ask_patiently
from media.gathering import confine, gather_by
from media.line import MediaLine
from media.model import SOURCES, MediaSettings
from media.receiver import RoomReceiver
from media.sender import RoomSender

logger = logging.getLogger(__name__)
# AES-CM with HMAC-SHA1 stays for a browser that has nothing better; this tells whether one ever came.
PROFILES = counter(
    "media_srtp_sessions_total", "Connections by the SRTP profile they agreed on", ("profile",)
)
guard.install()
turn_path.install()

__all__ = ["RoomCertificate", "RoomPeerConnection", "close_quietly", "confine"]


class RoomCertificate(RTCCertificate):
    """Without aiortc's CBC suites (ASVS 17.2.2): every browser speaks GCM or ChaCha20."""

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305")
        return context


class RoomPeerConnection(RTCPeerConnection):
    """Makes RoomSender and RoomReceiver, all on one transport, with no server beside the clinic's own relay."""

    def __init__(self, settings: MediaSettings) -> None:
        access = settings.relay() if settings.relay is not None else None
        # An empty list is meant: None would ask Google's STUN server.
        servers = [RTCIceServer(access.url, access.username, access.credential)] if access else []
        super().__init__(RTCConfiguration(iceServers=servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._settings = settings
        self.line: MediaLine | None = None
        self._RTCPeerConnection__certificates = [RoomCertificate.generateCertificate()]

    def _RTCPeerConnection__createTransceiver(  # noqa: N802 - the seam: aiortc's mangled name
        self, direction: str, kind: str, sender_track: None = None
    ) -> RTCRtpTransceiver:
        transceivers: list[RTCRtpTransceiver] = self.__dict__["_RTCPeerConnection__transceivers"]
        if self.line is None:
            self.line = MediaLine(self._new_transport(), self._settings.allowance)
        seat, place = divmod(len(transceivers), len(SOURCES))  # the first three are the participant's own
        sender, receiver = RoomSender(SOURCES[place], self.line), RoomReceiver(SOURCES[place], self.line)
        receiver._set_rtcp_ssrc(sender._ssrc)
        # A seat's voice and face play in sync; a shared screen waits for neither.
        sender._stream_id = f"seat-{max(0, seat - 1)}" + ("-screen" if SOURCES[place] == "screen" else "")
        transceiver = RTCRtpTransceiver(direction=direction, kind=kind, sender=sender, receiver=receiver)
        transceiver._bundled = bool(transceivers)
        transceivers.append(transceiver)
        return transceiver

    def _new_transport(self) -> RTCDtlsTransport:
        transport: RTCDtlsTransport = self._RTCPeerConnection__createDtlsTransport()  # type: ignore[attr-defined]
        ice = transport.transport._connection
        guard.guard_of(ice, self._settings.allowance)
        gather_by(ice, self._settings)
        ask_patiently(transport.transport._connection)
        transport.on("statechange", lambda: _count_profile(transport))
        return transport

    @property
    def ice(self) -> Connection | None:
        transceivers = self.getTransceivers()
        return transceivers[0].receiver.transport.transport._connection if transceivers else None


def _count_profile(transport: RTCDtlsTransport) -> None:
    if transport.state == "connected" and transport._ssl is not None:
        PROFILES.labels(transport._ssl.get_selected_srtp_profile().decode()).inc()


async def close_quietly(peer: RTCPeerConnection, timeout_s: float = 3.0) -> None:
    """End a peer connection whatever state it is in, within `timeout_s` and a second.

    `RTCPeerConnection.close()` can raise (19 of 500 damaged offers) or hang, and what hangs may not heed being
    cancelled; so nothing is waited for beyond its time, its transports are then ended one by one, and what sockets
    and tasks are left go without a goodbye.
    """
    transports = {transceiver.receiver.transport for transceiver in peer.getTransceivers()}
    try:
        if await _ends(peer.close, timeout_s):
            return
        logger.warning("a peer connection did not close cleanly")
        await asyncio.gather(*(_stop(transport) for transport in transports))
    finally:
        for transport in transports:
            _abandon(transport)


async def _stop(transport: RTCDtlsTransport) -> None:
    await _ends(transport.stop, 0.5)
    await _ends(transport.transport.stop, 0.5)


_stragglers: set[asyncio.Task[None]] = set()


async def _ends(work: Callable[[], Awaitable[None]], timeout_s: float) -> bool:
    """Whether it came to a good end in time. What did not is cancelled and not waited for."""

    async def run() -> None:
        await work()

    task = asyncio.create_task(run())
    _stragglers.add(task)
    task.add_done_callback(_retrieve)
    try:
        await asyncio.wait({task}, timeout=timeout_s)
    finally:
        task.cancel()
    return task.done() and not task.cancelled() and task.exception() is None


def _retrieve(task: asyncio.Task[None]) -> None:
    _stragglers.discard(task)
    if not task.cancelled():
        task.exception()


def _abandon(transport: RTCDtlsTransport) -> None:
    """Sockets closed, tasks cancelled; after a good end there are none. Nobody listens any more either: listeners
    tie a connection into a cycle, with its packets and its keys, that is collected hours later (`core.collection`)."""
    transport.remove_all_listeners()
    ice = transport.transport._connection
    monitor = transport.transport._RTCIceTransport__monitor_task  # type: ignore[attr-defined]
    for task in [transport._task, monitor, ice._query_consent_task, *(pair.task for pair in ice._check_list)]:
        if task is not None:
            task.cancel()
    for protocol in ice._protocols:
        with contextlib.suppress(Exception):
            _socket_of(protocol.transport).abort()


def _socket_of(transport: asyncio.DatagramTransport) -> asyncio.DatagramTransport:
    """A relay's socket is that to its TURN server."""
    client = getattr(transport, "_TurnTransport__inner_protocol", None)
    return client.transport if client is not None else transport

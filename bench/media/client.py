"""A WebRTC participant without encoding cost: negotiates with aiortc (real ICE, DTLS, SRTP), then plays a recording.

After the handshake the client reads its socket itself: each datagram with the kernel's arrival time (SO_TIMESTAMPNS),
one decryption, counters. So one process plays forty participants, and the delay it measures holds no scheduling of
its own: from just before `sendto` of the publisher to the kernel's stamp at the subscriber's socket.
"""

from __future__ import annotations

import asyncio
import os
import random
import socket
import struct
import time
from array import array
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.clock import current_ntp_time
from aiortc.codecs import is_rtx
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    pack_remb_fci,
)

SO_TIMESTAMPNS = 35
AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TAIL = 16  # bytes at a payload's end that no forwarder rewrites: they name the packet
KEPT = 512
REMB_BPS = 2_000_000
_HEADER = struct.Struct("!BBHLL")

Section = tuple[str, str]  # kind, direction
Connect = Callable[[str], Awaitable[str]]


class _Sender(RTCRtpSender):
    """Keeps what was negotiated; aiortc's own would poll a track that is not there."""

    parameters: Any = None

    async def send(self, parameters: Any) -> None:
        self.parameters = parameters

    async def stop(self) -> None:
        return


class _Receiver(RTCRtpReceiver):
    parameters: Any = None

    async def receive(self, parameters: Any) -> None:
        self.parameters = parameters

    async def stop(self) -> None:
        return


class _Peer(RTCPeerConnection):
    """Makes the two above; binds loopback only."""

    def __init__(self, host: str) -> None:
        super().__init__(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._host = host

    def _RTCPeerConnection__createTransceiver(  # noqa: N802 - the seam: aiortc's mangled name
        self, direction: str, kind: str, sender_track: None = None
    ) -> RTCRtpTransceiver:
        transceivers: list[RTCRtpTransceiver] = self.__dict__["_RTCPeerConnection__transceivers"]
        transport = transceivers[0].receiver.transport if transceivers else self._new_transport()
        sender, receiver = _Sender(kind, transport), _Receiver(kind, transport)
        receiver._set_rtcp_ssrc(sender._ssrc)
        made = RTCRtpTransceiver(direction=direction, kind=kind, sender=sender, receiver=receiver)
        made._bundled = bool(transceivers)
        transceivers.append(made)
        return made

    def _new_transport(self) -> Any:
        transport = self._RTCPeerConnection__createDtlsTransport()  # type: ignore[attr-defined]
        ice = transport.transport._connection
        gather = ice.get_component_candidates
        ice.get_component_candidates = lambda component, addresses, timeout=5: gather(
            component, [self._host], timeout
        )
        return transport


class Outgoing:
    """One track that is sent: its numbers, its payload type and extension, what may be asked for again."""

    def __init__(self, sender: _Sender) -> None:
        parameters = sender.parameters
        self.kind = sender.kind
        self.ssrc, self.rtx_ssrc = sender._ssrc, sender._rtx_ssrc
        self.payload_type = parameters.codecs[0].payloadType
        repairs = [c.payloadType for c in parameters.codecs if is_rtx(c)]
        self.rtx_payload_type = repairs[0] if repairs else None
        wanted = AUDIO_LEVEL if self.kind == "audio" else ABS_SEND_TIME
        ids = [e.id for e in parameters.headerExtensions if e.uri == wanted]
        self._extension = ids[0] if ids else 0
        self.sequence, self.timestamp = random.randrange(0x4000), random.randrange(1 << 30)
        self.rtx_sequence = 0
        self.packets = self.octets = self.repeated = 0
        self.kept: dict[int, bytes] = {}

    def packet(self, payload: bytes, marker: bool, timestamp: int) -> bytes:
        """The next RTP packet. A video packet carries its sending time, a sound packet its loudness."""
        head = _HEADER.pack(
            0x90 if self._extension else 0x80,
            marker << 7 | self.payload_type,
            self.sequence,
            (self.timestamp + timestamp) & 0xFFFFFFFF,
            self.ssrc,
        )
        if self._extension and self.kind == "video":
            stamp = (current_ntp_time() >> 14) & 0xFFFFFF
            head += struct.pack("!HHL", 0xBEDE, 1, (self._extension << 4 | 2) << 24 | stamp)
        elif self._extension:
            head += struct.pack("!HHBBH", 0xBEDE, 1, self._extension << 4, 0x80 | 30, 0)
        data = head + payload
        if self.kind == "video":
            self.kept[self.sequence] = data
            self.kept.pop((self.sequence - KEPT) & 0xFFFF, None)
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.packets += 1
        self.octets += len(payload)
        return data

    def again(self, sequence: int) -> bytes | None:
        """The answer to a NACK (RFC 4588)."""
        data = self.kept.get(sequence)
        if data is None or self.rtx_payload_type is None:
            return data
        self.repeated += 1
        length = 20 if data[0] & 0x10 else 12
        _, second, _, timestamp, _ = _HEADER.unpack_from(data)
        head = _HEADER.pack(
            data[0], (second & 0x80) | self.rtx_payload_type, self.rtx_sequence, timestamp, self.rtx_ssrc
        )
        self.rtx_sequence = (self.rtx_sequence + 1) & 0xFFFF
        return head + data[12:length] + sequence.to_bytes(2, "big") + data[length:]

    def report(self, timestamp: int, cname: str) -> bytes:
        info = RtcpSenderInfo(
            current_ntp_time(), (self.timestamp + timestamp) & 0xFFFFFFFF, self.packets, self.octets
        )
        names = RtcpSdesPacket(chunks=[RtcpSourceInfo(self.ssrc, [(1, cname.encode())])])
        return bytes(RtcpSrPacket(ssrc=self.ssrc, sender_info=info)) + bytes(names)


class Incoming:
    """One stream that arrives: what a receiver report needs."""

    def __init__(self, payload_type: int) -> None:
        self.payload_type = payload_type
        self.packets = self.bytes = 0
        self.first: int | None = None
        self.highest = 0
        self.report: tuple[int, float] | None = None  # middle of the NTP time, when it came
        self.arrivals: list[tuple[int, float]] | None = None  # (sequence, when), when asked for

    def add(self, sequence: int, size: int, at: float) -> None:
        if self.first is None:
            self.first = self.highest = sequence
        step = (sequence - self.highest + 0x8000 & 0xFFFF) - 0x8000
        self.highest = max(self.highest, self.highest + step)
        self.packets += 1
        self.bytes += size
        if self.arrivals is not None:
            self.arrivals.append((self.highest if step > 0 else self.highest + step, at))

    @property
    def lost(self) -> int:
        return 0 if self.first is None else self.highest - self.first + 1 - self.packets

    def told(self, ssrc: int) -> RtcpReceiverInfo:
        lsr, dlsr = 0, 0
        if self.report is not None:
            lsr, dlsr = self.report[0], int((time.time() - self.report[1]) * 65536)
        return RtcpReceiverInfo(
            ssrc=ssrc,
            fraction_lost=0,
            packets_lost=max(0, self.lost),
            highest_sequence=self.highest & 0xFFFFFFFF,
            jitter=20,
            lsr=lsr,
            dlsr=dlsr,
        )


class Client:
    """One peer connection. `offer`/`accept` as a publisher, `answer` for an offer of the server (Janus's viewers)."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.tracks: list[Outgoing] = []
        self.streams: dict[int, Incoming] = {}
        self.delays: array[float] | None = None  # filled while not None; needs `seen_from`
        self.seen_from: dict[bytes, float] = {}
        self.sent_at: dict[bytes, float] = {}  # of this client's packets, for the one who sees it
        self.key_frames_asked = 0
        self.cname = f"bench-{id(self):x}"
        self.raw: Callable[[int], None] | None = None  # counts datagrams unread (flooding)
        self._peer = _Peer(host)
        self._reading: socket.socket | None = None

    async def offer(self, sections: Sequence[Section]) -> str:
        for kind, direction in sections:
            self._peer.addTransceiver(kind, direction)
        await self._peer.setLocalDescription()
        return self._peer.localDescription.sdp

    async def accept(self, answer: str, timeout_s: float = 20.0) -> None:
        await self._peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await self._connected(timeout_s)

    async def answer(self, offer: str) -> str:
        await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self._peer.setLocalDescription()
        return self._peer.localDescription.sdp

    async def _connected(self, timeout_s: float) -> None:
        async with asyncio.timeout(timeout_s):
            while self._peer.connectionState != "connected":
                if self._peer.connectionState in ("failed", "closed"):
                    raise ConnectionError("the server did not answer")
                await asyncio.sleep(0.005)
        self.take_over()

    async def wait(self, timeout_s: float = 20.0) -> None:
        """After `answer`: until connected."""
        await self._connected(timeout_s)

    def take_over(self) -> None:
        """From now on this object reads the socket."""
        transceivers = self._peer.getTransceivers()
        self._dtls = transceivers[0].receiver.transport
        pair = self._dtls.transport._connection._nominated[1]
        self._protocol, self.remote = pair.protocol, pair.remote_addr
        own: Any = pair.protocol.transport
        loop: Any = asyncio.get_running_loop()
        loop._remove_reader(own._sock_fd)
        self._reading = socket.socket(fileno=os.dup(own._sock_fd))
        self._reading.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._reading.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        loop.add_reader(self._reading, self._read)
        self._protect, self._protect_rtcp = self._dtls._tx_srtp.protect, self._dtls._tx_srtp.protect_rtcp
        for transceiver in transceivers:
            sender = transceiver.sender
            sends = transceiver.currentDirection in ("sendonly", "sendrecv")
            if sends and isinstance(sender, _Sender) and sender.parameters is not None:
                self.tracks.append(Outgoing(sender))

    # --- receiving ---

    def _read(self) -> None:
        reading = self._reading
        if reading is None:
            return
        for _ in range(32):
            try:
                data, extra, _, address = reading.recvmsg(2048, 64)
            except BlockingIOError:
                return
            except OSError:
                continue
            first = data[0] if data else 0
            if not 128 <= first <= 191:
                self._protocol.datagram_received(data, address)
            elif self.raw is not None:
                self.raw(len(data))
            elif 192 <= data[1] <= 223:
                self._rtcp(data)
            else:
                seconds, nanoseconds = struct.unpack("qq", extra[0][2])
                self._rtp(data, seconds + nanoseconds / 1e9)

    def _rtp(self, data: bytes, at: float) -> None:
        try:
            plain = self._dtls._rx_srtp.unprotect(data)
        except Exception:
            return
        _, second, sequence, _, ssrc = _HEADER.unpack_from(plain)
        stream = self.streams.get(ssrc)
        if stream is None:
            stream = self.streams[ssrc] = Incoming(second & 0x7F)
        stream.add(sequence, len(plain), at)
        if self.delays is not None:
            sent = self.seen_from.get(plain[-TAIL:])
            if sent is not None:
                self.delays.append(at - sent)

    def _rtcp(self, data: bytes) -> None:
        try:
            packets = RtcpPacket.parse(self._dtls._rx_srtp.unprotect_rtcp(data))
        except Exception:
            return
        for packet in packets:
            if isinstance(packet, RtcpSrPacket) and packet.ssrc in self.streams:
                middle = (packet.sender_info.ntp_timestamp >> 16) & 0xFFFFFFFF
                self.streams[packet.ssrc].report = (middle, time.time())
            elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
                self.key_frames_asked += 1
            elif isinstance(packet, RtcpRtpfbPacket) and packet.fmt == RTCP_RTPFB_NACK:
                self._repeat(packet)

    def _repeat(self, packet: RtcpRtpfbPacket) -> None:
        for track in self.tracks:
            if track.ssrc == packet.media_ssrc:
                for sequence in packet.lost:
                    if (data := track.again(sequence)) is not None:
                        self.send(data)

    # --- sending ---

    def send(self, data: bytes) -> None:
        assert self._reading is not None
        try:
            self._reading.sendto(self._protect(data), self.remote)
        except OSError:
            return

    def send_protected(self, data: bytes) -> None:
        assert self._reading is not None
        self._reading.sendto(data, self.remote)

    def protected(self, data: bytes) -> bytes:
        sealed: bytes = self._protect(data)
        return sealed

    def play(self, track: Outgoing, payload: bytes, marker: bool, timestamp: int) -> None:
        data = track.packet(payload, marker, timestamp)
        self.sent_at[payload[-TAIL:]] = time.time()
        self.send(data)

    def report(self, timestamps: dict[str, int]) -> None:
        """Once a second: sender reports, receiver reports and what the line can take, as browsers do."""
        if self._reading is None:
            return
        out = [track.report(timestamps[track.kind], self.cname) for track in self.tracks if track.packets]
        own = self.tracks[0].ssrc if self.tracks else 1
        if self.streams:
            told = [stream.told(ssrc) for ssrc, stream in list(self.streams.items())[:31]]
            out.append(bytes(RtcpRrPacket(ssrc=own, reports=told)))
            fci = pack_remb_fci(REMB_BPS, list(self.streams)[:4])
            out.append(bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=own, media_ssrc=0, fci=fci)))
        for data in out:
            self._reading.sendto(self._protect_rtcp(data), self.remote)

    async def close(self) -> None:
        if self._reading is not None:
            asyncio.get_running_loop().remove_reader(self._reading)
            self._reading.close()
            self._reading = None
        try:
            await asyncio.wait_for(self._peer.close(), 3)
        except Exception:
            return

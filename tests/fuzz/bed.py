"""Our own code between the socket and the seats, without sockets and without keys: what a fuzzer drives."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from aioice.candidate import Candidate
from aioice.ice import Connection, StunProtocol
from aiortc.rtcrtpparameters import (
    RTCRtcpFeedback,
    RTCRtcpParameters,
    RTCRtpCodecParameters,
    RTCRtpDecodingParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpReceiveParameters,
    RTCRtpRtxParameters,
    RTCRtpSendParameters,
)

from media import guard
from media.feedback import Feedback
from media.line import MediaLine
from media.model import SOURCES, Source
from media.receiver import RoomReceiver
from media.sdp_gate import ABS_SEND_TIME, AUDIO_LEVEL
from media.sender import RoomSender
from media.uplink import UplinkEstimate

NACK = [RTCRtcpFeedback(type="nack"), RTCRtcpFeedback(type="nack", parameter="pli")]
OPUS = RTCRtpCodecParameters("audio/opus", clockRate=48_000, payloadType=111, rtcpFeedback=NACK[:1])
VP8 = RTCRtpCodecParameters("video/VP8", clockRate=90_000, payloadType=96, rtcpFeedback=NACK)
H264 = RTCRtpCodecParameters("video/H264", clockRate=90_000, payloadType=102, rtcpFeedback=NACK)
RTX = RTCRtpCodecParameters("video/rtx", clockRate=90_000, payloadType=97, parameters={"apt": 96})
CODECS: dict[Source, RTCRtpCodecParameters] = {"microphone": OPUS, "camera": VP8, "screen": H264}
SSRCS: dict[Source, int] = {"microphone": 0x1000, "camera": 0x2000, "screen": 0x3000}
EXTENSIONS = [
    RTCRtpHeaderExtensionParameters(id=1, uri=AUDIO_LEVEL),
    RTCRtpHeaderExtensionParameters(id=2, uri=ABS_SEND_TIME),
]


class Plain:
    """SRTP that trusts everybody."""

    def open_rtp(self, data: bytes) -> bytes:
        return data

    open_rtcp = open_rtp

    def seal_rtp(self, data: bytes) -> memoryview:
        return memoryview(data)

    seal_rtcp = seal_rtp


def plain_line() -> MediaLine:
    dtls = SimpleNamespace(
        on=lambda *_: None,
        state="connected",
        transport=SimpleNamespace(_connection=SimpleNamespace(_nominated={})),
    )
    line = MediaLine(cast("Any", dtls))
    line._srtp = cast("Any", Plain())
    line.extensions = {1: "level", 2: "abs_send_time", 4: "mid"}
    return line


class Seat:
    """One publisher's line, and one viewer of all it sends."""

    def __init__(self) -> None:
        self.line, self.viewer = plain_line(), plain_line()
        self.receivers = {name: RoomReceiver(name, self.line) for name in SOURCES}
        self.senders = {name: RoomSender(name, self.viewer) for name in SOURCES}
        self.uplink = UplinkEstimate()

    async def open(self) -> "Seat":
        for name, receiver in self.receivers.items():
            codec, ssrc = CODECS[name], SSRCS[name]
            rtx = RTCRtpRtxParameters(ssrc=ssrc + 1) if codec is not OPUS else None
            encoding = RTCRtpDecodingParameters(ssrc=ssrc, payloadType=codec.payloadType or 0, rtx=rtx)
            codecs = [codec, RTX] if codec is not OPUS else [codec]
            await receiver.receive(
                RTCRtpReceiveParameters(codecs=codecs, encodings=[encoding], muxId=name[:3])
            )
        for name, sender in self.senders.items():
            codecs = [OPUS] if name == "microphone" else [VP8, RTX, H264]
            await sender.send(
                RTCRtpSendParameters(
                    codecs=codecs, headerExtensions=EXTENSIONS, rtcp=RTCRtcpParameters(cname="c")
                )
            )
            sender.attach(self.receivers[name])
        self.line.on_packet = self._note
        feedback = Feedback(self.receivers.values(), self.senders.values(), lambda bps, now: None)
        self.line.on_rtcp = self.viewer.on_rtcp = feedback.take
        return self

    def _note(self, packet: Any, now: float, size: int) -> None:
        if packet.abs_send_time is not None:
            self.uplink.add(packet.abs_send_time, now, size)

    def reports(self, now: float) -> None:
        """What happens once a second."""
        for receiver in self.receivers.values():
            receiver.report_block(now, 0.0)
            receiver.figures(now)
        for sender in self.senders.values():
            sender.report_due(now)
            sender.figures(now)

    async def close(self) -> None:
        for sender in self.senders.values():
            await sender.stop()
        for receiver in self.receivers.values():
            await receiver.stop()


class Ear:
    """One ICE socket with both passwords known, and nothing behind it."""

    def __init__(self) -> None:
        self.ice = Connection(ice_controlling=False, local_username="here", local_password="L" * 22)
        self.ice.remote_username, self.ice.remote_password = "there", "R" * 22
        self.protocol = StunProtocol(self.ice)
        self.protocol.transport = cast(
            "asyncio.DatagramTransport",
            SimpleNamespace(sendto=lambda *_: None, is_closing=lambda: False, close=lambda: None),
        )
        self.protocol.local_candidate = Candidate("1", 1, "udp", 1, "192.0.2.1", 5000, "host")
        self.ice._protocols = [self.protocol]

    def hear(self, data: bytes, address: tuple[Any, ...] = ("198.51.100.1", 4000)) -> None:
        guard._guarded(self.protocol, data, address)

    def early_checks(self) -> None:
        """What aioice does with the checks it kept, when it has the offer."""
        for check in list(self.ice._early_checks):
            self.ice.check_incoming(*check)
        self.ice._early_checks.clear()

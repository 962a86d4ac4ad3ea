"""The numbers a subscriber sees, and repair in both directions. The transport is a fake that keeps what is sent."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiortc.rtcdtlstransport import RtpRouter
from aiortc.rtcrtpparameters import (
    RTCRtcpParameters,
    RTCRtpCodecParameters,
    RTCRtpDecodingParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpReceiveParameters,
    RTCRtpRtxParameters,
    RTCRtpSendParameters,
)
from aiortc.rtp import (
    RTCP_PSFB_PLI,
    HeaderExtensionsMap,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
    unpack_remb_fci,
    wrap_rtx,
)

from media.receiver import LOWEST_REMB, START_BPS, START_S, RoomReceiver
from media.rtp import Packet
from media.sdp_gate import ABS_SEND_TIME
from media.sender import RoomSender
from media.vp8 import parse_descriptor

VP8 = RTCRtpCodecParameters(mimeType="video/VP8", clockRate=90_000, payloadType=96)
RTX = RTCRtpCodecParameters(mimeType="video/rtx", clockRate=90_000, payloadType=97, parameters={"apt": 96})
KEY, DELTA = b"\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00", b"\x11delta"


class FakeTransport:
    """As much of RTCDtlsTransport as forwarding touches."""

    state = "connected"

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self._rtp_router = RtpRouter()
        self.transport = SimpleNamespace(_connection=SimpleNamespace(_nominated={}))

    async def _send_rtp(self, data: bytes) -> None:
        self.sent.append(data)

    def _register_rtp_sender(self, sender: RoomSender, parameters: RTCRtpSendParameters) -> None:
        self._rtp_router.register_sender(sender, ssrc=sender._ssrc)

    def _register_rtp_receiver(self, receiver: RoomReceiver, parameters: RTCRtpReceiveParameters) -> None:
        ssrcs = [encoding.ssrc for encoding in parameters.encodings]
        self._rtp_router.register_receiver(receiver, ssrcs=ssrcs, payload_types=[96, 97])

    def _unregister_rtp_sender(self, sender: RoomSender) -> None: ...

    def _unregister_rtp_receiver(self, receiver: RoomReceiver) -> None: ...

    def rtp(self) -> list[RtpPacket]:
        extensions = HeaderExtensionsMap()
        extensions.configure(SEND)
        return [RtpPacket.parse(data, extensions) for data in self.sent if not 192 <= data[1] <= 208]

    def rtcp(self, kind: type[Any]) -> list[Any]:
        packets = [p for data in self.sent if 192 <= data[1] <= 208 for p in RtcpPacket.parse(data)]
        return [packet for packet in packets if isinstance(packet, kind)]


SEND = RTCRtpSendParameters(
    codecs=[VP8, RTX],
    headerExtensions=[RTCRtpHeaderExtensionParameters(id=3, uri=ABS_SEND_TIME)],
    rtcp=RTCRtcpParameters(cname="c"),
)
RECEIVE = RTCRtpReceiveParameters(
    codecs=[VP8, RTX],
    encodings=[RTCRtpDecodingParameters(ssrc=1111, payloadType=96, rtx=RTCRtpRtxParameters(ssrc=2222))],
)


async def publisher() -> tuple[RoomReceiver, FakeTransport]:
    transport = FakeTransport()
    receiver = RoomReceiver("camera", cast("Any", transport))
    receiver._set_rtcp_ssrc(77)
    await receiver.receive(RECEIVE)
    return receiver, transport


async def subscriber(source: RoomReceiver | None = None) -> tuple[RoomSender, FakeTransport]:
    transport = FakeTransport()
    sender = RoomSender("camera", cast("Any", transport))
    await sender.send(SEND)
    sender.attach(source)
    return sender, transport


def packet(sequence: int, timestamp: int, data: bytes = DELTA, picture: int = 0) -> RtpPacket:
    payload = b"\x90\x80" + (0x8000 | picture).to_bytes(2, "big") + data
    return RtpPacket(96, 1, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 1111, payload)


def show(sender: RoomSender, packet: RtpPacket, now: float) -> None:
    assert sender.source is not None
    p = packet
    ours = Packet(p.payload_type, p.marker, p.sequence_number, p.timestamp, p.ssrc, p.payload)
    sender.forward(sender.source, ours, now)


async def test_the_seats_numbers_go_on_when_the_publisher_changes() -> None:
    first, _ = await publisher()
    second, _ = await publisher()
    sender, sent = await subscriber(first)
    show(sender, packet(99, 0), 0.0)  # no key frame yet: nothing a decoder could use
    for n in range(3):
        show(sender, packet(65_535 + n, 3000 * n, DELTA if n else KEY, picture=0x7FFE + n), n / 30)
    sender.attach(second)
    show(sender, packet(9, 777_000), 0.2)
    show(sender, packet(10, 780_000, KEY, picture=4), 1.0 + 2 / 30)
    show(sender, packet(11, 783_000, picture=5), 1.1)
    out = sent.rtp()
    assert [(p.sequence_number - out[0].sequence_number) & 0xFFFF for p in out] == [0, 1, 2, 3, 4]
    assert [(p.timestamp - out[0].timestamp) & 0xFFFFFFFF for p in out] == [0, 3000, 6000, 96_000, 99_000]
    assert [parse_descriptor(p.payload).picture_id for p in out] == [0x7FFE, 0x7FFF, 0, 1, 2]  # type: ignore[union-attr]
    assert {p.ssrc for p in out} == {sender._ssrc}
    assert all(p.extensions.abs_send_time is not None for p in out)


async def test_a_subscribers_nack_is_answered_from_the_cache_once() -> None:
    source, _ = await publisher()
    sender, sent = await subscriber(source)
    for n in range(4):
        await source._handle_rtp_packet(packet(500 + n, 3000 * n, DELTA if n else KEY), arrival_time_ms=0)
    lost = sent.rtp()[2]
    nack = RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=sender._ssrc, lost=[lost.sequence_number])
    for _ in range(5):
        await sender._handle_rtcp_packet(nack)
    repeated = sent.rtp()[4:]
    assert len(repeated) == 1
    assert (repeated[0].payload_type, repeated[0].ssrc) == (97, sender._rtx_ssrc)
    assert repeated[0].payload == lost.sequence_number.to_bytes(2, "big") + lost.payload
    assert repeated[0].timestamp == lost.timestamp
    await source.stop()


async def test_a_lost_packet_is_asked_for_again_and_its_repair_goes_on() -> None:
    source, sent = await publisher()
    taken: list[int] = []
    source.listen(lambda _, p, __: taken.append(p.sequence_number), lambda *_: None)
    for n in (1, 2, 4):
        await source._handle_rtp_packet(packet(n, 3000), arrival_time_ms=0)
    async with asyncio.timeout(2):
        while len(sent.rtcp(RtcpRtpfbPacket)) < 2:
            await asyncio.sleep(0.01)
    assert [nack.lost for nack in sent.rtcp(RtcpRtpfbPacket)[:2]] == [[3], [3]]
    repair = wrap_rtx(packet(3, 3000), payload_type=97, sequence_number=5, ssrc=2222)
    for _ in range(2):
        await source._handle_rtp_packet(repair, arrival_time_ms=0)
    await source._handle_rtp_packet(packet(4, 3000), arrival_time_ms=0)
    assert taken == [1, 2, 4, 3]
    await source.stop()


async def test_repairs_are_routed_although_two_videos_share_the_bundle() -> None:
    source, transport = await publisher()
    other = RoomReceiver("camera", cast("Any", transport))
    await other.receive(
        RTCRtpReceiveParameters(
            codecs=[VP8, RTX],
            encodings=[
                RTCRtpDecodingParameters(ssrc=3333, payloadType=96, rtx=RTCRtpRtxParameters(ssrc=4444))
            ],
        )
    )
    for ssrc, receiver in ((2222, source), (4444, other)):
        assert transport._rtp_router.route_rtp(RtpPacket(payload_type=97, ssrc=ssrc)) is receiver


async def test_key_frame_requests_are_gathered() -> None:
    source, sent = await publisher()
    viewers = [await subscriber(source) for _ in range(3)]
    for sender, _ in viewers:
        await sender._handle_rtcp_packet(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=sender._ssrc))
    assert len(sent.rtcp(RtcpPsfbPacket)) == 1
    async with asyncio.timeout(2):
        while len(sent.rtcp(RtcpPsfbPacket)) < 2:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    assert len(sent.rtcp(RtcpPsfbPacket)) == 2
    await source.stop()


async def test_a_failing_listener_does_not_end_the_publishers_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source, _ = await publisher()

    def fail(*_: object) -> None:
        raise RuntimeError

    source.listen(fail, lambda *_: None)
    await source._handle_rtp_packet(packet(1, 0), arrival_time_ms=0)
    assert "could not be forwarded" in caplog.text


async def test_sender_reports_are_translated_to_the_seats_timestamps() -> None:
    source, _ = await publisher()
    sender, sent = await subscriber(source)
    show(sender, packet(1, 1_000_000, KEY), 0.0)
    shift = (sent.rtp()[0].timestamp - 1_000_000) & 0xFFFFFFFF
    info = RtcpSenderInfo(ntp_timestamp=5 << 32, rtp_timestamp=1_045_000, packet_count=1, octet_count=1)
    await source._handle_rtcp_packet(RtcpSrPacket(ssrc=1111, sender_info=info))
    assert source.report is not None
    sender.send_report(source.report.arrived + 2.0)
    at_once, report = sent.rtcp(RtcpSrPacket)
    assert at_once.sender_info.ntp_timestamp == 5 << 32
    assert report.sender_info.ntp_timestamp == 7 << 32
    assert report.sender_info.rtp_timestamp == (1_045_000 + 180_000 + shift) & 0xFFFFFFFF


async def test_a_full_socket_stops_pictures_until_the_next_key_frame() -> None:
    source, asked = await publisher()
    sender, sent = await subscriber(source)
    show(sender, packet(1, 0, KEY), 0.0)
    waiting = [10_000_000]
    pair = SimpleNamespace(
        protocol=SimpleNamespace(transport=SimpleNamespace(get_write_buffer_size=lambda: waiting[0]))
    )
    sent.transport._connection._nominated[1] = pair
    show(sender, packet(2, 3000), 0.1)
    waiting[0] = 0
    show(sender, packet(3, 6000), 0.2)
    show(sender, packet(4, 9000, KEY), 0.3)
    numbers = [p.sequence_number for p in sent.rtp()]
    assert len(numbers) == 2
    assert numbers[1] == numbers[0] + 1
    assert sender.dropped == 1
    assert asked.rtcp(RtcpPsfbPacket)
    await source.stop()


async def test_a_call_begins_with_a_sharp_picture_and_follows_the_weakest_line_then() -> None:
    source, sent = await publisher()
    first = packet(1, 0, KEY)
    first.extensions.abs_send_time = 1
    await source._handle_rtp_packet(first, arrival_time_ms=0)
    now = time.monotonic()
    source.send_remb(None, now)
    source.send_remb(80_000, now + 1)
    source.send_remb(80_000, now + START_S + 1)
    source.send_remb(1_000, now + START_S + 2)
    said = [unpack_remb_fci(remb.fci) for remb in sent.rtcp(RtcpPsfbPacket)]
    assert [ssrcs for _, ssrcs in said] == [[1111]] * 4
    assert [round(bps, -3) for bps, _ in said] == [START_BPS, START_BPS, 80_000, LOWEST_REMB]

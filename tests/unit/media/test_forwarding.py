"""The numbers a subscriber sees, and repair in both directions. The line is a fake that keeps what is sent."""

import asyncio
import time
from types import SimpleNamespace
from typing import Any, cast

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
from aiortc.rtp import (
    RTCP_PSFB_PLI,
    HeaderExtensionsMap,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
)

from media.receiver import RoomReceiver
from media.rtp import Packet
from media.sdp_gate import ABS_SEND_TIME
from media.sender import RoomSender
from media.vp8 import parse_descriptor

NACK = [RTCRtcpFeedback(type="nack"), RTCRtcpFeedback(type="nack", parameter="pli")]
VP8 = RTCRtpCodecParameters("video/VP8", clockRate=90_000, payloadType=96, rtcpFeedback=NACK)
H264 = RTCRtpCodecParameters("video/H264", clockRate=90_000, payloadType=102, rtcpFeedback=NACK)
RTX = RTCRtpCodecParameters("video/rtx", clockRate=90_000, payloadType=97, parameters={"apt": 96})
H264_RTX = RTCRtpCodecParameters("video/rtx", clockRate=90_000, payloadType=103, parameters={"apt": 102})
OPUS = RTCRtpCodecParameters("audio/opus", clockRate=48_000, payloadType=111, rtcpFeedback=NACK[:1])
KEY, DELTA = b"\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00", b"\x11delta"


class FakeLine:
    """As much of MediaLine as forwarding touches."""

    is_open = True

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.backlog = 0
        self.dtls = SimpleNamespace(state="new")
        self.by_ssrc: dict[int, Any] = {}
        self.by_mid: dict[bytes, Any] = {}

    def send_rtp(self, data: bytes) -> bool:
        self.sent.append(data)
        return True

    send_rtcp = send_rtp

    def rtp(self) -> list[RtpPacket]:
        extensions = HeaderExtensionsMap()
        extensions.configure(SEND)
        return [RtpPacket.parse(data, extensions) for data in self.sent if not 192 <= data[1] <= 208]

    def rtcp(self, kind: type[Any]) -> list[Any]:
        packets = [p for data in self.sent if 192 <= data[1] <= 208 for p in RtcpPacket.parse(data)]
        return [packet for packet in packets if isinstance(packet, kind)]


SEND = RTCRtpSendParameters(
    codecs=[VP8, RTX, H264, H264_RTX],
    headerExtensions=[RTCRtpHeaderExtensionParameters(id=3, uri=ABS_SEND_TIME)],
    rtcp=RTCRtcpParameters(cname="c"),
)


def receive(ssrc: int, codec: RTCRtpCodecParameters = VP8) -> RTCRtpReceiveParameters:
    rtx = RTCRtpRtxParameters(ssrc=2 * ssrc)
    encoding = RTCRtpDecodingParameters(ssrc=ssrc, payloadType=codec.payloadType or 0, rtx=rtx)
    return RTCRtpReceiveParameters(codecs=[codec, RTX], encodings=[encoding], muxId=f"m{ssrc}")


async def publisher(codec: RTCRtpCodecParameters = VP8) -> tuple[RoomReceiver, FakeLine]:
    line = FakeLine()
    receiver = RoomReceiver("camera", cast("Any", line))
    receiver._set_rtcp_ssrc(77)
    await receiver.receive(receive(1111, codec))
    return receiver, line


async def subscriber(source: RoomReceiver | None = None) -> tuple[RoomSender, FakeLine]:
    line = FakeLine()
    sender = RoomSender("camera", cast("Any", line))
    await sender.send(SEND)
    sender.attach(source)
    return sender, line


def packet(sequence: int, timestamp: int, data: bytes = DELTA, picture: int = 0) -> Packet:
    payload = b"\x90\x80" + (0x8000 | picture).to_bytes(2, "big") + data
    return Packet(96, 1, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, 1111, payload)


def take(source: RoomReceiver, packet: Packet, now: float | None = None) -> None:
    source.take(packet, time.monotonic() if now is None else now, len(packet.payload) + 12)


def show(sender: RoomSender, packet: Packet, now: float) -> None:
    assert sender.source is not None
    sender.forward(sender.source, packet, now)


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


async def test_another_quality_takes_over_at_its_key_frame_and_the_present_one_goes_on_until_then() -> None:
    full, _ = await publisher()
    copy, asked = await publisher()
    sender, sent = await subscriber()
    sender.attach(full, of=full)
    take(full, packet(1, 0, KEY))
    sender.attach(copy, of=full)
    take(full, packet(2, 3000))
    take(copy, packet(501, 9000))
    assert len(sent.rtp()) == 2
    take(copy, packet(502, 12_000, KEY))
    take(full, packet(3, 6000))
    take(copy, packet(503, 15_000))
    numbers = [p.sequence_number for p in sent.rtp()]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2, numbers[0] + 3]
    assert asked.rtcp(RtcpPsfbPacket)
    assert (full.viewers, copy.viewers) == ([], [sender])
    sender.attach(full, of=full)
    sender.attach(copy, of=full)  # thought better of it
    take(full, packet(4, 9000, KEY))
    assert len(sent.rtp()) == 4
    assert (full.viewers, copy.viewers) == ([], [sender])


async def test_nothing_more_is_sent_of_what_is_not_shown_any_more() -> None:
    source, _ = await publisher()
    sender, sent = await subscriber()
    sender.attach(source, of=source)
    take(source, packet(1, 0, KEY))
    sender.attach(None, of=source)
    take(source, packet(2, 3000))
    assert len(sent.rtp()) == 1
    assert source.viewers == []


async def test_h264_goes_out_under_its_own_payload_type_from_a_key_frame_on() -> None:
    source, _ = await publisher(H264)
    sender, sent = await subscriber(source)
    take(source, Packet(102, 1, 1, 0, 1111, b"\x41delta"))
    take(source, Packet(102, 0, 2, 3000, 1111, b"\x67\x42\xe0\x1f\xda\x01\x40\x16\xec\x04"))
    take(source, Packet(102, 1, 3, 3000, 1111, b"\x65idr"))
    out = sent.rtp()
    assert [(p.payload_type, p.marker, p.payload[0] & 31) for p in out] == [(102, 0, 7), (102, 1, 5)]
    sender.take_rtcp(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=1, lost=[out[1].sequence_number]))
    repeated = sent.rtp()[2]
    assert (repeated.payload_type, repeated.payload[2:]) == (103, b"\x65idr")
    await source.stop()


async def test_a_subscriber_without_the_codec_is_told_so_and_sent_nothing() -> None:
    source, _ = await publisher(H264)
    line = FakeLine()
    sender = RoomSender("camera", cast("Any", line))
    await sender.send(RTCRtpSendParameters(codecs=[VP8, RTX], rtcp=RTCRtcpParameters()))
    sender.attach(source)
    take(source, Packet(102, 1, 1, 0, 1111, b"\x65idr"))
    assert sender.unsupported
    assert line.rtp() == []


async def test_a_subscribers_nack_is_answered_from_the_cache_once() -> None:
    source, _ = await publisher()
    sender, sent = await subscriber(source)
    for n in range(4):
        take(source, packet(500 + n, 3000 * n, DELTA if n else KEY))
    lost = sent.rtp()[2]
    nack = RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=sender._ssrc, lost=[lost.sequence_number])
    for _ in range(5):
        sender.take_rtcp(nack)
    repeated = sent.rtp()[4:]
    assert len(repeated) == 1
    assert (repeated[0].payload_type, repeated[0].ssrc) == (97, sender._rtx_ssrc)
    assert repeated[0].payload == lost.sequence_number.to_bytes(2, "big") + lost.payload
    assert repeated[0].timestamp == lost.timestamp
    await source.stop()


async def test_repairs_do_not_keep_a_full_line_full() -> None:
    source, _ = await publisher()
    sender, sent = await subscriber(source)
    for n in range(200):
        take(source, packet(n, 3000 * n, DELTA + bytes(1000) if n else KEY))
    numbers = [p.sequence_number for p in sent.rtp()]
    sender.note_weak_line(True)
    sender.take_rtcp(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=1, lost=numbers))
    assert len(sent.rtp()) - len(numbers) == 3  # 3 kB were left of 30; the first packet is small
    sender.note_weak_line(False)
    for n in range(200, 300):
        take(source, packet(n, 3000 * n, DELTA + bytes(1000)))
    later = [p.sequence_number for p in sent.rtp()[203:]]
    sender.take_rtcp(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=1, lost=later))
    assert 25 <= len(sent.rtp()) - 203 - len(later) <= 30
    await source.stop()


async def test_sound_is_asked_for_and_repeated_as_it_was_sent() -> None:
    up, down = FakeLine(), FakeLine()
    source, sender = RoomReceiver("microphone", cast("Any", up)), RoomSender("microphone", cast("Any", down))
    await source.receive(RTCRtpReceiveParameters(codecs=[OPUS], encodings=[RTCRtpDecodingParameters(7, 111)]))
    await sender.send(RTCRtpSendParameters(codecs=[OPUS], rtcp=RTCRtcpParameters()))
    sender.attach(source)
    for n in (1, 2, 4):
        take(source, Packet(111, 0, n, 960 * n, 7, b"sound%d" % n))
    async with asyncio.timeout(2):
        while not up.rtcp(RtcpRtpfbPacket):
            await asyncio.sleep(0.002)
    assert up.rtcp(RtcpRtpfbPacket)[0].lost == [3]
    take(source, Packet(111, 0, 3, 2880, 7, b"sound3"))
    out = down.rtp()
    assert [p.payload[-1:] for p in out] == [b"1", b"2", b"4", b"3"]
    assert (out[3].sequence_number - out[2].sequence_number) & 0xFFFF == 0xFFFF
    sender.take_rtcp(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=1, lost=[out[1].sequence_number]))
    assert down.sent[4] == down.sent[1]
    await source.stop()


async def test_a_lost_packet_is_asked_for_again_and_its_repair_goes_on() -> None:
    source, sent = await publisher()
    taken: list[int] = []
    source.listen(lambda _, p, __: taken.append(p.sequence_number), lambda *_: None)
    for n in (1, 2, 4):
        take(source, packet(n, 3000))
    async with asyncio.timeout(2):
        while len(sent.rtcp(RtcpRtpfbPacket)) < 2:
            await asyncio.sleep(0.01)
    assert [nack.lost for nack in sent.rtcp(RtcpRtpfbPacket)[:2]] == [[3], [3]]
    for _ in range(2):
        take(source, Packet(97, 1, 5, 3000, 2222, b"\x00\x03" + packet(3, 3000).payload))
    take(source, Packet(97, 0, 6, 3000, 2222, b""))  # padding
    take(source, packet(4, 3000))
    assert taken == [1, 2, 4, 3]
    await source.stop()


async def test_repairs_are_routed_although_two_videos_share_the_bundle() -> None:
    source, line = await publisher()
    other = RoomReceiver("screen", cast("Any", line))
    await other.receive(receive(3333))
    for ssrc, receiver in ((1111, source), (2222, source), (3333, other), (6666, other)):
        assert line.by_ssrc[ssrc] is receiver
    assert line.by_mid == {b"m1111": source, b"m3333": other}


async def test_a_publisher_that_changes_its_ssrc_begins_anew_and_the_seat_goes_on() -> None:
    source, _ = await publisher()
    _, sent = await subscriber(source)
    take(source, packet(100, 0, KEY))
    changed = packet(7, 50_000, KEY)
    changed.ssrc = 9999
    take(source, changed)
    assert [p.sequence_number - sent.rtp()[0].sequence_number for p in sent.rtp()] == [0, 1]
    assert source.cached(100) is None
    await source.stop()


async def test_key_frame_requests_are_gathered() -> None:
    source, sent = await publisher()
    viewers = [await subscriber(source) for _ in range(3)]
    for sender, _ in viewers:
        sender.take_rtcp(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=sender._ssrc))
    assert len(sent.rtcp(RtcpPsfbPacket)) == 1
    async with asyncio.timeout(2):
        while len(sent.rtcp(RtcpPsfbPacket)) < 2:
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    assert len(sent.rtcp(RtcpPsfbPacket)) == 2
    await source.stop()


async def test_sender_reports_are_translated_to_the_seats_timestamps() -> None:
    source, _ = await publisher()
    sender, sent = await subscriber(source)
    show(sender, packet(1, 1_000_000, KEY), 0.0)
    shift = (sent.rtp()[0].timestamp - 1_000_000) & 0xFFFFFFFF
    info = RtcpSenderInfo(ntp_timestamp=5 << 32, rtp_timestamp=1_045_000, packet_count=1, octet_count=1)
    source.take_report(RtcpSrPacket(ssrc=1111, sender_info=info), 50.0)
    assert sender.report_due(50.5) == b""
    sent.send_rtcp(sender.report_due(52.0))
    at_once, report = sent.rtcp(RtcpSrPacket)
    assert at_once.sender_info.ntp_timestamp == 5 << 32
    assert report.sender_info.ntp_timestamp == 7 << 32
    assert report.sender_info.rtp_timestamp == (1_045_000 + 180_000 + shift) & 0xFFFFFFFF


async def test_a_full_socket_stops_pictures_until_the_next_key_frame() -> None:
    source, asked = await publisher()
    sender, sent = await subscriber(source)
    show(sender, packet(1, 0, KEY), 0.0)
    sent.backlog = 10_000_000
    show(sender, packet(2, 3000), 0.1)
    sent.backlog = 0
    show(sender, packet(3, 6000), 0.2)
    show(sender, packet(4, 9000, KEY), 0.3)
    numbers = [p.sequence_number for p in sent.rtp()]
    assert len(numbers) == 2
    assert numbers[1] == numbers[0] + 1
    assert sender.dropped == 1
    assert asked.rtcp(RtcpPsfbPacket)
    await source.stop()


async def test_without_rtx_a_repeated_picture_is_the_same_to_the_bit() -> None:
    """Two packets under one SRTP number would give AES-GCM's key away (RFC 7714 section 9.1)."""
    source, _ = await publisher()
    line = FakeLine()
    sender = RoomSender("camera", cast("Any", line))
    await sender.send(RTCRtpSendParameters(codecs=[VP8], headerExtensions=SEND.headerExtensions))
    sender.attach(source)
    take(source, packet(1, 0, KEY), 1.0)
    sent = line.sent[-1]
    sequence = int.from_bytes(sent[2:4], "big")
    sender.take_rtcp(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=1, lost=[sequence]))
    assert len([data for data in line.sent if data[1] < 192 or data[1] > 208]) == 2
    assert line.sent[-1] == sent
    await source.stop()


async def test_a_number_that_comes_again_after_a_wrap_is_repaired_again() -> None:
    source, _ = await publisher()
    sender, sent = await subscriber(source)
    take(source, packet(1, 0, KEY), 1.0)
    sequence = sent.rtp()[0].sequence_number
    for n in range(9):
        sender._repeat(sequence, 10.0 + n / 2)
    assert len(sent.rtp()) == 1 + 3
    sender._repeat(sequence, 600.0)
    assert len(sent.rtp()) == 1 + 4
    await source.stop()


async def test_a_seat_that_has_ended_enters_itself_nowhere() -> None:
    """A closed connection stays in its room until the participant comes back; each wiring would leave it behind."""
    source, _ = await publisher()
    sender, _ = await subscriber(source)
    await sender.stop()
    sender.attach(source)
    assert source.viewers == []
    await source.stop()


async def test_a_source_that_has_ended_keeps_no_packets() -> None:
    source, _ = await publisher()
    take(source, packet(1, 0, KEY), 1.0)
    await source.stop()
    assert source.cached(1) is None


async def test_a_flood_of_sender_reports_is_not_passed_on_to_every_viewer() -> None:
    source, _ = await publisher()
    _, sent = await subscriber(source)
    take(source, packet(1, 0, KEY), 1.0)
    info = RtcpSenderInfo(ntp_timestamp=5 << 32, rtp_timestamp=0, packet_count=1, octet_count=1)
    for n in range(1000):
        source.take_report(RtcpSrPacket(ssrc=1111, sender_info=info), 50.0 + n / 1000)
    assert 5 <= len(sent.rtcp(RtcpSrPacket)) <= 11
    await source.stop()


async def test_a_flood_of_wishes_is_not_looked_up() -> None:
    source, _ = await publisher()
    sender, _ = await subscriber(source)
    take(source, packet(1, 0, KEY), 1.0)
    looked: list[int] = []
    sender._repeat = lambda sequence, now: looked.append(sequence)  # type: ignore[method-assign]
    for _ in range(1000):
        sender.take_rtcp(RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=1, lost=list(range(256))))
    assert 1000 < len(looked) < 10_000  # of 256,000
    await source.stop()

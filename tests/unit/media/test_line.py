"""From the datagram to the receiver: what libsrtp refuses, what nobody announced and what is too much goes nowhere."""

import asyncio
import os
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiortc.rtp import AnyRtcpPacket, RtcpByePacket, RtcpPsfbPacket
from hypothesis import given, settings
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from media.guard import guard_of
from media.limits import Allowance
from media.line import MAX_BACKLOG, MAX_SSRCS, MediaLine
from media.rtp import Packet, header, header_with_word
from media.srtp import LONGEST


def session(key: bytes, kind: int) -> Session:
    policy = Policy(key=key, ssrc_type=kind, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_256_GCM)
    policy.allow_repeat_tx, policy.window_size = True, 1024
    return Session(policy)


class Relay:
    """Like aioice's transport of a relayed candidate: what it is given leaves later."""

    def __init__(self) -> None:
        self.given: list[bytes] = []

    def get_write_buffer_size(self) -> int:
        return 0

    def sendto(self, data: bytes, address: tuple[str, int]) -> None:
        self.given.append(data)


class Socket(asyncio.DatagramTransport):
    def __init__(self) -> None:
        self.sent: list[tuple[bytes, tuple[str, int]]] = []
        self.waiting = 0

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def sendto(self, data: Any, addr: Any = None) -> None:
        self.sent.append((bytes(data), addr))


class Ice:
    def __init__(self, socket: Socket) -> None:
        pair = SimpleNamespace(protocol=SimpleNamespace(transport=socket), remote_addr=("192.0.2.1", 4000))
        self._nominated = {1: pair}


class Dtls:
    """RTCDtlsTransport as far as the line uses it; one key for both directions."""

    def __init__(self) -> None:
        key = os.urandom(44)
        self._rx_srtp = session(key, Policy.SSRC_ANY_INBOUND)
        self._tx_srtp = session(key, Policy.SSRC_ANY_OUTBOUND)
        self.peer_tx = session(key, Policy.SSRC_ANY_OUTBOUND)
        self.peer_rx = session(key, Policy.SSRC_ANY_INBOUND)
        self.socket = Socket()
        self.ice = Ice(self.socket)
        self.transport = SimpleNamespace(_connection=self.ice)
        self.state = "new"
        self._changed: Any = None

    def on(self, _: str, changed: Any) -> None:
        self._changed = changed

    def become(self, state: str) -> None:
        self.state = state
        self._changed()


class Taker:
    def __init__(self) -> None:
        self.taken: list[Packet] = []

    def take(self, packet: Packet, now: float, size: int) -> None:
        self.taken.append(packet)


def connected(allowance: Allowance | None = None) -> tuple[MediaLine, Dtls, Taker]:
    dtls, taker = Dtls(), Taker()
    line = MediaLine(cast("Any", dtls), allowance)
    line.by_ssrc[7] = taker
    dtls.become("connected")
    return line, dtls, taker


def packet(sequence: int, ssrc: int = 7) -> bytes:
    return header(96, sequence, 0, ssrc) + b"payload"


def test_a_packet_is_opened_and_taken_once() -> None:
    line, dtls, taker = connected()
    sealed = dtls.peer_tx.protect(packet(1))
    assert line.datagram(sealed)
    assert line.datagram(sealed)  # a replay: dealt with, and dropped
    assert [(p.sequence_number, p.payload) for p in taker.taken] == [(1, b"payload")]


def test_dtls_goes_on_to_aiortc() -> None:
    line, _, taker = connected()
    assert not line.datagram(b"\x16\xfe\xfd" + bytes(20))
    assert taker.taken == []


def test_before_the_keys_and_after_the_end_nothing_is_taken() -> None:
    dtls = Dtls()
    line = MediaLine(cast("Any", dtls))
    assert not line.datagram(packet(1))
    assert not line.send_rtp(packet(1))
    dtls.become("connected")
    assert guard_of(cast("Any", dtls.ice)).fast is not None
    assert line.is_open
    dtls.become("closed")
    assert guard_of(cast("Any", dtls.ice)).fast is None
    assert not line.send_rtp(packet(1))
    assert not line.send_rtcp(bytes(RtcpByePacket([1])))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\x80\x60", b"\x80\xc8", b"\x90\x6f"]))
def test_forged_bytes_go_nowhere(data: bytes, start: bytes) -> None:
    line, _, taker = connected()
    data = bytes([(start + data + b"\x80")[0] & 0x3F | 0x80]) + (start + data)[1:]
    assert line.datagram(data)
    assert taker.taken == []
    assert not line._failed


def test_an_ssrc_nobody_announced_is_learned_by_its_m_line_only() -> None:
    line, dtls, taker = connected()
    line.extensions = {4: "mid"}
    line.by_mid[b"2"] = taker
    named = header_with_word(96, 1, 0, 99, 4 << 28 | ord("2") << 16) + b"p"
    for data in (packet(1, ssrc=50), named, packet(2, ssrc=99)):
        line.datagram(dtls.peer_tx.protect(data))
    assert [(p.ssrc, p.sequence_number) for p in taker.taken] == [(99, 1), (99, 2)]


def test_a_participant_cannot_fill_memory_with_ssrcs() -> None:
    line, dtls, _ = connected()
    for ssrc in range(1000, 1000 + 3 * MAX_SSRCS):
        line.datagram(dtls.peer_tx.protect(packet(1, ssrc=ssrc)))
    assert len(line._seen) == MAX_SSRCS


def test_more_than_the_allowance_is_dropped_and_told() -> None:
    line, dtls, taker = connected(Allowance(packets_per_s=100))
    for sequence in range(200):
        line.datagram(dtls.peer_tx.protect(packet(sequence)))
    assert len(taker.taken) == 50  # of half a second
    assert line.flow.dropped == 150


def test_rtcp_is_opened_parsed_and_given_on() -> None:
    line, dtls, _ = connected()
    heard: list[AnyRtcpPacket] = []
    line.on_rtcp = lambda packet, now: heard.append(packet)
    pli = RtcpPsfbPacket(fmt=1, ssrc=7, media_ssrc=8)
    line.datagram(dtls.peer_tx.protect_rtcp(bytes(pli)))
    line.datagram(dtls.peer_tx.protect_rtcp(b"\x81\xce\x00\x05" + bytes(8)))  # claims more than it has
    assert heard == [pli]


def test_a_receiver_that_fails_ends_nothing_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    line, dtls, _ = connected()
    line.by_ssrc[7] = cast("Any", SimpleNamespace(take=lambda *_: 1 / 0))
    for sequence in range(3):
        assert line.datagram(dtls.peer_tx.protect(packet(sequence)))
    assert caplog.text.count("could not be forwarded") == 1


def test_what_is_sent_is_protected_for_the_nominated_address() -> None:
    line, dtls, _ = connected()
    assert line.send_rtp(packet(5))
    assert line.send_rtcp(bytes(RtcpByePacket([1])))
    (sealed, address), (control, _) = dtls.socket.sent
    assert address == ("192.0.2.1", 4000)
    assert dtls.peer_rx.unprotect(sealed) == packet(5)
    assert dtls.peer_rx.unprotect_rtcp(control) == bytes(RtcpByePacket([1]))
    pair = SimpleNamespace(protocol=SimpleNamespace(transport=dtls.socket), remote_addr=("192.0.2.9", 9))
    dtls.ice._nominated[1] = pair
    assert line.send_rtp(packet(6))
    assert dtls.socket.sent[-1][1] == ("192.0.2.9", 9)
    dtls.ice._nominated.clear()
    assert not line.send_rtp(packet(7))


def test_what_a_relay_sends_later_is_what_it_was_given() -> None:
    line, dtls, _ = connected()
    relay = Relay()
    dtls.ice._nominated[1] = SimpleNamespace(
        protocol=SimpleNamespace(transport=relay), remote_addr=("::1", 9)
    )
    for sequence in (1, 2, 3):
        line.send_rtp(packet(sequence))
    assert [dtls.peer_rx.unprotect(data) for data in relay.given] == [packet(1), packet(2), packet(3)]


def test_a_stuck_socket_costs_bounded_memory() -> None:
    line, dtls, _ = connected()
    line.send_rtp(packet(1))
    dtls.socket.waiting = MAX_BACKLOG + 1
    assert not line.send_rtp(packet(2))
    assert line.backlog == MAX_BACKLOG + 1


def test_nothing_longer_than_the_buffer_reaches_libsrtp() -> None:
    line, dtls, taker = connected()
    assert line.datagram(b"\x80\x60" + bytes(LONGEST))
    assert taker.taken == []
    assert line.send_rtp(header(96, 1, 0, 7) + bytes(1400))
    assert len(dtls.socket.sent) == 1


@pytest.mark.parametrize("size", range(LONGEST + 1, LONGEST + 260, 7))
def test_what_is_too_long_to_protect_is_never_written_past_the_buffer(size: int) -> None:
    """libsrtp adds its tag behind the packet: at the buffer's very end that would be somebody else's memory."""
    line, dtls, _ = connected()
    assert not line.send_rtp(header(96, 1, 0, 7) + bytes(size - 12))
    assert not line.send_rtcp(b"\x80\xc8" + bytes(size - 2))
    assert dtls.socket.sent == []


def test_a_flood_of_rtcp_is_dropped_before_it_is_read() -> None:
    """Each packet can ask for thousands of others to be sent again."""
    line, dtls, _ = connected()
    given: list[AnyRtcpPacket] = []
    line.on_rtcp = lambda packet, now: given.append(packet)
    for _ in range(2000):
        line.datagram(dtls.peer_tx.protect_rtcp(bytes(RtcpByePacket(sources=[7]))))
    assert 100 < len(given) <= 1000

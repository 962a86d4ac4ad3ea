"""What forwarding costs without network, clients and event loop: recorded packets straight into a connection's line.

`python -m bench.media.forwarding_loop [--profile]`. Beside it the same packets through pylibsrtp alone (decrypt,
encrypt), which is what the bare loop of `subject_bare` does between its two system calls. The socket writes are real,
to a sink on loopback. `--profile` prints where our time goes.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import os
import pstats
import socket
import time
from types import SimpleNamespace
from typing import Any, cast

from aiortc.rtcrtpparameters import (
    RTCRtcpParameters,
    RTCRtpCodecParameters,
    RTCRtpDecodingParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpReceiveParameters,
    RTCRtpSendParameters,
)

from bench.media import recorded
from bench.media.flood import payloads
from bench.media.recorded import Recording
from bench.media.subject_bare import KEY_BYTES, session
from media import guard
from media.limits import Allowance
from media.line import MediaLine
from media.model import Source
from media.receiver import RoomReceiver
from media.rtp import header_with_word
from media.sdp_gate import ABS_SEND_TIME, AUDIO_LEVEL
from media.sender import RoomSender

SOURCES: dict[str, Source] = {"audio": "microphone", "video": "camera"}
SSRCS = {"audio": 100, "video": 200}
TYPES = {"audio": 111, "video": 96}
CODECS = {
    "audio": RTCRtpCodecParameters("audio/opus", 48_000, payloadType=111),
    "video": RTCRtpCodecParameters("video/VP8", 90_000, payloadType=96),
}
EXTENSIONS = [
    RTCRtpHeaderExtensionParameters(id=1, uri=AUDIO_LEVEL),
    RTCRtpHeaderExtensionParameters(id=2, uri=ABS_SEND_TIME),
]


class _Sink(asyncio.DatagramTransport):
    """asyncio's datagram transport, as far as the line uses it."""

    def __init__(self) -> None:
        self._far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._far.bind(("127.0.0.1", 0))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = self._far.getsockname()

    def get_write_buffer_size(self) -> int:
        return 0

    def sendto(self, data: Any, addr: Any = None) -> None:
        self._socket.sendto(data, addr)

    def close(self) -> None:
        self._socket.close()
        self._far.close()


class _Dtls:
    """RTCDtlsTransport after its handshake."""

    state = "connected"

    def __init__(self, key: bytes, sink: _Sink) -> None:
        self._rx_srtp, self._tx_srtp = session(key, inbound=True), session(key, inbound=False)
        pair = SimpleNamespace(protocol=SimpleNamespace(transport=sink), remote_addr=sink.address)
        self.ice = type("Ice", (), {})()
        self.ice._nominated = {1: pair}
        self.transport = SimpleNamespace(_connection=self.ice)
        self._changed: Any = None

    def on(self, _: str, changed: Any) -> None:
        self._changed = changed

    def connect(self) -> None:
        self._changed()


async def _call(key: bytes, sink: _Sink) -> MediaLine:
    """The publisher's line, with one viewer."""
    ends = [_Dtls(key, sink) for _ in range(2)]
    lines = [MediaLine(cast("Any", end), Allowance(10**9, 10**12)) for end in ends]
    for end in ends:
        end.connect()
    lines[0].extensions = {1: "level", 2: "abs_send_time"}
    for kind, source in SOURCES.items():
        receiver, sender = RoomReceiver(source, lines[0]), RoomSender(source, lines[1])
        encodings = [RTCRtpDecodingParameters(SSRCS[kind], TYPES[kind])]
        await receiver.receive(RTCRtpReceiveParameters([CODECS[kind]], EXTENSIONS, encodings=encodings))
        await sender.send(RTCRtpSendParameters([CODECS[kind]], EXTENSIONS, rtcp=RTCRtcpParameters()))
        sender.attach(receiver)
    return lines[0]


def _sealed(recording: Recording, key: bytes, seconds: float) -> list[bytes]:
    seal, numbers, out = session(key, inbound=False), {"audio": 0, "video": 0}, []
    for kind, payload, marker, timestamp in payloads(recording, seconds):
        numbers[kind] = (numbers[kind] + 1) & 0xFFFF
        word = 1 << 28 | 0x20 << 16 if kind == "audio" else 0x22 << 24 | (timestamp * 3) & 0xFFFFFF
        head = header_with_word(marker << 7 | TYPES[kind], numbers[kind], timestamp, SSRCS[kind], word)
        out.append(seal.protect(head + payload))
    return out


def _ours(line: MediaLine, packets: list[bytes]) -> float:
    """CPU seconds."""
    began = time.process_time()
    for data in packets:
        line.datagram(data)
    return time.process_time() - began


def _bare(key: bytes, packets: list[bytes], sink: _Sink) -> float:
    opening, sealing = session(key, inbound=True), session(key, inbound=False)
    began = time.process_time()
    for data in packets:
        sink.sendto(sealing.protect(opening.unprotect(data)), sink.address)
    return time.process_time() - began


async def run(seconds: float, profile: bool) -> None:
    recording, key, sink = recorded.load(), os.urandom(KEY_BYTES), _Sink()
    packets = _sealed(recording, key, seconds)
    line = await _call(key, sink)
    profiler = cProfile.Profile()
    ours = profiler.runcall(_ours, line, packets) if profile else _ours(line, packets)
    bare = _bare(key, packets, sink)
    for name, cpu in (("ours", ours), ("pylibsrtp and sendto alone", bare)):
        print(f"{name:28} {1e6 * cpu / len(packets):6.2f} µs per packet ({len(packets)} packets)")
    if profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(22)
    guard._guards.clear()
    sink.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="of a call's packets")
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    asyncio.run(run(given.seconds, given.profile))

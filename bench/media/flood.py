"""As many packets a second as one core of a server takes: sealed beforehand, sent in a window, counted unread."""

from __future__ import annotations

import base64
import os
import select
import socket
import time
from dataclasses import dataclass

from bench.media.accounting import cpu_seconds
from bench.media.client import Client, Outgoing
from bench.media.control import Subject
from bench.media.recorded import AUDIO_FRAME, FPS, Recording
from bench.media.scenes import Scene
from bench.media.subject_bare import KEY_BYTES, session

WINDOW = 48  # packets under way per sender: far below every queue of the way
STALL_S = 0.5
WARM = 100


@dataclass(slots=True)
class Flow:
    """Sealed packets of one sender, and the socket where they must come out."""

    source: socket.socket
    to: tuple[str, int]
    out: socket.socket
    packets: list[bytes]
    sent: int = 0
    arrived: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """Packets that came out, over the server's CPU and over the wall."""

    packets: int
    cpu_s: float
    wall_s: float

    @property
    def per_cpu_second(self) -> float:
        return self.packets / self.cpu_s

    @property
    def microseconds(self) -> float:
        return 1e6 * self.cpu_s / self.packets


def run(flows: list[Flow], pid: int) -> Rate:
    """Blocks until every packet came out or nothing moves any more. The first packets only warm up."""
    by_socket = {flow.out.fileno(): flow for flow in flows}
    poll = select.poll()
    for number in by_socket:
        poll.register(number, select.POLLIN)
    began, cpu, warm = time.monotonic(), cpu_seconds(pid), 0
    moved = began
    while any(flow.arrived < len(flow.packets) for flow in flows) and time.monotonic() - moved < STALL_S:
        for flow in flows:
            _send(flow)
        for number, _ in poll.poll(5):
            if _receive(by_socket[number]):
                moved = time.monotonic()
        if not warm and all(flow.arrived >= WARM for flow in flows):
            began, cpu, warm = time.monotonic(), cpu_seconds(pid), sum(flow.arrived for flow in flows)
    return Rate(sum(flow.arrived for flow in flows) - warm, cpu_seconds(pid) - cpu, moved - began)


def _send(flow: Flow) -> None:
    while flow.sent < len(flow.packets) and flow.sent - flow.arrived < WINDOW:
        flow.source.sendto(flow.packets[flow.sent], flow.to)
        flow.sent += 1


def _receive(flow: Flow) -> bool:
    """Counts what is there; RTCP and STUN do not count."""
    some = False
    while True:
        try:
            data = flow.out.recv(2048)
        except BlockingIOError:
            return some
        if 128 <= data[0] <= 191 and not 192 <= data[1] <= 223:
            flow.arrived += 1
            some = True


def payloads(recording: Recording, seconds: float) -> list[tuple[str, bytes, bool, int]]:
    """(kind, payload, marker, timestamp) in the order of a call."""
    out = []
    sound = 0
    for number in range(int(seconds * FPS)):
        frame = recording.frames[number % len(recording.frames)]
        out += [("video", p, p is frame[-1], number * 90_000 // FPS) for p in frame]
        while sound * AUDIO_FRAME / 48_000 < number / FPS:
            out.append(("audio", recording.sounds[sound % len(recording.sounds)], False, sound * AUDIO_FRAME))
            sound += 1
    return out


async def room_flows(scene: Scene, recording: Recording, seconds: float) -> list[Flow]:
    """Each participant of the scene's calls sends `seconds` of media to the other."""
    flows = []
    for call in scene.calls:
        for sender, viewer in (call.clients, call.clients[::-1]):
            assert sender._reading is not None
            assert viewer._reading is not None
            sealed = _sealed(sender, recording, seconds)
            flows.append(Flow(sender._reading, sender.remote, viewer._reading, sealed))
    return flows


def _sealed(client: Client, recording: Recording, seconds: float) -> list[bytes]:
    tracks: dict[str, Outgoing] = {}
    for track in client.tracks:
        tracks.setdefault(track.kind, track)
    base = {"audio": 1 << 20, "video": 1 << 21}  # after what was played
    return [
        client.protected(tracks[kind].packet(payload, marker, base[kind] + timestamp))
        for kind, payload, marker, timestamp in payloads(recording, seconds)
    ]


async def bare_flows(server: Subject, recording: Recording, seconds: float, calls: int) -> list[Flow]:
    """The same packets for the bare loop; keys are given to it."""
    flows: list[Flow] = []
    for _ in range(calls):
        key = os.urandom(KEY_BYTES)
        addresses = await server("connect", key=base64.b64encode(key).decode())
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in addresses]
        for place, own in enumerate(sockets):
            own.bind(("127.0.0.1", 0))
            own.setblocking(False)
            seal, ssrc = session(key, inbound=False), 1000 + place
            sealed = [
                seal.protect(_packet(kind, payload, marker, timestamp, number, ssrc))
                for number, (kind, payload, marker, timestamp) in enumerate(payloads(recording, seconds))
            ]
            flows.append(Flow(own, tuple(addresses[place]), sockets[1 - place], sealed))
        for flow in flows[-2:]:  # each leg learns its client
            flow.source.sendto(flow.packets[0], flow.to)
            flow.sent = 1
    return flows


def _packet(kind: str, payload: bytes, marker: bool, timestamp: int, number: int, ssrc: int) -> bytes:
    head = bytes([0x80, marker << 7 | (96 if kind == "audio" else 97)])
    return (
        head
        + (number & 0xFFFF).to_bytes(2, "big")
        + timestamp.to_bytes(4, "big")
        + ssrc.to_bytes(4, "big")
        + payload
    )

"""The lower bound: an asyncio loop that decrypts each SRTP packet, encrypts it for the other side and sends it on.

No parsing, no renumbering, no statistics: what is left is the event loop, two system calls and libsrtp.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import sys
from typing import Any

from pylibsrtp import Policy, Session

from bench.media.control import serve

Address = tuple[str, int]
PROFILE = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
KEY_BYTES = 44


def session(key: bytes, *, inbound: bool) -> Any:
    kind = Policy.SSRC_ANY_INBOUND if inbound else Policy.SSRC_ANY_OUTBOUND
    policy = Policy(key=key, ssrc_type=kind, srtp_profile=PROFILE)
    policy.allow_repeat_tx, policy.window_size = True, 1024  # as aiortc sets it
    return Session(policy)


class Leg(asyncio.DatagramProtocol):
    """What comes from one client goes out of the other leg's socket."""

    def __init__(self, key: bytes) -> None:
        self._rx, self._tx = session(key, inbound=True), session(key, inbound=False)
        self.client: Address | None = None
        self.other: Leg
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    @property
    def address(self) -> Address:
        name: Address = self._transport.get_extra_info("sockname")
        return name

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.client = addr
        self.other.send(self._rx.unprotect(data))

    def send(self, plain: bytes) -> None:
        if self.client is not None:
            self._transport.sendto(self._tx.protect(plain), self.client)


class ReadingLeg(Leg):
    """The same without asyncio's datagram transport: a callback reads the socket until it is empty."""

    def __init__(self, key: bytes) -> None:
        super().__init__(key)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("127.0.0.1", 0))
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    @property
    def address(self) -> Address:
        name: Address = self._socket.getsockname()
        return name

    def _read(self) -> None:
        try:
            while True:
                self.datagram_received(*self._socket.recvfrom(2048))
        except BlockingIOError:
            return

    def send(self, plain: bytes) -> None:
        if self.client is not None:
            self._socket.sendto(self._tx.protect(plain), self.client)


async def connect(asked: dict[str, Any]) -> list[Address]:
    """Two legs for two clients."""
    key = base64.b64decode(asked["key"])
    loop = asyncio.get_running_loop()
    legs: list[Leg]
    if "reading" in sys.argv:
        reading = [ReadingLeg(key) for _ in range(2)]
        reading[0].other, reading[1].other = reading[1], reading[0]
        return [leg.address for leg in reading]
    legs = [
        (await loop.create_datagram_endpoint(lambda: Leg(key), local_addr=("127.0.0.1", 0)))[1]
        for _ in range(2)
    ]
    legs[0].other, legs[1].other = legs[1], legs[0]
    return [leg.address for leg in legs]


if __name__ == "__main__":
    asyncio.run(serve({"connect": connect}))

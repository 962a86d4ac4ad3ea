"""A bad network on loopback: a UDP relay between clients and one server address, with a seed.

    async with Impairer(("127.0.0.1", 5000), Profile(loss=0.1), seed=7) as impairer:
        ... clients talk to impairer.address ...
        impairer.set(PROFILES["3g"])            # both directions; up= or down= for one
        impairer.change_address("127.0.0.2")    # Wi-Fi to mobile: new source address and port towards the server

    python -m tools.impairer --target 127.0.0.1:5000 --listen 127.0.0.1:6000 --profile 3g --seed 7

Every client (address) has its own socket towards the server, as behind a NAT. "up" is client to server.

WebRTC names its addresses in SDP. `impaired(answer, ...)` puts a relay before the server that an SDP answer names
and returns the answer with the relay's address; `without_candidates(offer)` keeps the server from calling the client
past the relay (it learns the relay's address from the client's own checks, RFC 8445 section 7.3.1.3). For a browser
page there is `impair_page` (Playwright).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import heapq
import itertools
import json
import re
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, cast

from tools.impaired_line import PROFILES, Line, Profile

__all__ = [
    "PROFILES",
    "Impairer",
    "Line",
    "Profile",
    "impair_page",
    "impaired",
    "target_of",
    "without_candidates",
]

Address = tuple[str, int]
MAX_CLIENTS = 256
MAX_WAITING = 20_000  # datagrams on their way in one relay
SOCKET_BYTES = 1024 * 1024
_CANDIDATE = re.compile(r"a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", re.IGNORECASE)


class _Departures:
    """Sends datagrams at their times, those of the same time in the order they came. One timer."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Callable[[bytes], None], bytes]] = []
        self._count = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, at: float, send: Callable[[bytes], None], data: bytes) -> None:
        if len(self._waiting) < MAX_WAITING:
            heapq.heappush(self._waiting, (at, next(self._count), send, data))

    def run(self) -> None:
        """Send what is due and wake up for the rest."""
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0][0] <= loop.time():
            _, _, send, data = heapq.heappop(self._waiting)
            send(data)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            self._timer = loop.call_at(self._waiting[0][0], self.run)

    def clear(self) -> None:
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()


class _Socket:
    """A UDP socket of the running loop. Losses are the profile's: what the kernel's buffer cannot take is lost too."""

    def __init__(self, local: Address, received: Callable[[bytes, Address], None]) -> None:
        self._received = received
        self._own = socket.socket(socket.AF_INET6 if ":" in local[0] else socket.AF_INET, socket.SOCK_DGRAM)
        self._own.setblocking(False)
        for side in (socket.SO_RCVBUF, socket.SO_SNDBUF):  # a key frame comes as one burst
            self._own.setsockopt(socket.SOL_SOCKET, side, SOCKET_BYTES)
        self._own.bind(local)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._own, self._read)

    @property
    def address(self) -> Address:
        name = self._own.getsockname()
        return name[0], name[1]

    def _read(self) -> None:
        for _ in range(64):
            try:
                data, source = self._own.recvfrom(65536)
            except BlockingIOError:
                return
            except OSError:  # the other end closed its port (ICMP); a network does not mind
                continue
            self._received(data, (source[0], source[1]))

    def send(self, data: bytes, to: Address) -> None:
        with contextlib.suppress(OSError):
            self._own.sendto(data, to)

    def close(self) -> None:
        self._loop.remove_reader(self._own)
        self._own.close()


class _Client:
    """One client's two lines and its present socket towards the server."""

    def __init__(self, relay: Impairer, address: Address, number: int) -> None:
        self.up = Line(relay.up, f"{relay.seed}/{number}/up")
        self.down = Line(relay.down, f"{relay.seed}/{number}/down")
        self._relay, self._address = relay, address
        self._socket = _Socket((relay.source_host, 0), self._from_server)

    def move(self) -> None:
        """Another socket, so another port, at the relay's present source host."""
        former = self._socket  # closed afterwards: the new one must not get its port
        self._socket = _Socket((self._relay.source_host, 0), self._from_server)
        former.close()

    def from_client(self, data: bytes) -> None:
        self._relay.pass_on(self.up, data, self._to_server)

    def _to_server(self, data: bytes) -> None:
        self._socket.send(data, self._relay.target)

    def _from_server(self, data: bytes, source: Address) -> None:
        if source == self._relay.target:
            self._relay.pass_on(self.down, data, self._to_client)

    def _to_client(self, data: bytes) -> None:
        self._relay.answer(data, self._address)

    def close(self) -> None:
        self._socket.close()


class Impairer:
    """The relay. `up` and `down` hold the profiles of the two directions; change them with `set`."""

    def __init__(
        self, target: Address, profile: Profile | None = None, seed: int = 1, *, down: Profile | None = None
    ) -> None:
        self.target = target
        self.seed = seed
        self.up = profile or Profile()
        self.down = down or self.up
        self.source_host = "127.0.0.1" if target[0].startswith("127.") else ""
        self._clients: dict[Address, _Client] = {}
        self._departures = _Departures()
        self._front: _Socket | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> Self:
        self._front = _Socket((host, port), self._from_client)
        return self

    @property
    def address(self) -> Address:
        """Where clients send to."""
        assert self._front is not None, "not started"
        return self._front.address

    @property
    def lines(self) -> list[tuple[Line, Line]]:
        """(up, down) of each client in the order they came, with their counts."""
        return [(client.up, client.down) for client in self._clients.values()]

    def set(
        self, profile: Profile | None = None, *, up: Profile | None = None, down: Profile | None = None
    ) -> None:
        """Another line from now on: both directions, or one."""
        self.up, self.down = up or profile or self.up, down or profile or self.down
        for client in self._clients.values():
            client.up.profile, client.down.profile = self.up, self.down

    def blackout(self, dark: bool = True) -> None:
        """Nothing passes in either direction, or what passed before passes again."""
        self.set(
            up=dataclasses.replace(self.up, blackout=dark), down=dataclasses.replace(self.down, blackout=dark)
        )

    def change_address(self, host: str | None = None) -> None:
        """Every client comes from another port, and from `host` when given, as after Wi-Fi to mobile. What the
        server still sends to the old address is lost."""
        self.source_host = host or self.source_host
        for client in self._clients.values():
            client.move()

    def _from_client(self, data: bytes, source: Address) -> None:
        client = self._clients.get(source)
        if client is None:
            if len(self._clients) >= MAX_CLIENTS:
                return
            client = self._clients[source] = _Client(self, source, len(self._clients))
        client.from_client(data)

    def pass_on(self, line: Line, data: bytes, send: Callable[[bytes], None]) -> None:
        for at in line.leaves(len(data), asyncio.get_running_loop().time()):
            self._departures.add(at, send, data)
        self._departures.run()

    def answer(self, data: bytes, client: Address) -> None:
        if self._front is not None:
            self._front.send(data, client)

    async def close(self) -> None:
        self._departures.clear()
        for client in self._clients.values():
            client.close()
        if self._front is not None:
            self._front.close()
            self._front = None

    async def __aenter__(self) -> Self:
        return self if self._front is not None else await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


# --- SDP ---


def target_of(sdp: str) -> Address:
    """The first UDP host candidate (loopback preferred) of a description. ValueError when there is none."""
    found = [(host, int(port)) for host, port in _CANDIDATE.findall(sdp) if ":" not in host]
    if not found:
        raise ValueError("the description names no UDP host candidate")
    return min(found, key=lambda address: not address[0].startswith("127."))


def without_candidates(sdp: str) -> str:
    """The description without any candidate: the other side learns the address from the checks that reach it."""
    lines = [
        line for line in sdp.splitlines() if not line.startswith(("a=candidate:", "a=end-of-candidates"))
    ]
    return "\r\n".join(lines) + "\r\n"


def redirected(sdp: str, address: Address) -> str:
    """The description with `address` as its only candidate, in every section that named one."""
    host, port = address
    out: list[str] = []
    for section in re.split(r"(?m)^(?=m=)", sdp):
        if "a=candidate:" not in section:
            out.append(section)
            continue
        candidate = f"a=candidate:impaired 1 udp 2130706431 {host} {port} typ host\r\n"
        out.append(without_candidates(section) + candidate + "a=end-of-candidates\r\n")
    return "".join(out)


async def impaired(
    answer: str, profile: Profile | None = None, seed: int = 1, *, down: Profile | None = None
) -> tuple[Impairer, str]:
    """A started relay before the server that `answer` names, and the answer that leads through it."""
    impairer = await Impairer(target_of(answer), profile, seed, down=down).start()
    return impairer, redirected(answer, impairer.address)


# The page's own candidates stay at home; the answer is sent through Python before the browser reads it.
_PAGE = """
(() => {
  const Native = window.RTCPeerConnection;
  const bare = (sdp) => sdp.replace(/a=candidate:.*\\r\\n/g, "").replace(/a=end-of-candidates\\r\\n/g, "");
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      super.addEventListener("icecandidate", (event) => { if (event.candidate) event.stopImmediatePropagation(); });
    }
    get localDescription() {
      const own = super.localDescription;
      return own && { type: own.type, sdp: bare(own.sdp), toJSON() { return { type: own.type, sdp: bare(own.sdp) }; } };
    }
    async setRemoteDescription(given) {
      if (this.__led) return super.setRemoteDescription({ type: given.type, sdp: bare(given.sdp) });
      this.__led = true;
      return super.setRemoteDescription({ type: given.type, sdp: await window.__impaired(given.sdp) });
    }
  };
})();
"""


async def impair_page(
    page: Any, made: Callable[[Impairer], None], profile: Profile | None = None, seed: int = 1
) -> None:
    """Before a Playwright (async) page or context loads: every WebRTC answer it gets leads through a new Impairer,
    which `made` is given (to switch it, and to close it at the end)."""

    async def lead(sdp: str) -> str:
        impairer, changed = await impaired(sdp, profile, seed)
        made(impairer)
        return changed

    await page.expose_function("__impaired", lead)
    await page.add_init_script(_PAGE)


# --- command line ---


def _address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A seeded UDP impairer.")
    parser.add_argument("--target", type=_address, required=True, help="server HOST:PORT")
    parser.add_argument("--listen", type=_address, default=("127.0.0.1", 0), help="HOST:PORT for clients")
    parser.add_argument("--profile", choices=sorted(PROFILES), default="good")
    parser.add_argument("--set", default="{}", metavar="JSON", help='fields over it, e.g. {"loss": 0.1}')
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0, help="end after so long (0: on interrupt)")
    return parser.parse_args()


async def _serve(given: argparse.Namespace) -> None:
    fields = cast("dict[str, Any]", json.loads(given.set))
    profile = dataclasses.replace(PROFILES[given.profile], **fields)
    impairer = await Impairer(given.target, profile, given.seed).start(*given.listen)
    print(f"{impairer.address[0]}:{impairer.address[1]}", flush=True)
    try:
        await (asyncio.sleep(given.seconds) if given.seconds else asyncio.Event().wait())
    finally:
        for number, (up, down) in enumerate(impairer.lines):
            counts = [f"{x.passed} passed {x.lost} lost {x.overflowed} overflowed" for x in (up, down)]
            print(f"client {number}: up {counts[0]}, down {counts[1]}", flush=True)
        await impairer.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(_arguments()))

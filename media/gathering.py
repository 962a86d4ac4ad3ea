"""Which sockets a connection opens and what it tells of them: own addresses, a port range, a public name for each.

aioice binds any port of every address it finds and offers what it bound. Here the addresses are the configured ones
(`MediaSettings.listen`), the ports come from a range that a firewall can open, and behind one-to-one NAT the public
address is told instead of the own one.
"""

import asyncio
import errno
import random
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from aioice.candidate import Candidate, candidate_foundation, candidate_priority
from aioice.ice import Connection, StunProtocol, get_host_addresses

from core.telemetry import counter
from media.candidates import local_addresses
from media.errors import NoMediaPort
from media.model import MediaSettings

RELAY_TIMEOUT_S = 2.0  # a join waits for the relay no longer; it goes on without
RECEIVE_BUFFER = 256 * 1024
RELAYED = counter(
    "media_relay_allocations_total", "Relayed candidates asked of the TURN server", ("outcome",)
)
_TAKEN = (errno.EADDRINUSE, errno.EACCES)


def confine(ice: Connection, listen: Sequence[str]) -> None:
    """Let an ICE connection bind only configured addresses of this machine (loopback only when configured)."""
    gather_by(ice, replace(MediaSettings(), listen=tuple(listen)))


def gather_by(ice: Connection, settings: MediaSettings) -> None:
    """Replace how this ICE connection opens sockets. Its gathering then raises NoMediaPort when the range is used
    up."""
    stock = ice.get_component_candidates

    async def gather(component: int, addresses: list[str], timeout: int = 5) -> list[Candidate]:
        found = []
        for address in own_addresses(settings.listen):
            found += announced(await _bind(ice, component, address, settings.ports), settings.announced)
        if ice.turn_server is not None:
            relayed = await stock(component, [], cast("int", RELAY_TIMEOUT_S))
            RELAYED.labels("granted" if relayed else "refused").inc()
            found += relayed
        return found

    ice.get_component_candidates = gather  # type: ignore[method-assign]


def own_addresses(listen: Sequence[str]) -> list[str]:
    """This machine's, as configured; loopback when it has no other."""
    own = [*get_host_addresses(use_ipv4=True, use_ipv6=True), "127.0.0.1", "::1"]
    return local_addresses(own, listen) or ["127.0.0.1"]


def announced(candidates: list[Candidate], pairs: Sequence[tuple[str, str]]) -> list[Candidate]:
    """The candidates as they are told: with each public address of their own one, or as they are."""
    told = []
    for candidate in candidates:
        public = [outside for inside, outside in pairs if inside == candidate.host]
        told += [_renamed(candidate, host) for host in public] or [candidate]
    return told


def _renamed(candidate: Candidate, host: str) -> Candidate:
    c = candidate
    foundation = candidate_foundation("host", "udp", host)
    return Candidate(foundation, c.component, c.transport, c.priority, host, c.port, c.type)


async def _bind(ice: Connection, component: int, address: str, ports: tuple[int, int]) -> list[Candidate]:
    """One UDP socket of this connection; nothing where the address is no more this machine's."""
    opened = open_socket(address, ports)
    if opened is None:
        return []
    loop = asyncio.get_running_loop()
    try:
        _, protocol = await loop.create_datagram_endpoint(lambda: StunProtocol(ice), sock=opened)
    except BaseException:
        opened.close()
        raise
    host, port = protocol.transport.get_extra_info("sockname")[:2]
    protocol.local_candidate = Candidate(
        candidate_foundation("host", "udp", host),
        component,
        "udp",
        candidate_priority(component, "host"),
        host,
        port,
        "host",
    )
    ice._protocols.append(protocol)
    return [protocol.local_candidate]


def open_socket(address: str, ports: tuple[int, int]) -> socket.socket | None:
    """A bound, non-blocking UDP socket; None when the address cannot be bound at all. NoMediaPort."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for port in _in_any_order(ports):
        bound = socket.socket(family, socket.SOCK_DGRAM)
        try:
            bound.setblocking(False)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            bound.bind((address, port))
            return bound
        except OSError as error:
            bound.close()
            if error.errno not in _TAKEN:
                return None
    raise NoMediaPort


def _in_any_order(ports: tuple[int, int]) -> Iterator[int]:
    """Each port of the range once, from a random one on: two that look at once seldom meet."""
    low, high = ports
    begin = random.randrange(high - low + 1)  # noqa: S311 - no secret: it is told in the answer
    for step in range(high - low + 1):
        yield low + (begin + step) % (high - low + 1)

"""Which network addresses the room talks to.

A candidate in an offer is an order to send packets to an address of the offerer's choice (server-side
request forgery). Only plain UDP addresses that a participant can really have are kept; the rest is dropped,
not refused, because a browser lists every interface it has. A peer whose candidates were all dropped still
connects: its own checks reach us and it is learned as peer reflexive (RFC 8445 section 7.3.1.3).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from media.errors import MalformedCandidate

MAX_CANDIDATES = 32
MAX_ANNOUNCED = (
    256  # trickled, usable or not: mDNS names, TCP ones and private addresses come beside the usable ones
)
LOWEST_PORT = 1024  # below live services no browser sends media from
_TYPES = frozenset({"host", "srflx", "relay"})
_TOKEN = re.compile(r"[A-Za-z0-9+/]{1,32}\Z")
_PRIVATE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
    )  # RFC 1918, 6598, 4193
)
# What the registries call special (RFC 6890): spelled out, because `is_global` has changed between Python versions.
_SPECIAL = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
        # Within the one block of IPv6 that is routed at all, 2000::/3: addresses that carry an IPv4 one (Teredo in
        # 2001::/23, 6to4) or lead nowhere (documentation).
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
_ROUTED_IPV6 = ip_network("2000::/3")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Ranges a remote candidate may lie in, beside the public internet.

    An IPv4 address in IPv6 clothes (v4-mapped, NAT64, 6to4, Teredo) is refused whatever it is: no browser sends one,
    and each is a way around a rule for the plain form.
    """

    allow_private: bool = False
    allow_loopback: bool = False

    def allows(self, address: IPv4Address | IPv6Address) -> bool:
        if isinstance(address, IPv6Address) and address.scope_id is not None:
            return False
        if address.is_loopback:
            return self.allow_loopback
        if any(address in network for network in _PRIVATE):
            return self.allow_private
        if address.version == 6 and address not in _ROUTED_IPV6:
            return False
        return not any(address in network for network in _SPECIAL)


@dataclass(frozen=True, slots=True)
class RemoteCandidate:
    """One ICE candidate, as RFC 8839 section 5.1 writes it. `host` may be an mDNS name before filtering."""

    foundation: str
    component: int
    transport: str
    priority: int
    host: str
    port: int
    type: str

    def line(self) -> str:
        fields = (self.foundation, self.component, self.transport, self.priority, self.host, self.port)
        return "candidate:" + " ".join(map(str, fields)) + f" typ {self.type}"


def parse_candidate(text: str) -> RemoteCandidate:
    """Read `candidate:...` (with or without `a=`). Raises MalformedCandidate."""
    bits = text.removeprefix("a=").removeprefix("candidate:").split()
    if len(text) > 512 or len(bits) < 8 or bits[6] != "typ" or not _TOKEN.match(bits[0]):
        raise MalformedCandidate
    component, priority, port = (
        _number(bits[index], limit) for index, limit in ((1, 256), (3, 2**32), (5, 65536))
    )
    return RemoteCandidate(bits[0], component, bits[2].lower(), priority, bits[4].lower(), port, bits[7])


def ufrag_of(text: str) -> str:
    """The ICE user fragment a browser writes behind its trickled candidates; "" where there is none."""
    bits = text.split()[8:]
    return dict(zip(bits[::2], bits[1::2], strict=False)).get("ufrag", "")


def _number(text: str, limit: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10) or int(text) >= limit:
        raise MalformedCandidate
    return int(text)


def usable(candidate: RemoteCandidate, policy: AddressPolicy) -> bool:
    """True when the room may send packets to this candidate. mDNS names are never resolved."""
    if candidate.transport != "udp" or candidate.component != 1 or candidate.type not in _TYPES:
        return False
    if candidate.port < LOWEST_PORT:
        return False
    try:
        return policy.allows(ip_address(candidate.host))
    except ValueError:
        return False


def local_addresses(offered: Iterable[str], listen: Iterable[str]) -> list[str]:
    """Addresses to bind, out of the machine's own, by the configured addresses and networks (CIDR).

    Without configuration every address is offered but link-local ones and Docker's default bridges, which no
    participant can reach and which tell strangers about the machine.
    """
    wanted = [ip_network(item, strict=False) for item in listen]
    addresses = [(text, ip_address(text)) for text in offered]
    if wanted:
        return [text for text, address in addresses if any(address in network for network in wanted)]
    hidden = ip_network("172.17.0.0/16")
    return [text for text, a in addresses if not (a.is_link_local or a.is_loopback or a in hidden)]

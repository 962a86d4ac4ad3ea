"""turnserver.conf: which relay this clinic's coturn is, and the file that makes it so. Pure.

coturn starts happily with a misspelt option and only logs a warning, so the file is rendered for the version
that reads it, and `tests/integration/turn_config` boots the installed one and reads its log.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from turn_config.errors import TurnConfigInvalid

DEBIAN_12 = (4, 6, 1)
USER_QUOTA = 12
"""Allocations of one participant at once: three URLs on two networks, twice over a reconnect."""

# Special-purpose ranges (RFC 6890 and its registries): never a patient's browser. coturn itself denies none of the
# private IPv4 ones, in any version.
DENIED = (
    *("0.0.0.0-0.255.255.255", "10.0.0.0-10.255.255.255", "100.64.0.0-100.127.255.255"),
    *("127.0.0.0-127.255.255.255", "169.254.0.0-169.254.255.255", "172.16.0.0-172.31.255.255"),
    *("192.0.0.0-192.0.0.255", "192.0.2.0-192.0.2.255", "192.88.99.0-192.88.99.255"),
    *("192.168.0.0-192.168.255.255", "198.18.0.0-198.19.255.255", "198.51.100.0-198.51.100.255"),
    *("203.0.113.0-203.0.113.255", "224.0.0.0-255.255.255.255"),
)
# Before 4.13.1 an IPv4 address in an IPv6 disguise (::a.b.c.d, 6to4, NAT64) passed the IPv4 ranges above. The
# range begins at ::1: coturn 4.6.1 takes :: for "any address" and would deny every IPv4 peer as well (found by test).
DENIED_IPV6 = "::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
DENIED_IPV4 = "0.0.0.0-255.255.255.255"
_REALM = re.compile(r"[A-Za-z0-9.-]{1,120}\Z")
_SECRET = re.compile(
    r"[!-~]{16,256}\Z"
)  # coturn reads to the end of the line: no blanks, no comment sign first


@dataclass(frozen=True, slots=True)
class CoturnServer:
    """One coturn. Addresses are literals of this machine; `external` is the public one behind 1:1 NAT.

    `secrets`: the one that new credentials are made with, and the next or the previous one beside it; coturn
    accepts both, so that neither side has to change at the other's moment. `media`: the media servers' addresses
    as participants see them, the only peers the relay talks to, unless `open_to_participants`: then the media
    server is itself a client of the relay, and every public address may be a participant's.
    """

    realm: str
    secrets: tuple[str, ...] = field(repr=False)
    media: tuple[str, ...]
    listen: tuple[str, ...] = ()
    relay: tuple[str, ...] = ()
    external: str = ""
    port: int = 3478
    tls_port: int = 5349
    certificate: Path | None = None
    key: Path | None = None
    relay_ports: tuple[int, int] = (49152, 65535)
    open_to_participants: bool = False
    total_quota: int = 1200
    bytes_per_second: int = (
        1_250_000  # of one allocation and direction: above the 8 Mbit/s a participant may send
    )
    capacity: int = 125_000_000  # bytes per second of the whole relay
    version: tuple[int, ...] = DEBIAN_12

    def __post_init__(self) -> None:
        checks = {
            "realm": bool(_REALM.match(self.realm)),
            "secrets": 1 <= len(self.secrets) <= 2 and all(map(_SECRET.match, self.secrets)),
            "media addresses": bool(self.media) or self.open_to_participants,
            "certificate and key": (self.certificate is None) == (self.key is None),
            "relay ports": 1024 <= self.relay_ports[0] <= self.relay_ports[1] <= 65535,
        }
        for name, fits in checks.items():
            if not fits:
                raise TurnConfigInvalid(f"The {name} cannot be used.")
        for text in (*self.media, *self.listen, *self.relay, *filter(None, [self.external])):
            _literal(text)


def render(server: CoturnServer) -> str:
    """The file's text, secrets included: keep it from everybody but coturn (mode 0600)."""
    return "\n".join(_lines(server)) + "\n"


def _lines(server: CoturnServer) -> Iterator[str]:
    yield "# Written by `consultroom turn-config`; holds secrets: mode 0600, owner coturn's user."
    yield from _addresses(server)
    yield from _credentials(server)
    yield from _encryption(server)
    yield from _peers(server)
    yield from _quotas(server)
    yield from _reticence(server.version)


def _addresses(server: CoturnServer) -> Iterator[str]:
    yield f"listening-port={server.port}"
    yield from (f"listening-ip={address}" for address in server.listen)
    yield from (f"relay-ip={address}" for address in server.relay)
    if server.external:
        yield f"external-ip={server.external}"
    yield f"min-port={server.relay_ports[0]}"
    yield f"max-port={server.relay_ports[1]}"


def _credentials(server: CoturnServer) -> Iterator[str]:
    yield "use-auth-secret"
    yield from (f"static-auth-secret={secret}" for secret in server.secrets)
    yield f"realm={server.realm}"
    yield "fingerprint"
    yield "stale-nonce=600"
    # A live allocation outlives its credential: it must be refreshed within the hour, and ends with the call.
    yield "max-allocate-lifetime=3600"


def _encryption(server: CoturnServer) -> Iterator[str]:
    if server.certificate is None:
        yield "no-tls"
    else:
        yield f"tls-listening-port={server.tls_port}"
        yield f"cert={server.certificate}"
        yield f"pkey={server.key}"
    if server.version < (4, 10):
        yield "no-tlsv1"
        yield "no-tlsv1_1"
    if server.version < (4, 17):
        yield "no-dtls"  # no browser speaks TURN over DTLS


def _peers(server: CoturnServer) -> Iterator[str]:
    yield "no-tcp-relay"
    yield "no-multicast-peers"
    yield "no-dynamic-ip-list"  # a database beside this file shall not open it
    yield "no-dynamic-realms"
    yield "no-auth-pings"  # of secrets in that database: there are none
    if any(ip_address(text).is_loopback for text in server.media):
        yield "allow-loopback-peers"
    denied = DENIED if server.open_to_participants else (DENIED_IPV4,)
    yield from (f"denied-peer-ip={span}" for span in (*denied, DENIED_IPV6))
    # coturn lets an allowed range win over a denied one.
    yield from (f"allowed-peer-ip={address}" for address in server.media)


def _quotas(server: CoturnServer) -> Iterator[str]:
    yield f"user-quota={USER_QUOTA}"
    yield f"total-quota={server.total_quota}"
    yield f"max-bps={server.bytes_per_second}"
    yield f"bps-capacity={server.capacity}"


def _reticence(version: tuple[int, ...]) -> Iterator[str]:
    """Nothing answers that needs no answer, and every log goes where the supervisor reads it."""
    if version < (4, 7):  # the default from 4.7.0 on
        yield "no-software-attribute"
        yield "no-rfc5780"
        yield "no-stun-backward-compatibility"
        yield "response-origin-only-with-rfc5780"
    if version < (4, 10):  # off by default from 4.10.0 on, unknown from 4.17.2 on
        yield "no-cli"
    yield "log-file=stdout"
    yield "simple-log"


def _literal(text: str) -> None:
    try:
        ip_address(text)
    except ValueError as error:
        raise TurnConfigInvalid("An address is not a literal IP address.") from error


def read_version(text: str) -> tuple[int, ...]:
    """ "4.6.1" → (4, 6, 1). Raises TurnConfigInvalid."""
    if not re.match(r"\d{1,3}(\.\d{1,3}){1,3}\Z", text):
        raise TurnConfigInvalid("A coturn version looks like 4.6.1.")
    return tuple(int(part) for part in text.split("."))

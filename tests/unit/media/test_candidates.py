"""Which addresses a candidate may send us to."""

import pytest

from media.candidates import AddressPolicy, local_addresses, parse_candidate, usable
from media.errors import MalformedCandidate

PUBLIC = AddressPolicy()
CLINIC = AddressPolicy(allow_private=True)
DEMO = AddressPolicy(allow_private=True, allow_loopback=True)


def line(host: str, port: int = 50_000, transport: str = "udp", kind: str = "host") -> str:
    return f"candidate:1 1 {transport} 2122260223 {host} {port} typ {kind} generation 0"


@pytest.mark.parametrize(
    ("host", "public", "clinic", "demo"),
    [
        ("93.184.216.34", True, True, True),
        ("2606:2800:220:1::1", True, True, True),
        ("192.168.1.7", False, True, True),
        ("10.0.0.1", False, True, True),
        ("100.64.3.4", False, True, True),
        ("fd00::2", False, True, True),
        ("127.0.0.1", False, False, True),
        ("::1", False, False, True),
        # IPv4 in IPv6 clothes, whatever it hides
        ("::ffff:127.0.0.1", False, False, False),
        ("::ffff:10.0.0.1", False, False, False),
        ("::ffff:93.184.216.34", False, False, False),
        ("::127.0.0.1", False, False, False),
        ("64:ff9b::7f00:1", False, False, False),  # NAT64
        ("64:ff9b::5db8:d822", False, False, False),
        ("64:ff9b:1::1", False, False, False),
        ("2002:7f00:1::1", False, False, False),  # 6to4
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False, False, False),  # Teredo
        ("2001:db8::1", False, False, False),
        ("3fff::1", False, False, False),
        ("fec0::1", False, False, False),  # site-local, deprecated
        ("100::1", False, False, False),  # discard
        ("::", False, False, False),
        ("fe80::1%eth0", False, False, False),
        ("2606:2800:220:1::1%eth0", False, False, False),
        ("ff0e::1", False, False, False),
        ("192.88.99.1", False, False, False),  # 6to4 relay
        ("198.18.0.1", False, False, False),
        ("192.0.2.1", False, False, False),
        ("192.0.0.170", False, False, False),
        ("0177.0.0.1", False, False, False),  # octal is no address
        ("2130706433", False, False, False),
        ("169.254.169.254", False, False, False),  # cloud metadata
        ("fe80::1", False, False, False),
        ("224.0.0.251", False, False, False),
        ("ff02::fb", False, False, False),
        ("0.0.0.0", False, False, False),  # noqa: S104 - an address, not a binding
        ("255.255.255.255", False, False, False),
        ("240.0.0.1", False, False, False),
        ("3c33c1ba-f10c-470f-891d-bab8b5b39a10.local", False, False, False),
        ("example.org", False, False, False),
    ],
)
def test_addresses_by_policy(host: str, public: bool, clinic: bool, demo: bool) -> None:
    candidate = parse_candidate(line(host))
    assert [usable(candidate, policy) for policy in (PUBLIC, CLINIC, DEMO)] == [public, clinic, demo]


@pytest.mark.parametrize(
    "text",
    [
        line("93.184.216.34", port=22),
        line("93.184.216.34", port=443),
        line("93.184.216.34", port=9, transport="tcp") + " tcptype active",
        line("93.184.216.34", kind="prflx"),
        line("93.184.216.34").replace("candidate:1 1", "candidate:1 2"),
    ],
)
def test_what_no_browser_needs_is_dropped(text: str) -> None:
    assert not usable(parse_candidate(text), DEMO)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "candidate:",
        "candidate:1 1 udp x 1.2.3.4 5000 typ host",
        "candidate:1 1 udp 1 1.2.3.4 99999 typ host",
        "candidate:1 1 udp 1 1.2.3.4 5000 host typ",
        "candidate:1 1 udp 1 1.2.3.4 -5 typ host",
        "candidate:1 1 udp \u0661 1.2.3.4 5000 typ host",
        line("1.2.3.4") + " x" * 600,
    ],
)
def test_unreadable_candidates_have_one_error(text: str) -> None:
    with pytest.raises(MalformedCandidate):
        parse_candidate(text)


def test_a_candidate_written_again_is_the_same() -> None:
    candidate = parse_candidate(line("93.184.216.34", kind="srflx"))
    assert parse_candidate(candidate.line()) == candidate


def test_local_addresses_hide_what_nobody_can_reach() -> None:
    own = ["127.0.0.1", "192.0.2.2", "172.17.0.1", "fe80::1", "fd00::2"]
    assert local_addresses(own, []) == ["192.0.2.2", "fd00::2"]
    assert local_addresses(own, ["127.0.0.1"]) == ["127.0.0.1"]
    assert local_addresses(own, ["192.0.2.0/24", "127.0.0.0/8"]) == ["127.0.0.1", "192.0.2.2"]

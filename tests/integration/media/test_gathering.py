"""Own sockets: configured addresses, a range of ports, the public name behind NAT."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from aioice.candidate import Candidate
from aioice.ice import Connection

from media import NoMediaPort
from media.gathering import announced, gather_by, open_socket, own_addresses
from media.model import MediaSettings
from media.simulated import SimulatedParticipant
from tests.integration.media.meeting import LOOPBACK, joined, meeting, until

pytestmark = pytest.mark.integration


def candidates(answer: str) -> list[tuple[str, int, str]]:
    """(host, port, type) of the first m-line's candidates."""
    lines = [line.split() for line in answer.split("\r\n") if line.startswith("a=candidate:")]
    return list(dict.fromkeys((bits[4], int(bits[5]), bits[7]) for bits in lines))


@contextmanager
def taken(low: int, high: int) -> Iterator[None]:
    """Every UDP port of the range in use on loopback."""
    held = []
    try:
        for port in range(low, high + 1):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            held.append(one)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield
    finally:
        for one in held:
            one.close()


def free_range(size: int) -> tuple[int, int]:
    for low in range(43_000, 60_000, size):
        try:
            for port in range(low, low + size):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return low, low + size - 1
    raise AssertionError("no free ports")


async def gathered(settings: MediaSettings) -> list[Candidate]:
    ice = Connection(ice_controlling=False)
    gather_by(ice, settings)
    try:
        await ice.gather_candidates()
        return ice.local_candidates
    finally:
        await ice.close()


async def test_every_socket_lies_in_the_range() -> None:
    ports = free_range(6)
    settings = replace(LOOPBACK, ports=ports)
    visit, one, two = uuid4(), uuid4(), uuid4()
    async with meeting(settings) as (plane, _):
        first, second = await joined(plane, visit, one), await joined(plane, visit, two)
        await until(lambda: first.received[0].video > 2 and second.received[0].video > 2)
        for person in (first, second):
            remote = person._peer.remoteDescription.sdp
            assert all(ports[0] <= port <= ports[1] for _, port, _ in candidates(remote))
            await person.leave()


async def test_a_range_that_is_used_up_is_one_clear_error_and_the_rest_goes_on() -> None:
    ports = free_range(1)
    visit, one, two = uuid4(), uuid4(), uuid4()
    async with meeting(replace(LOOPBACK, ports=ports)) as (plane, states):
        first = await joined(plane, visit, one)
        second = SimulatedParticipant(lambda offer: plane.connect(visit, two, offer), listen=("127.0.0.1",))
        with pytest.raises(NoMediaPort) as refused:
            await second.join()
        await second.leave()
        assert refused.value.problem()["code"] == "no_media_port"
        assert plane.seats(visit, one) == {}
        await until(lambda: (one, "connected") in states)
        await first.leave()
        await plane.disconnect(visit, one)
        again = await joined(plane, visit, two)  # the port is free again
        await again.leave()


def test_ports_are_tried_until_one_is_free() -> None:
    low, high = free_range(4)
    with taken(low, high - 1):
        bound = open_socket("127.0.0.1", (low, high))
        assert bound is not None
        assert bound.getsockname()[1] == high
        with pytest.raises(NoMediaPort):
            open_socket("127.0.0.1", (low, high))
        bound.close()


def test_an_address_that_is_not_ours_is_left_out() -> None:
    assert open_socket("192.0.2.200", (0, 0)) is None


async def test_behind_nat_the_public_address_is_told_with_the_port_that_was_bound() -> None:
    told = await gathered(replace(LOOPBACK, announced=(("127.0.0.1", "203.0.113.7"),)))
    assert [(c.host, c.type) for c in told] == [("203.0.113.7", "host")]
    assert told[0].port > 0


def test_an_address_may_be_told_beside_its_public_one() -> None:
    own = Candidate("1", 1, "udp", 1, "10.0.0.5", 4000, "host")
    pairs = (("10.0.0.5", "203.0.113.7"), ("10.0.0.5", "10.0.0.5"), ("10.0.0.6", "203.0.113.8"))
    assert [c.host for c in announced([own], pairs)] == ["203.0.113.7", "10.0.0.5"]
    assert announced([own], ()) == [own]


async def test_ipv6_is_bound_and_told_where_the_machine_has_it() -> None:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    told = await gathered(MediaSettings(listen=("::1",)))
    assert [c.host for c in told] == ["::1"]


def test_without_a_configured_address_there_is_loopback() -> None:
    assert own_addresses(["198.51.100.0/24"]) == ["127.0.0.1"]

"""The relay on real sockets: NAT-like clients, switching at run time, change of address, and SDP through it."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self, cast

import pytest

from tools.impairer import Impairer, Profile, impaired, target_of, without_candidates

Address = tuple[str, int]
DEADLINE_S = 10.0

ANSWER = "\r\n".join(
    [
        "v=0",
        "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "a=candidate:1 1 udp 2130706431 192.0.2.7 5004 typ host",
        "a=candidate:2 1 udp 2130706431 127.0.0.1 {port} typ host",
        "a=candidate:3 1 tcp 1 127.0.0.1 9 typ host tcptype active",
        "a=end-of-candidates",
        "a=ice-ufrag:abcd",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "a=candidate:2 1 udp 2130706431 127.0.0.1 {port} typ host",
        "a=mid:1",
        "",
    ]
)


class Endpoint(asyncio.DatagramProtocol):
    """A UDP socket that keeps what it gets, and echoes when it is a server."""

    def __init__(self, echo: bool = False) -> None:
        self.got: asyncio.Queue[tuple[bytes, Address]] = asyncio.Queue()
        self._echo = echo
        self._transport: asyncio.DatagramTransport

    async def open(self) -> Self:
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.got.put_nowait((data, addr))
        if self._echo:
            self._transport.sendto(b"re:" + data, addr)

    @property
    def address(self) -> Address:
        name: Address = self._transport.get_extra_info("sockname")
        return name

    def send(self, data: bytes, to: Address) -> None:
        self._transport.sendto(data, to)

    async def next(self) -> tuple[bytes, Address]:
        return await asyncio.wait_for(self.got.get(), DEADLINE_S)

    def close(self) -> None:
        self._transport.close()


@pytest.fixture
async def server() -> AsyncIterator[Endpoint]:
    endpoint = await Endpoint(echo=True).open()
    yield endpoint
    endpoint.close()
    await asyncio.sleep(0)


@pytest.fixture
async def clients() -> AsyncIterator[list[Endpoint]]:
    two = [await Endpoint().open() for _ in range(2)]
    yield two
    for endpoint in two:
        endpoint.close()
    await asyncio.sleep(0)


async def test_each_client_has_its_own_address_and_gets_its_own_answers(
    server: Endpoint, clients: list[Endpoint]
) -> None:
    async with Impairer(server.address) as impairer:
        seen = set()
        for number, client in enumerate(clients):
            client.send(b"%d" % number, impairer.address)
            seen.add((await server.next())[1])
            assert await client.next() == (b"re:%d" % number, impairer.address)
        assert len(seen) == 2
        assert impairer.address not in seen


async def test_nobody_but_the_server_reaches_a_client(server: Endpoint, clients: list[Endpoint]) -> None:
    async with Impairer(server.address) as impairer:
        clients[0].send(b"hello", impairer.address)
        _, outside = await server.next()
        await clients[0].next()
        clients[1].send(b"forged", outside)
        clients[0].send(b"again", impairer.address)
        assert (await clients[0].next())[0] == b"re:again"


async def test_a_blackout_and_its_end(server: Endpoint, clients: list[Endpoint]) -> None:
    async with Impairer(server.address) as impairer:
        client = clients[0]
        impairer.blackout()
        client.send(b"lost", impairer.address)
        while not impairer.lines:
            await asyncio.sleep(0.01)
        impairer.blackout(False)
        client.send(b"heard", impairer.address)
        assert (await client.next())[0] == b"re:heard"
        assert server.got.qsize() == 1
        up, down = impairer.lines[0]
        assert (up.lost, up.passed, down.passed) == (1, 1, 1)


async def test_after_a_change_of_address_the_server_sees_another_one_and_the_old_one_is_dead(
    server: Endpoint, clients: list[Endpoint]
) -> None:
    async with Impairer(server.address) as impairer:
        client = clients[0]
        client.send(b"wifi", impairer.address)
        _, before = await server.next()
        await client.next()
        impairer.change_address("127.0.0.2")
        server.send(b"to the old address", before)
        client.send(b"mobile", impairer.address)
        _, after = await server.next()
        assert (before[0], after[0]) == ("127.0.0.1", "127.0.0.2")
        assert (await client.next())[0] == b"re:mobile"
        assert client.got.empty()


async def test_delayed_datagrams_come_in_order(server: Endpoint, clients: list[Endpoint]) -> None:
    async with Impairer(server.address, Profile(delay_s=0.05, jitter_s=0.02), seed=3) as impairer:
        for number in range(30):
            clients[0].send(b"%d" % number, impairer.address)
        got = [int((await server.next())[0]) for _ in range(30)]
        assert got == list(range(30))


async def test_the_same_seed_loses_the_same_datagrams(server: Endpoint, clients: list[Endpoint]) -> None:
    runs = []
    for _ in range(2):
        async with Impairer(server.address, Profile(loss=0.3), seed=11, down=Profile()) as impairer:
            for number in range(40):
                clients[0].send(b"%d" % number, impairer.address)
            deadline = asyncio.get_running_loop().time() + DEADLINE_S
            while not impairer.lines or sum((impairer.lines[0][0].lost, impairer.lines[0][0].passed)) < 40:
                assert asyncio.get_running_loop().time() < deadline
                await asyncio.sleep(0.01)
            runs.append([int((await server.next())[0]) for _ in range(impairer.lines[0][0].passed)])
    assert runs[0] == runs[1]
    assert 15 < len(runs[0]) < 40


async def test_an_answer_leads_through_the_relay(server: Endpoint, clients: list[Endpoint]) -> None:
    impairer, changed = await impaired(ANSWER.format(port=server.address[1]))
    async with impairer:
        assert impairer.target == server.address
        assert target_of(changed) == impairer.address
        assert changed.count("a=candidate:") == 2
        assert "192.0.2.7" not in changed
        assert "a=ice-ufrag:abcd" in changed
        assert "a=mid:1" in changed
        clients[0].send(b"x", target_of(changed))
        assert (await clients[0].next())[0] == b"re:x"


def test_an_offer_without_candidates_keeps_everything_else() -> None:
    bare = without_candidates(ANSWER.format(port=5))
    assert "candidate" not in bare
    assert [line for line in ANSWER.split("\r\n") if "candidate" not in line] == bare.split("\r\n")
    with pytest.raises(ValueError, match="no UDP host candidate"):
        target_of(bare)


async def test_the_command_line(server: Endpoint, clients: list[Endpoint]) -> None:
    target = "{}:{}".format(*server.address)
    arguments = ["--target", target, "--profile", "good", "--set", '{"delay_s": 0.01}']
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tools.impairer", *arguments),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        host, port = line.decode().strip().split(":")
        clients[0].send(b"x", (host, int(port)))
        assert (await clients[0].next())[0] == b"re:x"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def test_a_dead_server_port_does_not_end_the_relay(server: Endpoint, clients: list[Endpoint]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        nobody: Address = gone.getsockname()
    async with Impairer(nobody) as impairer:
        for _ in range(3):
            clients[0].send(b"anyone?", impairer.address)
            await asyncio.sleep(0.01)
        impairer.target = server.address
        clients[0].send(b"now", impairer.address)
        assert (await clients[0].next())[0] == b"re:now"

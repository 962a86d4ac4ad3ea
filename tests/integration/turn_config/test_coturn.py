"""The rendered file in Debian's coturn: no complaint, our credentials and no others, our media and no other peer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aioice import stun, turn

from tests.integration.turn_config.coturn import (
    LOOPBACK,
    OTHER_SECRET,
    SECRET,
    Relay,
    coturn,
    needs_coturn,
)
from turn_config import IceServer, ice_servers_for
from turn_config.coturn import USER_QUOTA

pytestmark = [pytest.mark.integration, needs_coturn]


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    async with coturn(tmp_path) as running:
        yield running


def credential(relay: Relay, secret: str = SECRET, age: timedelta = timedelta()) -> IceServer:
    [server] = ice_servers_for(uuid4(), datetime.now(UTC) - age, relay.settings("udp", secret=secret))
    return server


class Allocation:
    """A TURN client of ours at one coturn (aioice's), to ask it for what no browser would ask."""

    def __init__(self, relay: Relay, server: IceServer) -> None:
        self._address = (LOOPBACK, relay.server.port)
        self._server = server
        self._client: Any = None

    async def __aenter__(self) -> "Allocation":
        _, self._client = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: turn.TurnClientUdpProtocol(
                self._address, self._server.username, self._server.credential, 600, 500
            ),
            remote_addr=self._address,
        )
        try:
            await self._client.connect()
        except BaseException:
            self._client.transport.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.delete()

    async def permit(self, peer: str) -> int:
        """The error code of CreatePermission for a peer, 0 when it is granted."""
        request = stun.Message(stun.Method.CREATE_PERMISSION, stun.Class.REQUEST)
        request.attributes["XOR-PEER-ADDRESS"] = (peer, 50_000)
        try:
            await self._client.request_with_retry(request)
        except stun.TransactionFailed as refused:
            return refused.response.error_code or -1
        return 0


async def granted(relay: Relay, server: IceServer) -> bool:
    try:
        async with Allocation(relay, server):
            return True
    except stun.TransactionFailed:
        return False


async def test_coturn_reads_the_file_without_a_complaint(tmp_path: Path) -> None:
    async with coturn(tmp_path, media=("192.0.2.7",)) as relay:
        pass
    assert relay.complaints == []
    assert any("White listing: 192.0.2.7" in line for line in relay.log)


async def test_with_participants_as_peers_too(tmp_path: Path) -> None:
    async with (
        coturn(tmp_path, media=("203.0.113.9",), open_to_participants=True) as relay,
        Allocation(relay, credential(relay)) as allocation,
    ):
        for peer in ("10.0.0.1", "100.64.0.1", "169.254.169.254", "192.168.1.1", LOOPBACK):
            assert await allocation.permit(peer) == 403
        assert await allocation.permit("203.0.113.9") == 0
        assert await allocation.permit("93.184.216.34") == 0
    assert [line for line in relay.complaints if "denied in the range" not in line] == []


async def test_the_complaints_are_found(tmp_path: Path) -> None:
    """The test above bites: loopback peers (a demo's) are one."""
    async with coturn(tmp_path, media=(LOOPBACK,)) as relay:
        pass
    assert any("allow_loopback_peers" in line for line in relay.complaints)


async def test_our_credential_and_no_other(relay: Relay) -> None:
    assert await granted(relay, credential(relay))
    assert not await granted(relay, credential(relay, "another-turn-secret-0003"))
    assert not await granted(relay, credential(relay, age=timedelta(hours=1)))


async def test_while_a_secret_is_rotated_both_are_good(relay: Relay) -> None:
    """A credential of the previous secret, given out before the change, and one of the new: nobody is dropped."""
    async with (
        Allocation(relay, credential(relay, SECRET)) as before,
        Allocation(relay, credential(relay, OTHER_SECRET)) as after,
    ):
        assert await before.permit(LOOPBACK) == await after.permit(LOOPBACK) == 0


async def test_the_relay_reaches_our_media_and_nothing_else(relay: Relay) -> None:
    async with Allocation(relay, credential(relay)) as allocation:
        assert await allocation.permit(LOOPBACK) == 0
        refused = {
            peer: await allocation.permit(peer)
            for peer in (
                "10.0.0.1",
                "192.168.0.1",
                "100.64.0.1",
                "169.254.169.254",
                "93.184.216.34",
                "224.0.0.1",
            )
        }
        disguised = [
            await allocation.permit(peer)
            for peer in ("::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "fd00::1", "::10.0.0.1")
        ]
    assert set(refused.values()) == {403}
    assert all(disguised)


async def test_one_participant_cannot_take_all_allocations(relay: Relay) -> None:
    server = credential(relay)
    open_ones = [Allocation(relay, server) for _ in range(USER_QUOTA)]
    try:
        for allocation in open_ones:
            await allocation.__aenter__()
        assert not await granted(relay, server)
        assert await granted(relay, credential(relay))  # somebody else is
    finally:
        await asyncio.gather(*(allocation.__aexit__() for allocation in open_ones))

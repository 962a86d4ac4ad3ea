"""The credentials against a real coturn, where one is installed."""

import asyncio
import shutil
import socket
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from turn_config import TurnSettings, ice_servers_for

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not (shutil.which("turnserver") and shutil.which("turnutils_uclient")),
        reason="coturn is not installed",
    ),
]
SECRET = "planted turn secret 0001"


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """A coturn on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    options = (
        f"-n --listening-ip=127.0.0.1 --relay-ip=127.0.0.1 --listening-port={port} --use-auth-secret"
        f" --realm=clinic.example --no-cli --no-tls --no-dtls --allow-loopback-peers --log-file=stdout"
        f" --pidfile={tmp_path}/pid"
    ).split()
    server = await asyncio.create_subprocess_exec(
        "turnserver", *options, f"--static-auth-secret={SECRET}", stdout=DEVNULL, stderr=DEVNULL, cwd=tmp_path
    )
    await until_open(port)
    yield port
    server.terminate()
    await server.wait()


async def until_open(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                await writer.wait_closed()
                return


async def relays(port: int, secret: str, now: datetime) -> bool:
    """Whether coturn's own client gets an allocation with our credential."""
    settings = TurnSettings(turn_urls=(f"turn:127.0.0.1:{port}",), secret=secret)
    [server] = ice_servers_for(uuid4(), now, settings)
    words = f"-y -c -n 1 -m 1 -u {server.username} -w {server.credential} -p {port} 127.0.0.1".split()
    client = await asyncio.create_subprocess_exec("turnutils_uclient", *words, stdout=PIPE, stderr=PIPE)
    said = b"".join(await client.communicate())
    assert (b"Cannot complete Allocation" in said) != (b"Total lost packets 0" in said), said
    return b"Total lost packets 0" in said


async def test_coturn_takes_our_credential_and_no_other(port: int) -> None:
    now = datetime.now(UTC)
    assert not await relays(port, "another turn secret 0002", now)
    assert not await relays(port, SECRET, now - timedelta(hours=1))
    assert await relays(port, SECRET, now)

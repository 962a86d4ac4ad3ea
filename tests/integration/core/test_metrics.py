"""/metrics on a port of its own."""

import asyncio
import socket
import urllib.request

import pytest

from core.telemetry import counter, serve_metrics

pytestmark = pytest.mark.integration


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_metrics_are_served_on_loopback_until_stopped() -> None:
    counter("test_things_total", "Things.", ("kind",)).labels("good").inc()
    port = free_port()
    stop = serve_metrics(port)
    address = f"http://127.0.0.1:{port}/metrics"

    def read() -> str:
        with urllib.request.urlopen(address, timeout=5) as response:
            body: str = response.read().decode()
            return body

    assert 'consultroom_test_things_total{kind="good"} 1.0' in await asyncio.to_thread(read)
    await asyncio.to_thread(stop)
    with pytest.raises(OSError, match=r".+"):
        await asyncio.to_thread(read)

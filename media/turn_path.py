"""Our own server behind a TURN relay: packets leave at once, and a relay that stalls fills no memory.

Stock aioice starts a task for each packet it sends through a relay, binds the channel anew for every packet while a
renewal is under way, and lets the stream to a TURN/TCP server buffer without end. Here a packet of a bound channel
goes out in the same call, renewals run beside it, and above 256 KiB waiting a packet is dropped, as UDP would.

It replaces `aioice.turn.TurnTransport.sendto`; a canary test watches the names it relies on.
"""

import asyncio
import time
from collections.abc import Callable
from struct import pack
from typing import Any

from aioice.turn import TurnTransport

from core.telemetry import counter

MAX_BACKLOG = 256 * 1024
MAX_WAITING = 64  # packets that wait for a channel to be bound
RENEW_S = 240.0  # before the permission (300 s, RFC 8656 section 9) and the channel (600 s) run out
RETRY_S = 5.0

DROPPED = counter("media_relay_packets_dropped_total", "Packets not sent through the relay", ("reason",))
_BACKLOG, _WAITING = DROPPED.labels("backlog"), DROPPED.labels("waiting")

Address = tuple[str, int]


def install() -> None:
    """For every relayed candidate of this process. Repeating it changes nothing."""
    if TurnTransport.sendto is not _sendto:
        TurnTransport.sendto = _sendto  # type: ignore[method-assign]
        TurnTransport.get_write_buffer_size = _waiting_bytes  # type: ignore[attr-defined]


_stock: Callable[[TurnTransport, bytes, Address], None] = TurnTransport.sendto


def _client(transport: TurnTransport) -> Any:
    return transport._TurnTransport__inner_protocol  # type: ignore[attr-defined]


def _waiting_bytes(self: TurnTransport) -> int:
    """Bytes in the stream or socket to the TURN server."""
    return int(_client(self).transport.get_write_buffer_size())


def _sendto(self: TurnTransport, data: bytes, addr: Address) -> None:
    client = _client(self)
    if self._TurnTransport__close_task is not None or client.transport.is_closing():  # type: ignore[attr-defined]
        return
    channel = client.peer_to_channel.get(addr)
    if channel is None:
        if len(self._TurnTransport__send_tasks) < MAX_WAITING:  # type: ignore[attr-defined]
            _stock(self, bytes(data), addr)  # binds a channel, later: `data` may be a view of a shared buffer
        else:
            _WAITING.inc()
        return
    if _waiting_bytes(self) > MAX_BACKLOG:
        _BACKLOG.inc()
        return
    now = time.time()
    if now > client.channel_refresh_at[channel] - client.channel_refresh_time + RENEW_S:
        client.channel_refresh_at[channel] = now + client.channel_refresh_time
        _renew(self, client, channel, addr)
    client._send(pack("!HH", channel, len(data)) + data)


def _renew(transport: TurnTransport, client: Any, channel: int, addr: Address) -> None:
    async def bind() -> None:
        try:
            await client.channel_bind(channel, addr)
        except Exception:
            soon = time.time() - RENEW_S + RETRY_S
            client.channel_refresh_at[channel] = soon + client.channel_refresh_time

    task = asyncio.get_running_loop().create_task(bind())
    tasks: set[asyncio.Task[None]] = transport._TurnTransport__send_tasks  # type: ignore[attr-defined]
    tasks.add(task)  # cancelled with the others when the transport closes
    task.add_done_callback(tasks.discard)

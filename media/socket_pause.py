"""Not reading a UDP socket for a moment, so that a flood on one call costs the other calls no time.

asyncio gives datagram transports no `pause_reading`; its selector loop reads while the socket is registered, so
it is taken out and put back. What comes meanwhile fills the kernel's buffer and is dropped there.
"""

import asyncio
import weakref
from typing import Any

_paused: "weakref.WeakSet[Any]" = weakref.WeakSet()


def pause(transport: asyncio.BaseTransport | object, seconds: float) -> bool:
    """Stop reading for `seconds`. False when it is paused already, closing, or no socket of the selector loop
    (a TURN relay's stream)."""
    loop, number = getattr(transport, "_loop", None), getattr(transport, "_sock_fd", None)
    if loop is None or number is None or transport in _paused or _closing(transport):
        return False
    _paused.add(transport)
    loop._remove_reader(number)
    loop.call_later(seconds, _resume, transport)
    return True


def _resume(transport: Any) -> None:
    _paused.discard(transport)
    if not _closing(transport):
        transport._loop._add_reader(transport._sock_fd, transport._read_ready)


def _closing(transport: Any) -> bool:
    return bool(transport.is_closing())

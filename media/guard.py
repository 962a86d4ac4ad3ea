"""What a stranger's datagram can do to a call: nothing.

Stock aioice 0.13 hands every datagram that is not STUN to DTLS whatever its source, in an unbounded queue.
One empty datagram ends the call (IndexError in the DTLS pump), three forged DTLS records before ICE
completes break the handshake (ASVS 17.2.6), a flood fills memory. The guard stands in front: a datagram
passes only when its first byte is of a protocol we speak (RFC 7983) and its source has proven that it knows
our ICE password or the peer's.

It replaces `aioice.ice.StunProtocol.datagram_received`; a canary test watches the names it relies on.
"""

import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, cast

from aioice import stun
from aioice.ice import Connection, StunProtocol

from core.telemetry import counter

MAX_QUEUED_DATAGRAMS = 512
MAX_PROVEN_ADDRESSES = 16
LONGEST_DATAGRAM = 2048  # nothing of WebRTC over UDP is longer than one Ethernet frame

DROPPED = counter("media_datagrams_dropped_total", "Datagrams refused before DTLS and SRTP", ("reason",))

Address = tuple[str, int]


class Guard:
    """What is known about the peers of one ICE connection."""

    def __init__(self) -> None:
        self.last_heard: float | None = None  # time.monotonic() of the newest datagram of a proven address
        self.dropped = 0
        self._proven: OrderedDict[Address, None] = OrderedDict()

    def prove(self, address: Address) -> None:
        """The address showed that it holds an ICE password of this connection."""
        self._proven[address] = None
        self._proven.move_to_end(address)
        if len(self._proven) > MAX_PROVEN_ADDRESSES:
            self._proven.popitem(last=False)
        self.last_heard = time.monotonic()

    def refusal(self, data: bytes, address: Address, queued: int) -> str | None:
        """Why this datagram (not STUN) is dropped, None to let it pass."""
        if not data:
            return "empty"
        if not (20 <= data[0] <= 63 or 128 <= data[0] <= 191) or len(data) > LONGEST_DATAGRAM:
            return "unknown"
        if address not in self._proven:
            return "stranger"
        if queued >= MAX_QUEUED_DATAGRAMS:
            return "overflow"
        self.last_heard = time.monotonic()
        return None


_guards: "weakref.WeakKeyDictionary[Connection, Guard]" = weakref.WeakKeyDictionary()


def guard_of(connection: Connection) -> Guard:
    """The guard of an ICE connection, made on first use."""
    guard = _guards.get(connection)
    if guard is None:
        guard = _guards[connection] = Guard()
    return guard


def install() -> None:
    """Put the guard in front of every ICE socket of this process. Repeating it changes nothing."""
    if StunProtocol.datagram_received is not _guarded:
        StunProtocol.datagram_received = _guarded  # type: ignore[method-assign]


_receive: Callable[[StunProtocol, bytes | str, tuple[Any, ...]], None] = StunProtocol.datagram_received


def _guarded(self: StunProtocol, data: bytes | str, addr: tuple[Any, ...]) -> None:
    data = cast("bytes", data)
    address = (addr[0], addr[1])
    connection = self.receiver
    guard = guard_of(connection)
    if data and data[0] < 4:
        return _stun(self, connection, guard, data, address)
    reason = guard.refusal(data, address, connection._queue.qsize())
    if reason is None:
        connection.data_received(data, self.local_candidate.component)
    else:
        guard.dropped += 1
        DROPPED.labels(reason).inc()
    return None


def _stun(
    protocol: StunProtocol, connection: Connection, guard: Guard, data: bytes, address: Address
) -> None:
    try:
        message = stun.parse_message(data)
    except (ValueError, IndexError, KeyError):
        guard.dropped += 1
        DROPPED.labels("malformed_stun").inc()
        return
    if _proves(message, protocol, connection):
        guard.prove(address)
    try:
        _receive(protocol, data, address)
    except Exception:  # authenticated but senseless attributes must not reach the event loop's handler
        guard.dropped += 1
        DROPPED.labels("malformed_stun").inc()


def _proves(message: stun.Message, protocol: StunProtocol, connection: Connection) -> bool:
    if message.message_class == stun.Class.REQUEST:
        user = str(message.attributes.get("USERNAME", "")).partition(":")[0]
        key = connection.local_password
        return user == connection.local_username and message.check_message_integrity(key.encode())
    if message.message_class in (stun.Class.RESPONSE, stun.Class.ERROR):
        remote = connection.remote_password
        known = message.transaction_id in protocol.transactions
        return remote is not None and known and message.check_message_integrity(remote.encode())
    return False

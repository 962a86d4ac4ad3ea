"""What a stranger's datagram can do to a call: nothing. What a participant's can: little.

Stock aioice 0.13 hands every datagram that is not STUN to DTLS whatever its source, in an unbounded queue.
One empty datagram ends the call (IndexError in the DTLS pump), three forged DTLS records before ICE
completes break the handshake (ASVS 17.2.6), a flood fills memory. The guard stands in front: a datagram
passes only when its first byte is of a protocol we speak (RFC 7983) and its source has proven that it knows
our ICE password or the peer's. STUN itself is looked at cheaply first: a request that does not name our user, or
an answer to nothing we asked, is dropped unparsed and unanswered.

It replaces `aioice.ice.StunProtocol.datagram_received`, which a relayed candidate's datagrams pass as well
(`aioice.turn` hands each to the same protocol); a canary test watches the names it relies on.
"""

import time
import weakref
from collections import OrderedDict
from collections.abc import Callable
from socket import AF_INET6, inet_pton
from typing import Any, cast

from aioice import stun
from aioice.ice import Connection, StunProtocol

from core.telemetry import counter
from media.limits import Allowance, Flow, TokenBucket
from media.socket_pause import pause

MAX_QUEUED_DATAGRAMS = 512
MAX_PROVEN_ADDRESSES = 16
MAX_PEER_ADDRESSES = 64  # an ICE check from one more is not answered: each would be a pair to check for good
MAX_STUN_SOURCES = 32
LONGEST_DATAGRAM = 2048  # nothing of WebRTC over UDP is longer than one Ethernet frame
STUN_BURST, STUN_PER_SECOND = 200, 50  # a browser checks 20 pairs a second, then one every 2.5 s
UNPROVEN_BURST, UNPROVEN_PER_SECOND = 600, 200  # of all sources that have proven nothing yet, together
WASTE_BURST, WASTE_PER_SECOND = (
    2_000,
    10_000,
)  # dropped datagrams of one socket before it is not read for a while
PAUSE_S = 0.1
_COOKIE = b"\x21\x12\xa4\x42"
_LONGEST_STUN = 1_280

DROPPED = counter("media_datagrams_dropped_total", "Datagrams refused before DTLS and SRTP", ("reason",))
_DROPPED = {
    reason: DROPPED.labels(reason)
    for reason in (
        *("empty", "unknown", "stranger", "overflow", "flood"),
        *("malformed_stun", "stranger_stun", "stun_flood", "too_many_addresses"),
    )
}

Address = tuple[str, int]


class Guard:
    """What is known about the peers of one ICE connection."""

    def __init__(self, allowance: Allowance | None = None) -> None:
        self.last_heard: float | None = None  # time.monotonic() of the newest datagram of a proven address
        self.dropped = 0
        self.fast: Callable[[bytes], bool] | None = None
        """Given each datagram that passed; True when it was dealt with and needs no queue."""
        self._proven: OrderedDict[Address, None] = OrderedDict()
        self._stun: OrderedDict[str | bytes, TokenBucket] = OrderedDict()
        self._unproven = TokenBucket(UNPROVEN_BURST, UNPROVEN_PER_SECOND)
        # Twice the participant's allowance: somebody who forges their address must not use it up.
        self._flow = Flow(allowance or Allowance(), slack=2.0)
        self._waste = TokenBucket(WASTE_BURST, WASTE_PER_SECOND)

    def prove(self, address: Address) -> None:
        """The address showed that it holds an ICE password of this connection."""
        self._proven[address] = None
        self._proven.move_to_end(address)
        if len(self._proven) > MAX_PROVEN_ADDRESSES:
            self._proven.popitem(last=False)
        self.last_heard = time.monotonic()

    def proven(self, address: Address) -> bool:
        return address in self._proven

    def refusal(self, data: bytes, address: Address, queued: int) -> str | None:
        """Why this datagram (not STUN) is dropped, None to let it pass."""
        if not data:
            return "empty"
        if not (20 <= data[0] <= 63 or 128 <= data[0] <= 191) or len(data) > LONGEST_DATAGRAM:
            return "unknown"
        if address not in self._proven:
            return "stranger"
        now = time.monotonic()
        if not self._flow.take(len(data), now):
            return "flood"
        if queued >= MAX_QUEUED_DATAGRAMS:
            return "overflow"
        self.last_heard = now
        return None

    def stun_allowed(self, address: Address, now: float) -> bool:
        """Whether this source's STUN is still worth a signature check. Of IPv6 a source is its /64."""
        source = _network(address[0])
        bucket = self._stun.get(source)
        if bucket is None:
            bucket = self._stun[source] = TokenBucket(STUN_BURST, STUN_PER_SECOND)
            if len(self._stun) > MAX_STUN_SOURCES:
                self._stun.popitem(last=False)
        return bucket.take(now) and (address in self._proven or self._unproven.take(now))

    def drop(self, protocol: StunProtocol, reason: str) -> None:
        """Count it. A socket that gets little else is not read for a moment: the kernel drops cheaper."""
        self.dropped += 1
        _DROPPED[reason].inc()
        if not self._waste.take(time.monotonic()):
            pause(protocol.transport, PAUSE_S)


def _network(host: str) -> str | bytes:
    return inet_pton(AF_INET6, host.partition("%")[0])[:8] if ":" in host else host


_guards: "weakref.WeakKeyDictionary[Connection, Guard]" = weakref.WeakKeyDictionary()


def guard_of(connection: Connection, allowance: Allowance | None = None) -> Guard:
    """The guard of an ICE connection, made on first use (with this allowance)."""
    guard = _guards.get(connection)
    if guard is None:
        guard = _guards[connection] = Guard(allowance)
    return guard


def install() -> None:
    """Put the guard in front of every ICE socket of this process. Repeating it changes nothing."""
    if StunProtocol.datagram_received is not _guarded:
        StunProtocol.datagram_received = _guarded  # type: ignore[method-assign]


_receive: Callable[[StunProtocol, bytes | str, tuple[Any, ...]], None] = StunProtocol.datagram_received


def _guarded(self: StunProtocol, data: bytes | str, addr: tuple[Any, ...]) -> None:
    data = cast("bytes", data)
    address = (addr[0], addr[1])  # of IPv6 without flow and scope
    connection = self.receiver
    guard = guard_of(connection)
    if data and data[0] < 4:
        reason = _stun(self, connection, guard, data, address)
    else:
        reason = guard.refusal(data, address, connection._queue.qsize())
        if reason is None and (guard.fast is None or not guard.fast(data)):
            connection.data_received(data, self.local_candidate.component)
    if reason is not None:
        guard.drop(self, reason)


def _stun(
    protocol: StunProtocol, connection: Connection, guard: Guard, data: bytes, address: Address
) -> str | None:
    """Why it was dropped, None when aioice has it."""
    reason = _cheap_refusal(protocol, connection, data)
    if reason is not None:
        return reason
    if not guard.stun_allowed(address, time.monotonic()):
        return "stun_flood"
    try:
        message = stun.parse_message(data)
    except Exception:  # ValueError, IndexError, KeyError, struct.error: aioice unpacks what it is given
        return "malformed_stun"
    if not _proves(message, protocol, connection):
        return "stranger_stun"
    if message.message_class == stun.Class.REQUEST:
        if "PRIORITY" not in message.attributes:
            return "malformed_stun"  # aioice keeps early checks and would fail over it later
        if not guard.proven(address) and len(connection._remote_candidates) >= MAX_PEER_ADDRESSES:
            return "too_many_addresses"
    guard.prove(address)
    try:
        _receive(protocol, data, address)
    except Exception:  # authenticated but senseless attributes must not reach the event loop's handler
        return "malformed_stun"
    return None


def _cheap_refusal(protocol: StunProtocol, connection: Connection, data: bytes) -> str | None:
    """Without parsing: the form of RFC 8489 section 5, and whether it can be meant for us at all."""
    size = len(data)
    if not 20 <= size <= _LONGEST_STUN or data[4:8] != _COOKIE or (data[2] << 8 | data[3]) != size - 20:
        return "malformed_stun"
    if data[0] & 1:  # a response or an error
        return None if data[8:20] in protocol.transactions else "stranger_stun"
    if data[1] & 0x10:  # an indication: nothing to do, and nothing that proves anything
        return "stranger_stun"
    return None if f"{connection.local_username}:".encode() in data else "stranger_stun"


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

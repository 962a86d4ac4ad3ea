"""SRTP of one connection by direct calls to libsrtp (RFC 3711, RFC 7714).

pylibsrtp's own `protect` and `unprotect` take a new length cell and two attribute walks per packet, half of their
time. One buffer in libsrtp's memory serves all packets here, because everything runs on one loop. A canary test
watches the private names.
"""

from typing import Any

from pylibsrtp import Session
from pylibsrtp._binding import ffi, lib

LONGEST = 2048
_TRAILER = 256  # libsrtp's SRTP_MAX_TRAILER_LEN (144) and the SRTCP index


class Srtp:
    """Both directions of a connection; `Session`s as aiortc made them out of the DTLS keys."""

    def __init__(self, receiving: Session, sending: Session) -> None:
        self._sessions = (receiving, sending)  # they own the C memory
        self._receiving: Any = receiving._srtp[0]
        self._sending: Any = sending._srtp[0]
        self._cell: Any = ffi.new("int *")
        self._room: Any = ffi.new("char[]", LONGEST + _TRAILER)
        self._bytes: Any = ffi.buffer(self._room)
        self._view = memoryview(self._bytes)

    def open_rtp(self, data: bytes) -> bytes | None:
        """The packet in plain; None when it is too long, forged, damaged or a replay."""
        size = len(data)
        if size > LONGEST:
            return None
        self._bytes[0:size] = data
        self._cell[0] = size
        if lib.srtp_unprotect(self._receiving, self._room, self._cell):
            return None
        plain: bytes = self._bytes[0 : self._cell[0]]
        return plain

    def open_rtcp(self, data: bytes) -> bytes | None:
        """As `open_rtp`, for a compound RTCP packet."""
        size = len(data)
        if size > LONGEST:
            return None
        self._bytes[0:size] = data
        self._cell[0] = size
        if lib.srtp_unprotect_rtcp(self._receiving, self._room, self._cell):
            return None
        plain: bytes = self._bytes[0 : self._cell[0]]
        return plain

    def seal_rtp(self, data: bytes) -> memoryview | None:
        """The packet protected, valid until the next call; None when it is too long or libsrtp refuses."""
        size = len(data)
        if size > LONGEST:  # libsrtp writes its tag behind the packet without knowing where the room ends
            return None
        self._bytes[0:size] = data
        self._cell[0] = size
        if lib.srtp_protect(self._sending, self._room, self._cell):
            return None
        return self._view[: self._cell[0]]

    def seal_rtcp(self, data: bytes) -> memoryview | None:
        """As `seal_rtp`, for RTCP."""
        size = len(data)
        if size > LONGEST:
            return None
        self._bytes[0:size] = data
        self._cell[0] = size
        if lib.srtp_protect_rtcp(self._sending, self._room, self._cell):
            return None
        return self._view[: self._cell[0]]

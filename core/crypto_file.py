"""Encrypted files that grow: written chunk by chunk, readable up to the last whole chunk after a kill -9.

Layout: magic (4) | salt (32) | tag (16) that only the right key and `aad` give | chunks. A chunk: 4 bytes
big-endian, top bit set on the final one, the rest the length of the plaintext | ciphertext | tag (16). The
file key is HKDF-SHA256(key, salt), so the nonce can be the chunk's number: no nonce repeats although one
patient key serves many files. The number, the final flag and the caller's `aad` (the file's place) are
associated data: chunks cannot be reordered, moved to another file, or cut off without `complete` turning
false.
"""

import contextlib
import os
import struct
from bisect import bisect_right
from collections import OrderedDict

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.storage import Appender, Storage

MAGIC = b"CRF1"
CHUNK_BYTES = 64 * 1024
_SALT = 32
_TAG = 16
_HEAD = len(MAGIC) + _SALT + _TAG
_LENGTH = struct.Struct(">I")
_HEAD_NONCE = b"\xff" * 12  # no file has so many chunks
_FINAL = 1 << 31
_CACHED_CHUNKS = 8


class DamagedFile(Exception):
    """The file is no chunk file, opens with another key, or was changed."""


class ChunkWriter:
    """Encrypts what is written to `appender`; blocking calls, one writer per file, from its first byte."""

    def __init__(self, appender: Appender, key: bytes, aad: bytes) -> None:
        salt = os.urandom(_SALT)
        self._appender = appender
        self._cipher = _cipher(key, salt)
        self._aad = aad
        self._pending = bytearray()
        self._number = 0
        appender.write(MAGIC + salt + self._cipher.encrypt(_HEAD_NONCE, b"", MAGIC + aad))

    def write(self, data: bytes) -> None:
        """Take `data`; whole chunks of 64 KiB go out at once, the rest waits for flush."""
        self._pending += data
        while len(self._pending) >= CHUNK_BYTES:
            self._put(bytes(self._pending[:CHUNK_BYTES]), final=False)
            del self._pending[:CHUNK_BYTES]

    def flush(self, fsync: bool = False) -> None:
        """Everything written so far survives kill -9 of this process; with `fsync`, of the machine."""
        if self._pending:
            self._put(bytes(self._pending), final=False)
            self._pending.clear()
        self._appender.flush(fsync)

    def close(self) -> None:
        """Write the final chunk: a reader now knows the end is the true one."""
        self._put(bytes(self._pending), final=True)
        self._pending.clear()
        self._appender.flush(True)
        self._appender.close()

    def abandon(self) -> None:
        """Close the file without a final chunk: what was flushed stays readable, `complete` stays false."""
        self._appender.close()

    def _put(self, plaintext: bytes, *, final: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number), plaintext, _bound(self._aad, self._number, final))
        self._appender.write(_LENGTH.pack(len(plaintext) | (_FINAL if final else 0)) + sealed)
        self._number += 1


class ChunkReader:
    """Random access to a chunk file, also while it still grows (`refresh` looks for new chunks); blocking
    calls.
    """

    def __init__(self, storage: Storage, name: str, key: bytes, aad: bytes) -> None:
        self._storage = storage
        self._name = name
        self._aad = aad
        head = storage.read(name, 0, _HEAD)
        if len(head) < _HEAD or head[: len(MAGIC)] != MAGIC:
            raise DamagedFile("not a chunk file")
        self._cipher = _cipher(key, head[len(MAGIC) : -_TAG])
        _prove(self._cipher, head[-_TAG:], aad)
        self._places: list[int] = []  # file offset of each chunk
        self._starts: list[int] = [0]  # plaintext offset of each chunk, and the end
        self._next = _HEAD
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self.complete = False
        self.refresh()

    @property
    def size(self) -> int:
        """Bytes of plaintext that can be read."""
        return self._starts[-1]

    def refresh(self) -> None:
        """Take in chunks that were written since; a torn last chunk is left out until it is whole."""
        total = self._storage.size(self._name)
        while not self.complete and self._next + _LENGTH.size + _TAG <= total:
            (word,) = _LENGTH.unpack(self._storage.read(self._name, self._next, _LENGTH.size))
            length = word & ~_FINAL
            end = self._next + _LENGTH.size + length + _TAG
            if end > total:
                break
            self._places.append(self._next)
            self._starts.append(self._starts[-1] + length)
            self._next = end
            self.complete = bool(word & _FINAL)
        self._leave_out_torn_end()

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`; b"" at the end. Raises DamagedFile when a chunk was changed."""
        end = min(offset + length, self.size)
        parts = []
        number = bisect_right(self._starts, offset) - 1
        while number < len(self._places) and self._starts[number] < end:
            start = self._starts[number]
            parts.append(self._chunk(number)[max(0, offset - start) : end - start])
            number += 1
        return b"".join(parts)

    def _leave_out_torn_end(self) -> None:
        """Power loss can leave a tail of zeros or garbage: what the file ends in must open, or it is left
        out.
        """
        while self._places:
            with contextlib.suppress(DamagedFile):
                self._chunk(len(self._places) - 1)
                return
            self.complete = False
            self._next = self._places.pop()
            self._starts.pop()

    def _chunk(self, number: int) -> bytes:
        if number not in self._cache:
            length = self._starts[number + 1] - self._starts[number]
            final = self.complete and number == len(self._places) - 1
            self._cache[number] = self._open(number, self._places[number], length, final=final)
            if len(self._cache) > _CACHED_CHUNKS:
                self._cache.popitem(last=False)
        return self._cache[number]

    def _open(self, number: int, place: int, length: int, *, final: bool) -> bytes:
        sealed = self._storage.read(self._name, place + _LENGTH.size, length + _TAG)
        try:
            return self._cipher.decrypt(_nonce(number), sealed, _bound(self._aad, number, final))
        except (InvalidTag, ValueError):
            raise DamagedFile("a chunk does not open") from None


def _prove(cipher: AESGCM, tag: bytes, aad: bytes) -> None:
    try:
        cipher.decrypt(_HEAD_NONCE, tag, MAGIC + aad)
    except InvalidTag:
        raise DamagedFile("another key or another place") from None


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"consultroom chunk file 1").derive(key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)


def _bound(aad: bytes, number: int, final: bool) -> bytes:
    return aad + struct.pack(">QB", number, final)

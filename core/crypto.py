"""AES-256-GCM for values and for growing files, and the clinic's ring of keys.

A sealed value: version 0x01 | length of the key id | key id | nonce (12) | ciphertext and tag. The header is
part of the associated data, so a value cannot be given another key's name. Callers bind `aad` to the place of
the value ("table|column|row id"): a ciphertext copied to another row does not open. Random 96-bit nonces are
safe for far fewer than 2**32 values per key (NIST SP 800-38D section 8.3); per-patient keys keep every key
far below.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.crypto_file import ChunkReader, ChunkWriter, DamagedFile
from core.private_file import read_private, write_private

__all__ = [
    "ChunkReader",
    "ChunkWriter",
    "DamagedFile",
    "Keyring",
    "NotOpened",
    "new_key",
    "seal",
    "sealed_with",
    "unseal",
]

_VERSION = 1
_NONCE = 12
KEY_BYTES = 32


class NotOpened(Exception):
    """The blob is damaged, moved from its place, or sealed with a key that is not in the ring."""


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plaintext: bytes, *, aad: bytes, key_id: str) -> bytes:
    """Encrypt `plaintext` with the 32-byte `key` named `key_id` (at most 255 bytes), bound to `aad`."""
    name = key_id.encode()
    header = bytes([_VERSION, len(name)]) + name
    nonce = os.urandom(_NONCE)
    return header + nonce + AESGCM(key).encrypt(nonce, plaintext, header + aad)


def unseal(keys: Mapping[str, bytes], blob: bytes, *, aad: bytes) -> bytes:
    """Decrypt a sealed value with the key it names. Raises NotOpened; its text holds nothing of the value."""
    key_id = sealed_with(blob)
    end = 2 + len(key_id.encode())
    key = keys.get(key_id)
    if key is None:
        raise NotOpened("unknown key")
    try:
        return AESGCM(key).decrypt(blob[end : end + _NONCE], blob[end + _NONCE :], blob[:end] + aad)
    except (InvalidTag, ValueError):
        raise NotOpened("damaged or moved") from None


def sealed_with(blob: bytes) -> str:
    """The id of the key that sealed the blob (for rotation). Raises NotOpened when it is no sealed value."""
    if len(blob) < 2 or blob[0] != _VERSION or len(blob) < 2 + blob[1] + _NONCE:
        raise NotOpened("not a sealed value")
    try:
        return blob[2 : 2 + blob[1]].decode()
    except UnicodeDecodeError:
        raise NotOpened("not a sealed value") from None


class Keyring:
    """The key-encryption keys by id, one of them active, and the root of the blind-index keys."""

    def __init__(self, keys: Mapping[str, bytes], active_id: str, index_root: bytes) -> None:
        if any(len(key) != KEY_BYTES for key in (*keys.values(), index_root)) or active_id not in keys:
            raise ValueError("a keyring needs 32-byte keys and an active one among them")
        self.keys = dict(keys)
        self.active_id = active_id
        self._index_root = index_root

    @classmethod
    def new(cls) -> Self:
        """A ring with one fresh key."""
        return cls({"k1": new_key()}, "k1", new_key())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a ring. Raises PermissionError when group or others may read the file, ValueError when
        damaged.
        """
        stored = json.loads(read_private(path))
        keys = {name: base64.b64decode(value) for name, value in stored["keys"].items()}
        return cls(keys, stored["active"], base64.b64decode(stored["index_root"]))

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Read the ring at `path`, or make one there (mode 0600). A damaged ring is never replaced."""
        if not path.exists():
            cls.new().save(path)
        return cls.load(path)

    def save(self, path: Path) -> None:
        """Write the ring, mode 0600, in one step."""
        keys = {name: base64.b64encode(key).decode() for name, key in self.keys.items()}
        stored = {
            "active": self.active_id,
            "keys": keys,
            "index_root": base64.b64encode(self._index_root).decode(),
        }
        write_private(path, json.dumps(stored, indent=1).encode())

    def rotate(self) -> str:
        """Add a fresh key and make it active; the older keys still open what they sealed. Returns its id."""
        self.active_id = f"k{len(self.keys) + 1}"
        self.keys[self.active_id] = new_key()
        return self.active_id

    def seal(self, plaintext: bytes, *, aad: bytes) -> bytes:
        """Seal with the active key."""
        return seal(self.keys[self.active_id], plaintext, aad=aad, key_id=self.active_id)

    def unseal(self, blob: bytes, *, aad: bytes) -> bytes:
        """Open with whichever key of the ring sealed it. Raises NotOpened."""
        return unseal(self.keys, blob, aad=aad)

    def blind_index(self, purpose: str, value: str) -> bytes:
        """HMAC-SHA256 of `value` under the key of `purpose` ("access.email"): equal values, equal index."""
        return hmac.digest(self.index_key(purpose), value.encode(), hashlib.sha256)

    def index_key(self, purpose: str) -> bytes:
        """The 32-byte key of one blind index; stays the same when the ring rotates."""
        return hmac.digest(self._index_root, b"index|" + purpose.encode(), hashlib.sha256)

    def __repr__(self) -> str:
        return f"Keyring(active_id={self.active_id!r})"

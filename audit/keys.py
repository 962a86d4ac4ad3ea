"""The keys of the audit trail: one that chains (HMAC), one that signs the head (Ed25519)."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from audit.model import SignedHead, head_message
from core.crypto import Keyring
from core.private_file import read_private, write_private

KEY_FILE = "audit-head.pem"


@dataclass(frozen=True, slots=True)
class AuditKeys:
    """Held by the process that seals, never by the database. `public_pem` may go to an outside auditor."""

    chain: bytes = field(repr=False)
    signing: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def load_or_create(cls, keyring: Keyring, folder: Path) -> Self:
        """The chain key comes from the ring, the signing key lies beside it (mode 0600).

        Raises PermissionError when others may read the file, ValueError when it holds no Ed25519 key.
        """
        pem = private_key_file(folder / KEY_FILE, _new_pem)
        signing = load_pem_private_key(pem, password=None)
        if not isinstance(signing, Ed25519PrivateKey):
            raise ValueError(f"{KEY_FILE} holds no Ed25519 key")
        return cls(keyring.index_key("audit.chain"), signing)

    @classmethod
    def generate(cls) -> Self:
        """Fresh keys that lie in no file; for tests."""
        return cls(os.urandom(32), Ed25519PrivateKey.generate())

    @property
    def public_pem(self) -> bytes:
        """The key that checks heads, in PEM."""
        return self.signing.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, position: int, hash_: bytes) -> SignedHead:
        """The signed head at `position`."""
        return SignedHead(position, hash_, self.signing.sign(head_message(position, hash_)))

    def signed(self, head: SignedHead) -> bool:
        """Whether this key signed the head."""
        try:
            self.signing.public_key().verify(head.signature, head_message(head.position, head.hash))
        except InvalidSignature:
            return False
        return True


def private_key_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of the key file at `path`, made by `make` when there is none; mode 0600.

    Two processes may start at once: the link fails for the second, who then reads the key of the first.
    """
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}.new")
        write_private(draft, make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return read_private(path)


def _new_pem() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

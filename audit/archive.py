"""The last signed head, kept outside the database: without it a shortened chain would look like a young one.

A file for a start; whoever wants more sends the heads to another machine through the same port.
"""

import json
from pathlib import Path
from typing import Protocol

from audit.model import SignedHead
from core.private_file import read_private, write_private


class HeadArchive(Protocol):
    """Where the newest signed head is kept, out of reach of whoever can write the database."""

    def read(self) -> SignedHead | None:
        """The newest head kept, None when none was yet; ValueError when it is damaged."""
        ...

    def write(self, head: SignedHead) -> None:
        """Keep `head` instead. May raise OSError."""
        ...


class HeadFile:
    """A file beside the keys, mode 0600, replaced in one step."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> SignedHead | None:
        """As HeadArchive says."""
        if not self._path.exists():
            return None
        try:
            kept = json.loads(read_private(self._path))
            return SignedHead(kept["position"], bytes.fromhex(kept["hash"]), bytes.fromhex(kept["signature"]))
        except (KeyError, TypeError) as error:
            raise ValueError("the archived audit head is damaged") from error

    def write(self, head: SignedHead) -> None:
        """As HeadArchive says."""
        kept = {"position": head.position, "hash": head.hash.hex(), "signature": head.signature.hex()}
        write_private(self._path, json.dumps(kept).encode())

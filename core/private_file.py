"""Files that only their owner may read: keys and passwords."""

import os
from pathlib import Path


def make_private_folder(path: Path) -> None:
    """Make `path` and every missing folder above it with mode 0700 (mkdir's own `mode` spares the parents)."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write `content` with mode 0600, whole or not at all, in a folder of mode 0700 made when missing."""
    make_private_folder(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_private(path: Path) -> bytes:
    """The content; PermissionError when group or others can read it (a copied key is a lost key)."""
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} must be readable by its owner only: chmod 600")
    return path.read_bytes()

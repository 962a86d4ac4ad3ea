"""Bulk bytes by name: a folder by default, a bucket in production. Calls block: give them a thread or a
process.

Names are generated ids such as "recordings/0192….crf", never a person's. What is stored is already encrypted.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from core.private_file import make_private_folder

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}(/[A-Za-z0-9][A-Za-z0-9._-]{0,127}){0,7}")


class Appender(Protocol):
    """One new object being written."""

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""
        ...

    def flush(self, fsync: bool = False) -> None:
        """Hand everything to the operating system; with `fsync`, to the disk."""
        ...

    def close(self) -> None:
        """Flush and let go."""
        ...


class Storage(Protocol):
    """Where bulk bytes live. A bad name raises ValueError, a missing object FileNotFoundError."""

    def append(self, name: str) -> Appender:
        """Begin a new object. FileExistsError when the name is taken: objects are never written twice."""
        ...

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """Up to `length` bytes (all when None) from `offset`; shorter at the end."""
        ...

    def size(self, name: str) -> int:
        """Length in bytes."""
        ...

    def exists(self, name: str) -> bool:
        """Whether there is such an object."""
        ...

    def delete(self, name: str) -> None:
        """Remove; nothing happens when it is already gone."""
        ...

    def list(self, prefix: str = "") -> Iterator[str]:
        """Names that begin with `prefix`, in order."""
        ...


class FileAppender:
    """Appends to one file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> None:
        """Add bytes at the end (buffered until flush)."""
        self._file.write(data)

    def flush(self, fsync: bool = False) -> None:
        """To the operating system, which keeps it when this process is killed; `fsync`: to the disk."""
        self._file.flush()
        if fsync:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Flush and close."""
        self._file.close()


class FolderStorage:
    """Objects as files below `root`: folders 0700, files 0600."""

    def __init__(self, root: Path) -> None:
        self._root = root
        make_private_folder(root)
        root.chmod(0o700)

    def append(self, name: str) -> FileAppender:
        """Begin a new file. FileExistsError when the name is taken."""
        path = self._path(name)
        make_private_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        return FileAppender(os.fdopen(descriptor, "ab"))

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """Up to `length` bytes (all when None) from `offset`."""
        with self._path(name).open("rb") as file:
            file.seek(offset)
            return file.read() if length is None else file.read(length)

    def size(self, name: str) -> int:
        """Length in bytes."""
        return self._path(name).stat().st_size

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return self._path(name).is_file()

    def delete(self, name: str) -> None:
        """Remove; nothing happens when it is already gone."""
        self._path(name).unlink(missing_ok=True)

    def list(self, prefix: str = "") -> Iterator[str]:
        """Names that begin with `prefix`, in order."""
        names = (path.relative_to(self._root).as_posix() for path in self._root.rglob("*") if path.is_file())
        return iter(sorted(name for name in names if name.startswith(prefix)))

    def _path(self, name: str) -> Path:
        """Generated names have no dot segment, no leading dot and no absolute path: refuse everything else."""
        if not _NAME.fullmatch(name):
            raise ValueError("not a storage name")
        return self._root / name

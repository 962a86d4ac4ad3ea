"""`python -m media.composing.child`: one composition, told on standard input, progress on standard output.

Says lines of JSON: {"percent": 0-96}, and at last {"bytes", "seconds"} or {"failed": true}. Ends when its standard
input does: its owner is gone then.
"""

import json
import os
import select
import sys
import time
from contextlib import suppress

import av

from core.crypto import ChunkReader, ChunkWriter
from core.crypto_file import DamagedFile
from core.storage import FolderStorage
from media.composing.compose import compose
from media.composing.mp4 import ScratchFile, index_first
from media.composing.pictures import Piece
from media.composing.work import ComposingWork, StoredPiece, read_work

NICE = 10
TELL_EVERY_S = 0.5
COPYING = 4  # percent left for moving the index to the front


class _OwnerGone(Exception):
    """Nobody waits for the result."""


def run(work: ComposingWork) -> dict[str, object]:
    """Compose, seal and store. Leaves no scratch file, and nothing at all when it fails."""
    storage = FolderStorage(work.root)
    try:
        return _composed(work, storage)
    except BaseException:
        storage.delete(work.out)
        raise
    finally:
        storage.delete(work.scratch)


def _composed(work: ComposingWork, storage: FolderStorage) -> dict[str, object]:
    pieces = [piece for stored in work.pieces if (piece := _piece(work, storage, stored)) is not None]
    growing = ChunkWriter(storage.append(work.scratch), work.key, work.scratch.encode())
    scratch = ScratchFile(growing)
    seconds = compose(pieces, scratch, _Progress().tell)
    growing.close()
    finished = ChunkWriter(storage.append(work.out), work.key, work.out.encode())
    stored = ChunkReader(storage, work.scratch, work.key, work.scratch.encode())
    size = 0
    for part in index_first(stored, scratch.changes):
        finished.write(part)
        size += len(part)
    finished.close()
    return {"bytes": size, "seconds": seconds}


def _piece(work: ComposingWork, storage: FolderStorage, stored: StoredPiece) -> Piece | None:
    name = stored.storage_name
    try:
        content = ChunkReader(storage, name, work.key, name.encode())
    except (DamagedFile, FileNotFoundError):
        return None  # nothing of it was on the disk when the recorder was killed
    return Piece(stored.person, stored.kind, stored.start, stored.end, content)


class _Progress:
    """Says how far it is every `TELL_EVERY_S`, and looks whether somebody still listens."""

    def __init__(self) -> None:
        self._due = 0.0

    def tell(self, share: float) -> None:
        if select.select([sys.stdin], [], [], 0)[0]:
            raise _OwnerGone
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + TELL_EVERY_S
            _say({"percent": int(share * (100 - COPYING))})


def _say(message: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main() -> int:
    """0 when the file is there, 1 when it cannot be made."""
    with suppress(OSError):
        os.nice(NICE)
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as told:  # `select` must see what is left
        work = read_work(told.readline())
    try:
        _say(run(work))
    except (av.FFmpegError, ValueError, DamagedFile) as error:
        _say({"failed": True, "kind": type(error).__name__})
        return 1
    except (_OwnerGone, BrokenPipeError):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

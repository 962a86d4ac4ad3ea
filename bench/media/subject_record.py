"""Our `record`: the real RecorderServer, its segments sealed in chunks on disk; the heard sound is counted.

The database rows of a segment and the voice activity detector stand behind the sink and are not in this figure: the
stock peer has neither.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.media.control import serve
from core.crypto import ChunkWriter, new_key
from core.ids import new_id
from core.storage import FolderStorage
from media.ports import Samples, SegmentKind
from media.recording import RecorderServer


class Segment:
    def __init__(self, storage: FolderStorage) -> None:
        name = f"{new_id()}.segment"
        self.gaps = 0
        self._chunks = ChunkWriter(storage.append(name), new_key(), name.encode())

    def write(self, data: bytes) -> None:
        self._chunks.write(data)

    def flush(self) -> None:
        self._chunks.flush()

    def gap(self, start: float, end: float, kind: str) -> None:
        self.gaps += 1

    async def extend(self, end: float) -> None:
        return

    async def close(self, end: float, cleanly: bool, more: bool = False) -> None:
        await asyncio.to_thread(self._chunks.close if cleanly else self._chunks.abandon)


class Sink:
    def __init__(self, folder: Path) -> None:
        self._storage = FolderStorage(folder)
        self.samples = 0

    async def open_segment(
        self, visit_id: UUID, participant_id: UUID, start: float, kind: SegmentKind
    ) -> Segment:
        return Segment(self._storage)

    async def on_audio(
        self, visit_id: UUID, participant_id: UUID, at_seconds: float, samples: Samples
    ) -> None:
        self.samples += len(samples)

    async def on_audio_end(self, visit_id: UUID, participant_id: UUID) -> None:
        return


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


async def main(path: Path, folder: Path) -> None:
    sink = Sink(folder)
    server = RecorderServer(path, sink)
    await server.start()

    async def state(asked: dict[str, Any]) -> dict[str, float]:
        return {"heard_s": sink.samples / 16_000, "written": _bytes_in(folder)}

    await serve({"state": state})
    await server.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))

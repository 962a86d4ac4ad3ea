"""A speech process without a model: ``python -m tests.integration.transcription.scripted_child FOLDER``.

What it does with a batch, the first sample of each request says: 1 answers, 2 kills the process with the batch,
3 kills it unless the request is alone, 4 finds no memory unless alone, 5 finds none at all, 6 hangs, 7 raises. Each
batch leaves a line in FOLDER/batches; while FOLDER/wait exists, no batch is answered.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from transcription.child import serve
from transcription.frames import frame, pack_start
from transcription.model import Request, Transcription

ANSWER, KILL, KILL_TOGETHER, FULL_TOGETHER, FULL, HANG, RAISE = range(1, 8)


class Scripted:
    """Tells the second sample of each request as text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def transcribe(self, requests: Sequence[Request]) -> list[Transcription]:
        orders = [int(request.samples[0]) for request in requests]
        with (self.folder / "batches").open("a", encoding="utf-8") as file:
            file.write(" ".join(str(int(request.samples[1])) for request in requests) + "\n")
        while (self.folder / "wait").exists():
            time.sleep(0.005)
        for order in orders:
            self._do(order, alone=len(orders) == 1)
        return [Transcription(f"{int(request.samples[1])} {request.once}", 1.0, 0.0) for request in requests]

    def _do(self, order: int, alone: bool) -> None:
        if order == KILL or (order == KILL_TOGETHER and not alone):
            os.kill(os.getpid(), signal.SIGKILL)
        if order == FULL or (order == FULL_TOGETHER and not alone):
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        if order == HANG:
            time.sleep(600)
        if order == RAISE:
            raise ValueError("said words")


if __name__ == "__main__":
    sys.stdout.buffer.write(frame(pack_start(None)))
    sys.stdout.flush()
    sys.exit(serve(sys.stdin.buffer, sys.stdout.buffer, Scripted(Path(sys.argv[1]))))

"""A recorder in a process of its own, for the tests that kill it. Prints `ready`; writes `closed` when a
segment was."""

import asyncio
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from media.recording import RecorderServer
from tests.integration.media.meeting import FileSegment, FileSink


class _Segment(FileSegment):
    async def close(self, end: float, cleanly: bool, more: bool) -> None:
        await super().close(end, cleanly, more)
        (self.path.parent / "closed").touch()


class _Sink(FileSink):
    segment = _Segment


async def main(folder: Path) -> None:
    server = RecorderServer(folder / "recorder.sock", _Sink(folder))
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("ready", flush=True)  # noqa: T201 - the test waits for it
    await stop.wait()
    await server.close()


asyncio.run(main(Path(sys.argv[1])))

"""The owner's side of the child that composes: asyncio in front, minutes of decoding and encoding behind."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from media.composing.work import ComposingWork, StoredPiece

__all__ = ["ComposingFailed", "ComposingLost", "ComposingProcess", "ComposingWork", "StoredPiece"]

SILENCE_S = 300.0  # the longest step without a word is moving the index of a very long visit to the front
_ROOT = Path(__file__).resolve().parents[2]

OnProgress = Callable[[int], Awaitable[bool]]
"""Given the percent done; False stops the work."""


class ComposingFailed(Exception):
    """The pieces cannot be composed; it would fail again."""


class ComposingLost(Exception):
    """The child died or hung; worth another try."""


class ComposingProcess:
    """`run` one work at a time each; the child is gone when it returns, whatever happens."""

    async def run(self, work: ComposingWork, on_progress: OnProgress) -> tuple[int, float] | None:
        """(bytes, seconds) of the stored file; None when `on_progress` said stop.

        Raises ComposingFailed, ComposingLost.
        """
        path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "media.composing.child"),
            stdin=PIPE,
            stdout=PIPE,
            env=os.environ | {"PYTHONPATH": path},
        )
        try:
            assert child.stdin is not None
            child.stdin.write(work.line())
            await child.stdin.drain()
            return await _followed(child, on_progress)
        except (OSError, ValueError) as error:
            raise ComposingLost from error
        finally:
            await _end(child)


async def _followed(child: Process, on_progress: OnProgress) -> tuple[int, float] | None:
    assert child.stdout is not None
    while True:
        try:
            async with asyncio.timeout(SILENCE_S):
                line = await child.stdout.readline()
        except TimeoutError as error:
            raise ComposingLost from error
        if not line:
            raise ComposingLost
        said = json.loads(line)
        if "percent" in said:
            if not await on_progress(int(said["percent"])):
                return None
        elif "failed" in said:
            raise ComposingFailed(str(said.get("kind", "")))
        else:
            return int(said["bytes"]), float(said["seconds"])


async def _end(child: Process) -> None:
    """Closing its input ends a child that still works, and lets it clear up; what does not end is killed."""
    if child.stdin is not None:
        child.stdin.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(5.0):
            await child.wait()
    if child.returncode is None:
        child.kill()
        await child.wait()

"""Runs `tests.contract.fuzz` beside the server under test."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

ROOT = Path(__file__).parents[2]
TIMEOUT = 240.0  # seconds


async def fuzzed(url: str, examples: int, cookie: str, *left_out: str) -> int:
    """How many operations held. Fails with what schemathesis found."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.contract.fuzz", url, str(examples), cookie, *left_out,
        cwd=ROOT, stdout=PIPE, stderr=PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), TIMEOUT)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()[-6000:]
    return int(out.decode().split()[-1])

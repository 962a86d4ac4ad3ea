"""Damaged offers through the whole media plane: one error or an answer, and nothing left behind."""

import asyncio
import random
import time
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from media import MalformedOffer
from tests.fuzz.targets import seeds
from tests.integration.media.meeting import LOOPBACK, meeting, until

pytestmark = pytest.mark.integration
SEED = 20_261_120


def damaged(text: str, chance: random.Random) -> str:
    """A few lines dropped, doubled, moved, or with some characters changed."""
    lines = text.split("\r\n")
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, lines[chance.randrange(len(lines))])
            case 2:
                lines[at], lines[-at] = lines[-at], lines[at]
            case _:
                cut = chance.randrange(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + chance.choice("0 9:=x") + lines[at][cut + 1 :]
    return "\r\n".join(lines)


def sockets() -> int:
    return sum(
        1 for fd in Path("/proc/self/fd").iterdir() if fd.is_symlink() and "socket" in str(fd.readlink())
    )


async def test_a_damaged_offer_is_answered_or_has_the_one_error() -> None:
    chance = random.Random(SEED)
    whole = max(seeds("sdp"), key=len).decode("latin-1")
    kept = [data.decode("latin-1") for data in seeds("sdp")]
    before, running, answered, refused = sockets(), asyncio.all_tasks(), 0, 0
    async with meeting(replace(LOOPBACK, seats=1, close_timeout_s=1.0)) as (plane, _):
        visit, who = uuid4(), uuid4()
        begun = time.monotonic()
        for offer in [*kept, *(damaged(whole, chance) for _ in range(120))]:
            try:
                assert "a=fingerprint" in await plane.connect(visit, who, offer), SEED
                answered += 1
            except MalformedOffer:
                refused += 1
            if answered >= 25 or time.monotonic() - begun > 30:
                break  # an answer costs a handshake's preparation, a refusal nothing
        await plane.disconnect(visit, who)
        assert answered >= 3, SEED  # it was not the first look that refused them all
        assert refused >= 10, SEED
    await until(lambda: sockets() <= before)
    await until(lambda: asyncio.all_tasks() <= running)  # aioice looks every 20 ms whether it was closed

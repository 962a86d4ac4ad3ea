"""Three sources of each participant through the whole plane, with aiortc's own clients."""

import asyncio
import gc
from uuid import uuid4

import pytest

from media.line import MediaLine
from media.simulated import SimulatedParticipant, TestPicture
from tests.integration.media.meeting import joined, meeting, until

pytestmark = pytest.mark.integration


async def test_voice_camera_and_screen_arrive_and_are_accounted_for() -> None:
    visit, sharer, viewer = uuid4(), uuid4(), uuid4()
    async with meeting() as (plane, _):
        one = SimulatedParticipant(
            lambda offer: plane.connect(visit, sharer, offer),
            listen=("127.0.0.1",),
            screen=TestPicture(5),
        )
        await one.join()
        two = await joined(plane, visit, viewer)
        seen = two.received[0]
        await until(lambda: seen.audio > 30 and seen.video > 8 and seen.screen > 8)
        await until(lambda: plane.figures(visit, viewer)["down"]["screen"].bitrate_bps > 0)
        up, down = plane.figures(visit, sharer)["up"], plane.figures(visit, viewer)["down"]
        assert {source for source, figures in up.items() if figures.packets} == {
            "microphone",
            "camera",
            "screen",
        }
        assert all(down[source].packets <= up[source].packets + 50 for source in up)
        assert up["camera"].loss == 0.0
        assert plane.figures(visit, uuid4()) == {"up": {}, "down": {}}
        assert two.received[1].audio == 0
        for person in (one, two):
            await person.leave()


async def test_a_closed_connection_is_forgotten_with_its_line() -> None:
    """The guard knows the line and the line the connection: nothing of it may stay."""
    visit, others = uuid4(), _lines()
    async with meeting() as (plane, _):
        for _ in range(3):
            who = uuid4()
            person = await joined(plane, visit, who)
            await person.leave()
            await plane.disconnect(visit, who)
        del person
        await asyncio.sleep(0.2)
        assert _lines() <= others


def _lines() -> int:
    """How many there are; the line under test is held by nobody else."""
    gc.collect()
    return sum(type(thing) is MediaLine for thing in gc.get_objects())

"""The line in front of the copying threads is bounded, and one copy serves all who ask for it."""

import asyncio
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest

from media import clips
from media.copying import LINE, WORKERS, CopyLine, Seekable
from media.errors import RecordingBusy, RecordingNotFound
from media.http import InMemory
from media.ports import SeekableBytes

SEGMENT, SOURCE = UUID(int=1), InMemory(b"recorded")


@pytest.fixture
def line() -> Iterator[CopyLine]:
    line = CopyLine()
    yield line
    line.close()


class Copies:
    """Stands in for the copying: counts, and waits to be let go."""

    def __init__(self, broken: bool = False) -> None:
        self.made, self.go, self._broken = 0, threading.Event(), broken

    def __call__(self, source: SeekableBytes) -> bytes:
        self.made += 1
        assert self.go.wait(10)
        if self._broken:
            raise RecordingNotFound
        return source.read(0, source.size) + b" seekable"


async def test_who_asks_while_a_copy_is_made_gets_that_copy(
    line: CopyLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "seekable", copies := Copies())
    seekable = Seekable(line)
    asked = [asyncio.create_task(seekable.of(SEGMENT, SOURCE)) for _ in range(40)]  # more than the line holds
    await asyncio.sleep(0)
    asked[0].cancel()  # hangs up
    await asyncio.sleep(0)
    copies.go.set()
    assert {await task for task in asked[1:]} == {b"recorded seekable"}
    assert await seekable.of(SEGMENT, SOURCE) == b"recorded seekable"
    assert copies.made == 1
    await seekable.of(SEGMENT, InMemory(b"recorded more"))
    assert copies.made == 2


async def test_a_copy_that_fails_is_told_to_all_and_not_kept(
    line: CopyLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "seekable", copies := Copies(broken=True))
    copies.go.set()
    seekable = Seekable(line)
    told = await asyncio.gather(*(seekable.of(SEGMENT, SOURCE) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in told] == [RecordingNotFound] * 3
    monkeypatch.setattr(clips, "seekable", lambda source: b"well")
    assert await seekable.of(SEGMENT, SOURCE) == b"well"


async def test_a_full_line_refuses_and_an_answer_under_way_waits(line: CopyLine) -> None:
    go = threading.Event()
    inside = [asyncio.create_task(line.run(lambda: go.wait(10))) for _ in range(WORKERS + LINE)]
    await asyncio.sleep(0)
    with pytest.raises(RecordingBusy):
        await line.run(lambda: True)
    patient = asyncio.create_task(line.run(lambda: True, patient=True))
    await asyncio.sleep(0)
    assert not patient.done()
    go.set()
    assert await patient
    assert all(await asyncio.gather(*inside))
    assert await line.run(lambda: True)

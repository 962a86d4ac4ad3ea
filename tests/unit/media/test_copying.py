"""The line in front of the reading threads is bounded, and one look serves all who ask for it."""

import asyncio
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest

from media import copying
from media.copying import LINE, WORKERS, CopyLine, Indexes
from media.errors import RecordingBusy, RecordingNotFound
from media.http import InMemory
from media.ports import SeekableBytes

SEGMENT, SOURCE = UUID(int=1), InMemory(b"recorded")


@pytest.fixture
def line() -> Iterator[CopyLine]:
    line = CopyLine()
    yield line
    line.close()


class Looks:
    """Stands in for the index: counts, and waits to be let go."""

    def __init__(self, broken: bool = False) -> None:
        self.made, self.go, self._broken = 0, threading.Event(), broken

    def __call__(self, source: SeekableBytes) -> str:
        self.made += 1
        assert self.go.wait(10)
        if self._broken:
            raise RecordingNotFound
        return f"{source.size} bytes, indexed"


async def test_who_asks_while_a_recording_is_looked_through_gets_that_look(
    line: CopyLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "IndexedRecording", looks := Looks())
    indexes = Indexes(line)
    asked = [asyncio.create_task(indexes.of(SEGMENT, SOURCE)) for _ in range(40)]  # more than the line holds
    await asyncio.sleep(0)
    asked[0].cancel()  # hangs up
    await asyncio.sleep(0)
    looks.go.set()
    assert {str(await task) for task in asked[1:]} == {"8 bytes, indexed"}
    assert str(await indexes.of(SEGMENT, SOURCE)) == "8 bytes, indexed"
    assert looks.made == 1
    await indexes.of(SEGMENT, InMemory(b"recorded more"))
    assert looks.made == 2


async def test_a_look_that_fails_is_told_to_all_and_not_kept(
    line: CopyLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "IndexedRecording", looks := Looks(broken=True))
    looks.go.set()
    indexes = Indexes(line)
    told = await asyncio.gather(*(indexes.of(SEGMENT, SOURCE) for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in told] == [RecordingNotFound] * 3
    monkeypatch.setattr(copying, "IndexedRecording", lambda source: "well")
    assert str(await indexes.of(SEGMENT, SOURCE)) == "well"


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

"""What drafts remember of a talk goes when the bus says that its visit changed, or was away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import pytest

from app.flows import VISIT_CHANGED
from app.work import forget_what_was_said
from clinical_language.remembering import forget, remembered
from core.bus import RESUMED, Event

asked: list[str] = []


@remembered
def length(text: str) -> int:
    asked.append(text)
    return len(text)


class Bus:
    """Tells these topics, then nothing more."""

    def __init__(self, *topics: str) -> None:
        self.topics = topics

    async def listen(self, stop: asyncio.Event) -> AsyncIterator[Event]:
        for topic in self.topics:
            yield Event(topic, {"visit_id": "one"})


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget()
    asked.clear()
    yield
    forget()


@pytest.mark.parametrize(
    ("topic", "times"), [(VISIT_CHANGED, 2), (RESUMED, 2), ("utterance.completed", 1), ("note.changed", 1)]
)
async def test_a_withdrawal_drops_what_drafts_remember_and_other_events_do_not(
    topic: str, times: int
) -> None:
    length("a cough")
    await forget_what_was_said(cast("Any", Bus(topic)), asyncio.Event())
    length("a cough")
    assert asked == ["a cough"] * times

"""Open lines: firm words grow, the closed utterance has the last word, and what nobody finishes or agrees to goes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from app.open_lines import SILENT_SECONDS, OpenLines
from app.open_speech import WORDS_HEARD, OpenWord, OpenWords
from clinical_store import Participant, ParticipantState, UtteranceState, UtteranceView
from clinical_store.errors import UtteranceNotFound
from core.bus import Event
from core.crypto import new_key
from core.errors import InvalidInput, Unavailable
from core.ids import new_id

KEY, VISIT = new_key(), new_id()
EPOCH = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MARIA = Participant(
    id=new_id(),
    visit_id=VISIT,
    account_id=new_id(),
    role="patient",
    display_name="Maria",
    state=ParticipantState.ADMITTED,
)


def words(text: str, end: float, start: float = 2.0) -> OpenWords:
    spoken = tuple(OpenWord(text=one, confidence=0.9, start=None, end=None) for one in text.split())
    return OpenWords(participant_id=MARIA.id, start=start, end=end, words=spoken)


class Screens:
    """signaling's RoomServer, a store that knows Maria, and the keys, written by hand."""

    def __init__(self) -> None:
        self.agreed, self.now, self.away = True, 50.0, False
        self.shown: list[Mapping[str, Any]] = []
        self.stored: UtteranceView | None = None
        self.lines = OpenLines(
            cast("Any", self), cast("Any", self), self, cast("Any", self), monotonic=lambda: self.now
        )

    def transcribed(self, visit_id: UUID) -> datetime | None:
        return EPOCH if self.agreed and visit_id == VISIT else None

    def refused(self, visit_id: UUID) -> bool:
        return not self.agreed

    async def push_utterance(self, visit_id: UUID, view: Mapping[str, Any]) -> None:
        assert visit_id == VISIT
        self.shown.append(view)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        if self.away:
            raise Unavailable
        yield

    async def participants(self, session: object, visit_id: UUID) -> list[Participant]:
        return [MARIA]

    async def utterance_shown(self, session: object, utterance_id: UUID) -> UtteranceView:
        if self.stored is None:
            raise UtteranceNotFound
        return self.stored

    async def of(self, visit_id: UUID) -> bytes:
        return KEY

    # what the test does

    async def hear(self, heard: OpenWords) -> None:
        await self.lines.show(Event(WORDS_HEARD, heard.event(VISIT, KEY)))

    async def tell(self, topic: str, heard: OpenWords) -> None:
        ids = {"visit_id": str(VISIT), "utterance_id": str(heard.utterance_id)}
        await self.lines.show(Event(topic, ids))

    @property
    def seen(self) -> list[tuple[str, str, int | None]]:
        return [(one["state"], one["text"], one["firm"]) for one in self.shown]


@pytest.fixture
def screens() -> Screens:
    return Screens()


async def test_words_are_shown_as_they_are_heard_and_become_firm(screens: Screens) -> None:
    await screens.hear(words("my chess", 3.0))
    await screens.hear(words("my chest hurts", 4.0))
    assert screens.seen == [("open", "my chess", 0), ("open", "my chest hurts", 1)]
    last = screens.shown[-1]
    assert (last["id"], last["speaker"], last["speaker_name"]) == (
        str(words("", 0).utterance_id),
        "patient",
        "Maria",
    )
    assert (last["start"], last["end"], last["revision"], last["source"]) == (2.0, 4.0, 0, None)


async def test_an_older_hearing_that_comes_late_is_not_shown(screens: Screens) -> None:
    await screens.hear(words("my chest", 4.0))
    await screens.hear(words("my", 3.0))
    assert screens.seen == [("open", "my chest", 0)]


@pytest.mark.parametrize("topic", ["utterance.added", "utterance.completed"])
async def test_after_the_end_no_hearing_is_shown(screens: Screens, topic: str) -> None:
    await screens.hear(words("my chest", 3.0))
    await screens.tell(topic, words("", 0))
    await screens.hear(words("my chest hurts", 4.0))
    assert screens.seen == [("open", "my chest", 0)]


async def test_a_line_nobody_hears_of_any_more_disappears(screens: Screens) -> None:
    await screens.hear(words("my chest", 3.0))
    screens.now += SILENT_SECONDS - 0.1
    await screens.lines.sweep()
    assert len(screens.shown) == 1
    screens.now += 0.2
    await screens.lines.sweep()
    await screens.lines.sweep()
    assert screens.seen[1:] == [("empty", "", None)]
    assert screens.shown[1]["id"] == screens.shown[0]["id"]


async def test_a_line_that_is_being_completed_stays_however_long_it_takes(screens: Screens) -> None:
    await screens.hear(words("my chest", 3.0))
    await screens.tell("utterance.added", words("", 0))
    screens.now += 10 * SILENT_SECONDS
    await screens.lines.sweep()
    assert len(screens.shown) == 1


async def test_whoever_missed_the_end_shows_what_the_record_has(screens: Screens) -> None:
    await screens.hear(words("my chest", 3.0))
    final = UtteranceView.model_validate({**screens.shown[0], "state": "final", "text": "My chest."})
    screens.stored = final
    screens.now += SILENT_SECONDS + 0.1
    await screens.lines.sweep()
    assert screens.seen[-1] == (UtteranceState.FINAL, "My chest.", 0)


async def test_a_withdrawal_takes_the_line_away_for_good(screens: Screens) -> None:
    await screens.hear(words("my chest", 3.0))
    screens.agreed = False
    await screens.lines.sweep()
    await screens.hear(words("my chest hurts", 4.0))
    screens.agreed = True
    await screens.hear(words("my chest hurts here", 5.0))
    assert screens.seen == [("open", "my chest", 0), ("empty", "", None)]


@pytest.mark.parametrize(("state", "shown"), [("pending", "empty"), ("final", "final")])
async def test_after_a_withdrawal_only_what_was_written_before_stays(
    screens: Screens, state: str, shown: str
) -> None:
    await screens.hear(words("my chest", 3.0))
    await screens.tell("utterance.added", words("", 0))
    screens.stored = UtteranceView.model_validate({**screens.shown[0], "state": state, "text": "My chest."})
    screens.agreed = False
    await screens.lines.sweep()
    assert screens.seen[-1][0] == shown


async def test_nothing_is_shown_where_nobody_agreed_or_the_room_is_elsewhere(screens: Screens) -> None:
    screens.agreed = False
    await screens.hear(words("my chest", 3.0))
    assert screens.shown == []


async def test_words_moved_to_another_utterance_are_refused(screens: Screens) -> None:
    event = words("my chest", 3.0).event(VISIT, KEY)
    with pytest.raises(InvalidInput):
        await screens.lines.show(Event(WORDS_HEARD, {**event, "utterance_id": str(new_id())}))
    with pytest.raises(InvalidInput):
        await screens.lines.show(Event(WORDS_HEARD, {**event, "sealed": "00ff"}))
    assert screens.shown == []
    assert "chest" not in str(event)


@pytest.mark.parametrize("end_ms", [None, [], {}, "soon", 1.5, -1, 2**53])
async def test_an_event_that_is_not_ours_is_refused_as_a_value(screens: Screens, end_ms: object) -> None:
    """The room server passes over a ValueError; anything else would end it, and with it every call."""
    event = words("my chest", 3.0).event(VISIT, KEY) | {"end_ms": cast("Any", end_ms)}
    with pytest.raises(ValueError, match="milliseconds"):
        await screens.lines.show(Event(WORDS_HEARD, event))
    assert screens.shown == []


async def test_a_withdrawal_takes_the_line_away_also_while_the_record_cannot_be_read(
    screens: Screens,
) -> None:
    await screens.hear(words("my chest", 3.0))
    screens.away = True
    screens.now += SILENT_SECONDS + 1
    with pytest.raises(Unavailable):
        await screens.lines.sweep()
    assert screens.seen[-1][0] == "open", "what the record has comes with the next sweep"
    screens.agreed = False
    await screens.lines.sweep()
    assert screens.seen[-1] == ("empty", "", None)

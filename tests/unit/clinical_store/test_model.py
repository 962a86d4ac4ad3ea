"""Visits, speakers and transcripts as values."""

from uuid import UUID

import pytest

from clinical_store.model import VisitStatus, join_path, milliseconds, speaker_of
from clinical_store.transcript_model import DEMO_NOTICE, UtteranceState, UtteranceView, notice_of, status_of

ALLOWED = {
    ("scheduled", "waiting"),
    ("scheduled", "in_progress"),
    ("scheduled", "ended"),
    ("waiting", "scheduled"),
    ("waiting", "in_progress"),
    ("waiting", "ended"),
    ("in_progress", "ended"),
}


@pytest.mark.parametrize("before", VisitStatus)
@pytest.mark.parametrize("after", VisitStatus)
def test_a_visit_only_goes_where_it_may(before: VisitStatus, after: VisitStatus) -> None:
    assert before.may_become(after) == (before is after or (before.value, after.value) in ALLOWED)


@pytest.mark.parametrize(
    ("role", "speaker"),
    [("doctor", "doctor"), ("nurse", "doctor"), ("patient", "patient"), ("guest", "companion")],
)
def test_who_speaks_as_what(role: str, speaker: str) -> None:
    assert speaker_of(role) == speaker


def test_the_join_path_holds_an_id_only() -> None:
    assert join_path(UUID(int=5)) == f"/visits/{UUID(int=5)}"


def test_times_are_whole_milliseconds_and_never_before_the_epoch() -> None:
    assert (milliseconds(1.2345), milliseconds(-0.02)) == (1234, 0)


def said(state: UtteranceState) -> UtteranceView:
    return UtteranceView(
        id=UUID(int=1),
        participant_id=UUID(int=2),
        speaker="patient",
        speaker_name="",
        start=0,
        end=1,
        text="",
        confidence=None,
        state=state,
        revision=0,
        source=None,
        words=(),
        written=(),
        suggestions=(),
        changed=(),
        warnings=(),
        language=None,
        problem=None,
        firm=None,
    )


def test_a_transcript_is_complete_when_it_was_heard_to_the_end_and_nothing_waits() -> None:
    waiting, final = said(UtteranceState.PENDING), said(UtteranceState.FINAL)
    assert status_of(VisitStatus.IN_PROGRESS, [final], heard_to_the_end=True) == "live"
    assert status_of(VisitStatus.ENDED, [final], heard_to_the_end=False) == "completing"
    assert status_of(VisitStatus.ENDED, [final, waiting], heard_to_the_end=True) == "completing"
    assert status_of(VisitStatus.ENDED, [final], heard_to_the_end=True) == "complete"


def test_the_demo_model_says_so() -> None:
    assert notice_of([None, "demo", "base.en"]) == DEMO_NOTICE
    assert notice_of([None, "base.en"]) is None

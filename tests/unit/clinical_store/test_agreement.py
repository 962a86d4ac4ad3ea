"""When everybody agreed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clinical_store.agreement import Decision, agreement, may_be_written

DOCTOR, PATIENT, COMPANION = (UUID(int=number) for number in range(1, 4))
ZERO = datetime(2030, 1, 7, 9, tzinfo=UTC)


def yes(who: UUID, second: int) -> Decision:
    return Decision(who, ZERO + timedelta(seconds=second), granted=True)


def no(who: UUID, second: int) -> Decision:
    return Decision(who, ZERO + timedelta(seconds=second), granted=False)


def seconds(moment: datetime | None) -> float | None:
    return (moment - ZERO).total_seconds() if moment else None


@pytest.mark.parametrize(
    ("decisions", "stretches"),
    [
        ([], []),
        ([yes(DOCTOR, -5)], []),
        ([yes(DOCTOR, -5), yes(PATIENT, 2)], [(2, None)]),
        ([yes(PATIENT, 2), yes(DOCTOR, -5)], [(2, None)]),
        ([yes(DOCTOR, 0), yes(PATIENT, 2), no(PATIENT, 9), yes(PATIENT, 20)], [(2, 9), (20, None)]),
        ([yes(DOCTOR, 0), yes(PATIENT, 2), no(PATIENT, 2)], []),
        ([yes(DOCTOR, 0), yes(PATIENT, 2), no(COMPANION, 1)], []),
    ],
)
def test_agreed_only_while_everybody_says_yes(
    decisions: list[Decision], stretches: list[tuple[float, float | None]]
) -> None:
    found = agreement(decisions, [DOCTOR, PATIENT])
    assert [(seconds(stretch.begin), seconds(stretch.end)) for stretch in found] == stretches


def test_nobody_there_is_no_agreement() -> None:
    assert agreement([], []) == ()


@pytest.mark.parametrize(
    ("decisions", "began", "written"),
    [
        ([], 5, True),
        ([yes(DOCTOR, 0), yes(PATIENT, 2)], 5, True),
        ([yes(PATIENT, 2), no(PATIENT, 9)], 5, False),
        ([yes(PATIENT, 2), no(PATIENT, 9)], 12, False),
        ([yes(PATIENT, 2), no(PATIENT, 9), yes(PATIENT, 20)], 5, False),
        ([yes(PATIENT, 2), no(PATIENT, 9), yes(PATIENT, 20)], 19, False),
        ([yes(PATIENT, 2), no(PATIENT, 9), yes(PATIENT, 20)], 20, True),
        ([yes(PATIENT, 2), no(PATIENT, 9), yes(PATIENT, 9)], 9, True),
        ([no(PATIENT, 1), yes(PATIENT, 2), yes(DOCTOR, 3)], 4, True),
        # Somebody who joined later and was never asked took nothing back.
        ([yes(DOCTOR, 0), yes(PATIENT, 2), yes(COMPANION, 30)], 5, True),
        # Who withdrew and left: what was said until then stays unwritten, the others go on.
        ([yes(COMPANION, 2), no(COMPANION, 9)], 5, False),
        ([yes(COMPANION, 2), no(COMPANION, 9)], 12, True),
    ],
)
def test_what_was_not_written_at_a_withdrawal_stays_unwritten(
    decisions: list[Decision], began: int, written: bool
) -> None:
    assert may_be_written(ZERO + timedelta(seconds=began), decisions, [DOCTOR, PATIENT]) is written

"""When everybody agreed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clinical_store.agreement import Decision, agreement

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

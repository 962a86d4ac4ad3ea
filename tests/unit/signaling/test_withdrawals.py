"""What is kept of a withdrawal until it is written."""

from uuid import UUID

from access import Actor, Role
from access.permissions import ROLE_PERMISSIONS
from signaling.withdrawals import Withdrawal, Withdrawals

VISIT, OTHER_VISIT, PERSON = (UUID(int=number) for number in range(1, 4))
ACTOR = Actor(PERSON, UUID(int=9), Role.PATIENT, ROLE_PERMISSIONS[Role.PATIENT], "")


def no(visit_id: UUID = VISIT) -> Withdrawal:
    return Withdrawal(visit_id, PERSON, "record", ACTOR, "1")


def test_the_newest_is_kept_until_it_is_the_one_that_was_written() -> None:
    kept, first, second = Withdrawals(), no(), no()
    kept.keep(first)
    kept.keep(second)
    kept.written(first)
    assert kept.find(PERSON, "record") is second
    assert kept.find(PERSON, "transcribe") is None
    kept.written(second)
    assert kept.waiting() == []


def test_a_refused_one_is_not_tried_again_but_still_corrects_the_room() -> None:
    kept, refused = Withdrawals(), no()
    kept.keep(refused)
    kept.refused(refused)
    assert kept.waiting() == []
    assert kept.of(VISIT) == [refused]
    assert kept.of(OTHER_VISIT) == []

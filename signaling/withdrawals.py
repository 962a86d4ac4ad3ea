"""Withdrawals of consent that hold already but are not in the database yet.

A withdrawal takes effect when it arrives; writing it down may fail or take time. Until it is written the
database still says yes, so a room read from it must be corrected with what is kept here.
"""

from dataclasses import dataclass
from uuid import UUID
from weakref import WeakSet

from access import Actor
from clinical_store import Purpose


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Withdrawal:
    """One person's no for one purpose. Two of the same content are still two: only what was written goes."""

    visit_id: UUID
    participant_id: UUID
    purpose: Purpose
    actor: Actor
    text_version: str


class Withdrawals:
    """Of one process; the newest for each person and purpose."""

    def __init__(self) -> None:
        self._kept: dict[tuple[UUID, Purpose], Withdrawal] = {}
        self._hopeless: WeakSet[Withdrawal] = WeakSet()

    def keep(self, withdrawal: Withdrawal) -> None:
        self._kept[withdrawal.participant_id, withdrawal.purpose] = withdrawal

    def written(self, withdrawal: Withdrawal) -> None:
        """Forget this one; a newer one stays."""
        key = withdrawal.participant_id, withdrawal.purpose
        if self._kept.get(key) is withdrawal:
            del self._kept[key]

    def refused(self, withdrawal: Withdrawal) -> None:
        """The record will never take this one (its writer may not any more); it holds in memory all the same."""
        self._hopeless.add(withdrawal)

    def find(self, participant_id: UUID, purpose: Purpose) -> Withdrawal | None:
        return self._kept.get((participant_id, purpose))

    def waiting(self) -> list[Withdrawal]:
        """What to try once more."""
        return [withdrawal for withdrawal in self._kept.values() if withdrawal not in self._hopeless]

    def of(self, visit_id: UUID) -> list[Withdrawal]:
        return [withdrawal for withdrawal in self._kept.values() if withdrawal.visit_id == visit_id]

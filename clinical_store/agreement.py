"""When everybody agreed: the stretches of a visit in which a purpose was consented to, as pure values.

Used where speech becomes text later than it was said: what was said while transcription was off, and what
was not yet written when somebody withdrew, must stay unwritten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's answer and its moment."""

    participant_id: UUID
    at: datetime
    granted: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Agreed from `begin` until `end` (None: still)."""

    begin: datetime
    end: datetime | None


def agreement(decisions: Iterable[Decision], present: Iterable[UUID]) -> tuple[Stretch, ...]:
    """The stretches in which everybody who is `present` or ever decided said yes; unknown is no.

    On the careful side: who refused and left still counts, for it is not kept when they left.
    """
    ordered = sorted(decisions, key=lambda decision: decision.at)
    says = dict.fromkeys([*present, *(decision.participant_id for decision in ordered)], False)
    stretches: list[Stretch] = []
    for decision in ordered:
        says[decision.participant_id] = decision.granted
        agreed, open_stretch = all(says.values()), bool(stretches) and stretches[-1].end is None
        if agreed and not open_stretch:
            stretches.append(Stretch(decision.at, None))
        elif open_stretch and not agreed:
            stretches[-1] = Stretch(stretches[-1].begin, decision.at)
    return tuple(stretch for stretch in stretches if stretch.begin != stretch.end)


def may_be_written(began: datetime, decisions: Iterable[Decision], admitted: Iterable[UUID]) -> bool:
    """Whether speech that began at `began` may still become text; `decisions` in the order they were made.

    Nobody's refusal may stand between the speech and now. It ends with a new yes, for what is said from
    then on, or when who refused is no longer admitted, for what is said after the refusal.
    """
    present = frozenset(admitted)
    refused: dict[UUID, datetime] = {}
    heard_from: dict[UUID, datetime] = {}
    for decision in decisions:
        if not decision.granted:
            refused[decision.participant_id] = decision.at
        elif decision.participant_id in refused:
            del refused[decision.participant_id]
            heard_from[decision.participant_id] = decision.at
    if not present.isdisjoint(refused):
        return False
    return all(began >= moment for moment in (*refused.values(), *heard_from.values()))

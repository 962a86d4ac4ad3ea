"""When everybody agreed: the stretches of a visit in which a purpose was consented to, as pure values.

Used where a recording is heard again later: what was said while transcription was off must stay unwritten.
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

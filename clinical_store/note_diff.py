"""What changed from one version of a note to another, line by line; words within a line the page compares. Pure."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from clinical_store.note import Frozen, Statement
from clinical_store.note_merge import unmoved

Change = Literal["added", "removed", "edited", "moved"]


class LineChange(Frozen):
    """One line that differs. An edited one may have been moved as well; `before` or `after` null: it was not there."""

    id: UUID
    change: Change
    before: Statement | None
    after: Statement | None


class NoteDiff(Frozen):
    """The lines that differ, in the order of the later note, those taken out at the end. Version 0: the draft."""

    from_version: int
    to_version: int
    changes: tuple[LineChange, ...]


def changes_between(before: Sequence[Statement], after: Sequence[Statement]) -> tuple[LineChange, ...]:
    """Every line that is not the same in both, or stands elsewhere."""
    old, new = {line.id: line for line in before}, {line.id: line for line in after}
    still = unmoved(list(old), list(new))
    changes = [
        LineChange(id=line_id, change=change, before=old.get(line_id), after=new.get(line_id))
        for line_id in {**new, **old}
        if (change := _change(old.get(line_id), new.get(line_id), line_id in still))
    ]
    return tuple(changes)


def _change(before: Statement | None, after: Statement | None, still: bool) -> Change | None:
    if before is None or after is None:
        return "added" if before is None else "removed"
    if (before.text, before.state, before.evidence) != (after.text, after.state, after.evidence):
        return "edited"
    return None if still and before.section == after.section else "moved"

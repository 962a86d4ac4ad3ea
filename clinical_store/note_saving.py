"""What is saved when somebody sends the note: their lines, brought together with what others saved meanwhile. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import JsonValue

from clinical_store.errors import NoteConflict, OrderUnknown
from clinical_store.note import (
    SOAP,
    DismissReason,
    MergedLine,
    NoteEdits,
    NoteVersion,
    OrderFound,
    OrderStatus,
    Statement,
)
from clinical_store.note_editing import Ground, dismissed_after, must_be_different, revise
from clinical_store.note_merge import Clash, Merged, base_before_saves, merge_lines, pick


@dataclass(frozen=True, slots=True)
class Content:
    """What a version holds. `merged`: whose changes met in it, empty where nobody else had saved."""

    statements: tuple[Statement, ...]
    dismissed_keys: tuple[str, ...]
    dismissed_reasons: Mapping[str, DismissReason]
    orders: tuple[OrderFound, ...]
    template: str
    merged: tuple[MergedLine, ...] = ()

    def is_in(self, version: NoteVersion | None) -> bool:
        """Whether that version says the same already."""
        return version is not None and (
            version.statements == self.statements
            and version.dismissed_keys == self.dismissed_keys
            and version.dismissed_reasons == self.dismissed_reasons
            and version.orders == self.orders
            and (version.template or SOAP) == self.template
        )


def content_of(ground: Ground, edits: NoteEdits, new_id: Callable[[], UUID]) -> Content:
    """Raises StatementRepeated, OrderUnknown, NoteConflict."""
    merged = _together(ground, edits, revise(ground, edits.statements, new_id))
    statuses, order_conflicts = _decided(ground, edits)
    if merged.conflicts or order_conflicts:
        conflicts: list[JsonValue] = [conflict.model_dump(mode="json") for conflict in merged.conflicts]
        raise NoteConflict(
            conflicts=conflicts,
            order_conflicts=order_conflicts,
            current_version=ground.saved.version if ground.saved else 0,
        )
    must_be_different(merged.lines)
    dismissed = dismissed_after(ground.saved, merged.lines, edits.dismissed_keys)
    reasons = {**(ground.saved.dismissed_reasons if ground.saved else {}), **edits.dismissed_reasons}
    return Content(
        statements=merged.lines,
        dismissed_keys=dismissed,
        dismissed_reasons={key: reason for key, reason in reasons.items() if key in dismissed},
        orders=_orders(ground, statuses),
        template=_template(ground, edits.template),
        merged=merged.changed,
    )


def _together(ground: Ground, edits: NoteEdits, yours: tuple[Statement, ...]) -> Merged:
    saved, base = ground.saved, ground.base
    if saved is None or (base and base.version == saved.version):
        return Merged(yours, ())
    if base:
        return merge_lines(base.statements, saved.statements, yours)
    taken_in = {key for line in (*saved.statements, *yours) for key in line.merged_keys}
    gone = {*saved.dismissed_keys, *edits.dismissed_keys, *taken_in}
    before = base_before_saves(ground.drafted, saved.statements, yours, gone)
    return merge_lines(before, saved.statements, yours)


def _decided(ground: Ground, edits: NoteEdits) -> tuple[dict[str, OrderStatus], list[JsonValue]]:
    """What became of each order that was decided on, and where two decided differently."""
    base, theirs = _statuses(ground.base), _statuses(ground.saved)
    decided, conflicts = dict(theirs), list[JsonValue]()
    for key, yours in edits.order_status.items():
        before, now = base.get(key, "offered"), theirs.get(key, "offered")
        try:
            decided[key] = pick(before, now, yours)
        except Clash:
            conflicts.append({"key": key, "base": before, "theirs": now, "yours": yours})
    return decided, conflicts


def _statuses(version: NoteVersion | None) -> dict[str, OrderStatus]:
    return {order.key: order.status for order in (version.orders if version else ())}


def _template(ground: Ground, yours: str | None) -> str:
    """Headings are no content: of two that were chosen the later stands."""
    base, theirs = (
        version.template or SOAP if version else ground.template for version in (ground.base, ground.saved)
    )
    return theirs if yours in (None, base) else yours


def _orders(ground: Ground, decided: Mapping[str, OrderStatus]) -> tuple[OrderFound, ...]:
    """Each as it was when it was decided on: what the draft says of it later does not change it."""
    versions = [version.orders for version in (ground.base, ground.saved) if version]
    known = {order.key: order for orders in (ground.draft.orders, *versions) for order in orders}
    if not decided.keys() <= known.keys():
        raise OrderUnknown
    orders = (known[key].model_copy(update={"status": status}) for key, status in decided.items())
    return tuple(order for order in orders if order.status != "offered")


def shown_orders(saved: NoteVersion | None, found: Sequence[OrderFound]) -> tuple[OrderFound, ...]:
    """What was decided on, in the place where the draft has it, and what else it found."""
    decided = {order.key: order for order in (saved.orders if saved else ())}
    there = tuple(decided.pop(order.key, order) for order in found)
    return (*there, *decided.values())

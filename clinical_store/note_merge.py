"""Two saves of one note brought together, line by line, by what each changed since the version both know.

Three-way and pure. A line is one line by its id. Per line its words (with who wrote them), section, state and codes are
told apart; other lines and other parts of one line go together. Both changed one part differently, or one took away
what the other changed: that is a conflict, and nothing is chosen for anybody. Where a line stands is no content: moved
by both, it stands where it was put first.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, TypeVar
from uuid import UUID

from clinical_store.note import Frozen, MergedLine, Origin, Statement

T = TypeVar("T")
B = TypeVar("B", bool, str)
Lines = Sequence[Statement]


class LineConflict(Frozen):
    """One line that two people changed differently; None where it is not there."""

    id: UUID
    base: Statement | None
    theirs: Statement | None
    yours: Statement | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The lines in their order, and who changed which. With `conflicts` the lines are no note."""

    lines: tuple[Statement, ...]
    changed: tuple[MergedLine, ...]
    conflicts: tuple[LineConflict, ...] = ()


class Clash(Exception):
    """Both changed the same thing differently."""


def merge_lines(base: Lines, theirs: Lines, yours: Lines) -> Merged:
    """`theirs` and `yours` both come from `base`. The same three give the same answer; no line is lost unseen."""
    yours = _twins(base, theirs, yours)
    sides = (_by_id(base), _by_id(theirs), _by_id(yours))
    lines: dict[UUID, Statement] = {}
    conflicts = []
    for line_id in dict.fromkeys(line.id for side in (base, theirs, yours) for line in side):
        three = [side.get(line_id) for side in sides]
        try:
            line = _merged(*three)
        except Clash:
            conflicts.append(LineConflict(id=line_id, base=three[0], theirs=three[1], yours=three[2]))
        else:
            lines |= {line_id: line} if line else {}
    order = _order([[line.id for line in side] for side in (base, theirs, yours)], lines)
    return Merged(tuple(lines[line_id] for line_id in order), tuple(_changed(*sides)), tuple(conflicts))


def pick(base: T | None, theirs: T, yours: T) -> T:
    """What was changed wins over what was not. Raises Clash."""
    if theirs in (yours, base):
        return yours
    if yours == base:
        return theirs
    raise Clash


def base_before_saves(
    drafted: Lines, theirs: Lines, yours: Lines, gone: Collection[str]
) -> tuple[Statement, ...]:
    """What both began from when nothing was saved yet: the machine's draft as it was shown to them, which nobody kept.

    A line in the machine's own words is one that nobody edited. A line that only one side has was in it if its key is
    in `gone` (waved away or merged by the other), else the draft grew by it meanwhile.
    """
    draft, mine, other = _by_id(drafted), _by_id(yours), _by_id(theirs)
    ids = dict.fromkeys(line.id for side in (drafted, theirs, yours) for line in side)
    found = [_as_drafted(draft.get(line_id), other.get(line_id), mine.get(line_id)) for line_id in ids]
    known = mine.keys() & other.keys()
    return tuple(line for line in found if line and (line.id in known or line.key in gone))


def _as_drafted(
    draft: Statement | None, theirs: Statement | None, yours: Statement | None
) -> Statement | None:
    by_machine = [line for line in (theirs, yours) if line and line.origin is Origin.DRAFT]
    line = by_machine[0] if by_machine else draft
    if line is None:
        return None
    return line.model_copy(update={"section": (draft or line).section, "reviewed": False})


def _by_id(lines: Lines) -> dict[UUID, Statement]:
    return {line.id: line for line in lines}


def _twins(base: Lines, theirs: Lines, yours: Lines) -> Lines:
    """Your new lines that say what a new line of theirs says, in one section, are that line: a save sent twice."""
    known, here = {line.id for line in base}, {line.id for line in yours}
    new = {(line.section, line.text): line for line in theirs if line.id not in known | here}
    known |= {line.id for line in theirs}

    def named(line: Statement) -> Statement:
        twin = None if line.id in known else new.pop((line.section, line.text), None)
        return line.model_copy(update={"id": twin.id, "key": twin.key}) if twin else line

    return [named(line) for line in yours]


# --- one line ----------------------------------------------------------------------------------------------


def _merged(base: Statement | None, theirs: Statement | None, yours: Statement | None) -> Statement | None:
    """None: taken away. Raises Clash."""
    if theirs == yours:
        return theirs
    if theirs and yours:
        return _both(base, theirs, yours)
    left = theirs or yours
    if base is None or left is None:
        return left
    if _content(left) != _content(base):
        raise Clash
    return None


def _content(line: Statement) -> tuple[object, ...]:
    return (line.section, line.text, line.state, line.codes, line.evidence, line.merged_keys)


def _both(base: Statement | None, theirs: Statement, yours: Statement) -> Statement:
    sides = (theirs, yours)
    text = pick(base.text if base else None, theirs.text, yours.text)
    authors = [side for side in sides if side.text == text]
    author = next((side for side in authors if base is None or side.origin != base.origin), authors[0])
    evidence = _together(base.evidence if base else (), theirs.evidence, yours.evidence)
    # Who wrote these words knows what they were written beside; the other side read other ones.
    heard = {**_latest(*sides), **_latest(*authors)}
    # A machine's line without evidence cannot exist: what is left of it is a person's.
    origin = author.origin if evidence else Origin.CLINICIAN
    read = any(side.reviewed and side.text == text for side in sides) or origin is Origin.CLINICIAN
    return author.model_copy(
        update={
            "section": pick(base.section if base else None, theirs.section, yours.section),
            "state": pick(base.state if base else None, theirs.state, yours.state),
            "codes": pick(base.codes if base else None, theirs.codes, yours.codes),
            "evidence": evidence,
            "heard": tuple(heard.get(said, 0) for said in evidence) if heard else (),
            "origin": origin,
            "reviewed": read and _either(base.reviewed if base else None, theirs.reviewed, yours.reviewed),
            "merged_keys": _together(base.merged_keys if base else (), theirs.merged_keys, yours.merged_keys),
            "basis": _either(base.basis if base else None, theirs.basis, yours.basis),
        }
    )


def _either(base: B | None, theirs: B, yours: B) -> B:
    """What is no content never conflicts: changed by both, the greater stands, whoever saved first."""
    try:
        return pick(base, theirs, yours)
    except Clash:
        return max(theirs, yours)


def _together(base: Sequence[T], theirs: Sequence[T], yours: Sequence[T]) -> tuple[T, ...]:
    """What neither took away, then what either added."""
    try:
        return tuple(pick(tuple(base), tuple(theirs), tuple(yours)))
    except Clash:
        left = {*theirs} & {*yours}
        return (*(one for one in base if one in left), *sorted({*theirs, *yours} - {*base}, key=str))


def _latest(*sides: Statement) -> dict[UUID, int]:
    heard: dict[UUID, int] = {}
    for side in sides:
        for said, revision in zip(side.evidence, side.heard, strict=False):
            heard[said] = max(revision, heard.get(said, 0))
    return heard


# --- their order -------------------------------------------------------------------------------------------


def _order(sides: Sequence[Sequence[UUID]], alive: Collection[UUID]) -> list[UUID]:
    """Lines that nobody moved stand as they stood; after each come the lines that were put there.

    Of lines put at one place by both, those of the smaller id come first, whoever saved first.
    """
    base, theirs, yours = sides
    still_theirs, still_yours = unmoved(base, theirs), unmoved(base, yours)
    spine = [line for line in base if line in still_theirs & still_yours and line in alive]
    put_by_them = {*theirs} - still_theirs
    put_by_you = {*yours} - still_yours - put_by_them
    runs: dict[UUID | None, list[list[UUID]]] = {}
    for side, put in ((theirs, put_by_them), (yours, put_by_you)):
        for after, run in _runs(side, {*spine}, put & {*alive}):
            runs.setdefault(after, []).append(run)
    ordered: list[UUID] = []
    for line in (None, *spine):
        ordered += [line] if line else []
        ordered += chain.from_iterable(sorted(runs.get(line, ()), key=lambda run: str(run[0])))
    return ordered


def unmoved(base: Sequence[UUID], side: Sequence[UUID]) -> set[UUID]:
    """The most lines of `base` that stand on this side in the order they had (longest increasing subsequence)."""
    place = {line: at for at, line in enumerate(base)}
    ends: list[int] = []  # ends[n]: the earliest place at which a sequence of n + 1 lines ends
    last: list[UUID] = []
    before: dict[UUID, UUID | None] = {}
    for line in (line for line in side if line in place):
        length = bisect_left(ends, place[line])
        before[line] = last[length - 1] if length else None
        ends[length : length + 1], last[length : length + 1] = [place[line]], [line]
    unmoved: set[UUID] = set()
    at = last[-1] if last else None
    while at is not None:
        unmoved.add(at)
        at = before[at]
    return unmoved


def _runs(
    side: Sequence[UUID], spine: Collection[UUID], own: Collection[UUID]
) -> Iterable[tuple[UUID | None, list[UUID]]]:
    """For each line of the spine (None: the beginning) the own lines that follow it on this side."""
    after: UUID | None = None
    run: list[UUID] = []
    for line in side:
        if line in spine:
            if run:
                yield after, run
            after, run = line, []
        elif line in own:
            run.append(line)
    if run:
        yield after, run


def _changed(
    base: Mapping[UUID, Statement], theirs: Mapping[UUID, Statement], yours: Mapping[UUID, Statement]
) -> Iterable[MergedLine]:
    for line in {**base, **theirs, **yours}:
        by_them, by_you = (side.get(line) != base.get(line) for side in (theirs, yours))
        by: Literal["theirs", "yours", "both"] = (
            "both" if by_them and by_you else "theirs" if by_them else "yours"
        )
        if by_them or by_you:
            yield MergedLine(id=line, by=by)

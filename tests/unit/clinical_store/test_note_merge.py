"""Two saves of one note: what goes together, what is a conflict, and that no line is ever lost unseen."""

from collections.abc import Sequence
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from clinical_store.note import Origin, Statement
from clinical_store.note_merge import Merged, base_before_saves, merge_lines

Lines = tuple[Statement, ...]


def line(number: int, text: str = "", **more: object) -> Statement:
    given: dict[str, object] = {
        "id": UUID(int=number),
        "key": f"key.{number}",
        "section": "plan",
        "text": text or f"Line {number}.",
        "evidence": (UUID(int=900),),
        "origin": "draft",
        **more,
    }
    return Statement.model_validate(given)


def lines(*numbers: int) -> Lines:
    return tuple(line(number) for number in numbers)


def numbers_of(merged: Merged) -> list[int]:
    return [one.id.int for one in merged.lines]


def test_other_lines_go_together() -> None:
    base = lines(1, 2, 3)
    theirs = (line(1, "Theirs."), *base[1:])
    yours = (*base[:2], line(3, "Yours."), line(4))
    merged = merge_lines(base, theirs, yours)
    assert [one.text for one in merged.lines] == ["Theirs.", "Line 2.", "Yours.", "Line 4."]
    assert {one.id.int: one.by for one in merged.changed} == {1: "theirs", 3: "yours", 4: "yours"}


def test_other_parts_of_one_line_go_together() -> None:
    base = lines(1)
    theirs = (line(1, "Reworded.", origin="clinician", reviewed=True),)
    yours = (line(1, section="assessment"),)
    (merged,) = merge_lines(base, theirs, yours).lines
    assert (merged.text, merged.section, merged.origin) == ("Reworded.", "assessment", Origin.CLINICIAN)


def test_one_line_changed_by_both_is_a_conflict_that_shows_all_three() -> None:
    base, theirs, yours = (line(1),), (line(1, "Theirs."),), (line(1, "Yours."),)
    (conflict,) = merge_lines(base, theirs, yours).conflicts
    assert (conflict.base, conflict.theirs, conflict.yours) == (base[0], theirs[0], yours[0])


def test_taken_away_by_one_and_changed_by_the_other_is_a_conflict() -> None:
    (conflict,) = merge_lines(lines(1), (), (line(1, "Yours."),)).conflicts
    assert (conflict.theirs, conflict.yours and conflict.yours.text) == (None, "Yours.")


def test_taken_away_by_one_and_only_accepted_by_the_other_is_gone() -> None:
    merged = merge_lines(lines(1, 2), lines(2), (line(1, reviewed=True), line(2)))
    assert (numbers_of(merged), merged.conflicts) == ([2], ())


def test_an_acceptance_is_of_the_words_it_was_given_to() -> None:
    """You accepted the line while they put other words of the machine's there: nobody has accepted those."""
    base, theirs = (line(1),), (line(1, "The machine's newer words."),)
    (merged,) = merge_lines(base, theirs, (line(1, reviewed=True),)).lines
    assert (merged.text, merged.reviewed) == ("The machine's newer words.", False)
    (same,) = merge_lines(base, base, (line(1, reviewed=True),)).lines
    assert same.reviewed


def test_words_of_one_side_count_as_read_beside_what_that_side_was_shown() -> None:
    """They accepted the line beside the corrected words; you reworded it on a page that still showed the old ones."""
    base = (line(1, heard=(1,)),)
    theirs, yours = (
        (line(1, heard=(2,), reviewed=True),),
        (line(1, "Yours.", heard=(1,), origin="clinician"),),
    )
    (merged,) = merge_lines(base, theirs, yours).lines
    assert (merged.text, merged.heard) == ("Yours.", (1,))
    (accepted,) = merge_lines(base, base, theirs).lines
    assert accepted.heard == (2,)


def test_evidence_of_both_is_kept_and_what_one_took_away_is_gone() -> None:
    base = (line(1, evidence=(UUID(int=901), UUID(int=902))),)
    theirs = (line(1, evidence=(UUID(int=901), UUID(int=902), UUID(int=903))),)
    yours = (line(1, evidence=(UUID(int=902), UUID(int=904))),)
    (merged,) = merge_lines(base, theirs, yours).lines
    assert [said.int for said in merged.evidence] == [902, 903, 904]


def test_a_machine_line_that_lost_all_evidence_is_a_persons() -> None:
    base = (line(1, evidence=(UUID(int=901), UUID(int=902))),)
    theirs, yours = (line(1, evidence=(UUID(int=901),)),), (line(1, evidence=(UUID(int=902),)),)
    (merged,) = merge_lines(base, theirs, yours).lines
    assert (merged.evidence, merged.origin) == ((), Origin.CLINICIAN)


def test_both_move_other_lines() -> None:
    merged = merge_lines(lines(1, 2, 3, 4, 5), lines(2, 3, 4, 5, 1), lines(4, 1, 2, 3, 5))
    assert numbers_of(merged) == [4, 2, 3, 5, 1]


def test_a_line_moved_by_both_stands_where_it_was_put_first() -> None:
    merged = merge_lines(lines(1, 2, 3, 4), lines(2, 3, 1, 4), lines(2, 3, 4, 1))
    assert (numbers_of(merged), merged.conflicts) == ([2, 3, 1, 4], ())


def test_a_save_sent_twice_adds_its_new_lines_once() -> None:
    typed = line(7, "Rest.", key="clinician:7", origin="clinician")
    again = line(8, "Rest.", key="clinician:8", origin="clinician")
    assert numbers_of(merge_lines(lines(1), (*lines(1), typed), (*lines(1), again))) == [1, 7]
    twice_meant = merge_lines(lines(1), (*lines(1), typed), (*lines(1), again, line(9, "Rest.", key="x")))
    assert numbers_of(twice_meant) == [1, 7, 9]


def test_before_the_first_save_the_machines_words_are_what_nobody_edited() -> None:
    drafted = lines(1, 2, 3)
    theirs = (line(1, "Theirs.", origin="clinician"), line(2), line(3))
    yours = (line(1), line(3, "Yours.", origin="clinician"))
    base = base_before_saves(drafted, theirs, yours, {"key.2"})
    merged = merge_lines(base, theirs, yours)
    assert [one.text for one in merged.lines] == ["Theirs.", "Yours."]


def test_a_line_by_which_the_draft_grew_between_two_first_saves_is_no_removal() -> None:
    theirs, yours = lines(1, 2), lines(1)
    base = base_before_saves(lines(1, 2), theirs, yours, ())
    assert numbers_of(merge_lines(base, theirs, yours)) == [1, 2]


# --- for any three notes -----------------------------------------------------------------------------------

IDS = st.lists(st.integers(1, 8), unique=True, max_size=8)


@st.composite
def notes(draw: st.DrawFn) -> Lines:
    """Lines of few ids and words in any order, so that equal and different changes both happen."""
    return tuple(
        line(
            number,
            draw(st.sampled_from(["", "One.", "Two."])),
            section=draw(st.sampled_from(["plan", "assessment"])),
            reviewed=draw(st.booleans()),
            origin=draw(st.sampled_from(["draft", "clinician"])),
            evidence=tuple(UUID(int=900 + said) for said in draw(IDS)) or (UUID(int=900),),
        )
        for number in draw(IDS)
    )


@given(notes(), notes(), notes())
def test_no_line_is_lost_unseen_and_the_answer_is_always_the_same(
    base: Lines, theirs: Lines, yours: Lines
) -> None:
    merged = merge_lines(base, theirs, yours)
    assert merged == merge_lines(base, theirs, yours)
    shown = {one.id for one in merged.lines} | {one.id for one in merged.conflicts}
    texts = {(one.section, one.text) for one in merged.lines}
    for side, other in ((theirs, yours), (yours, theirs)):
        gone = {one.id for one in base} - {one.id for one in other}
        for one in side:
            assert one.id in shown or one.id in gone or (one.section, one.text) in texts
    assert len({one.id for one in merged.lines}) == len(merged.lines)


@given(notes(), notes())
def test_who_changed_nothing_gets_the_others_note(base: Lines, changed: Lines) -> None:
    for merged in (
        merge_lines(base, changed, base),
        merge_lines(base, base, changed),
        merge_lines(base, changed, changed),
    ):
        assert merged.lines == changed
        assert merged.conflicts == ()


@given(notes(), notes(), notes())
def test_a_conflict_is_one_whoever_saved_first(base: Lines, theirs: Lines, yours: Lines) -> None:
    one, other = merge_lines(base, theirs, yours), merge_lines(base, yours, theirs)
    assume(not _twins(base, theirs, yours))
    assert [(it.id, it.theirs, it.yours) for it in sorted(one.conflicts, key=_id)] == [
        (it.id, it.yours, it.theirs) for it in sorted(other.conflicts, key=_id)
    ]


@given(notes(), st.data())
def test_disjoint_edits_give_one_note_whoever_saved_first(base: Lines, data: st.DataObject) -> None:
    """One of the two moves lines as well: of an exchange of places nobody can say which line was moved."""
    mine = set(data.draw(st.lists(st.sampled_from([one.id.int for one in base] or [0]), unique=True)))
    yours = _edited(base, mine, data.draw(st.permutations(sorted(mine))), "Yours.", (11, 12))
    others = {one.id.int for one in base} - mine
    theirs = _edited(base, others, [one.id.int for one in base if one.id.int in others], "Theirs.", (21,))
    one, other = merge_lines(base, theirs, yours), merge_lines(base, yours, theirs)
    assert one.conflicts == other.conflicts == ()
    assert one.lines == other.lines
    assert {it.id for it in one.lines} == {it.id for it in (*theirs, *yours)} - _gone(base, theirs, yours)


def _edited(base: Lines, own: set[int], order: Sequence[int], words: str, added: Sequence[int]) -> Lines:
    """Own lines reworded, every third taken away, and moved among one another; new ones in the middle and last."""
    kept = [number for number in order if number % 3]
    own_lines = iter([line(number, words, origin="clinician", reviewed=True) for number in kept])
    note = [one if one.id.int not in own else None for one in base if one.id.int not in own or one.id.int % 3]
    moved = [one or next(own_lines) for one in note]
    fresh = [line(number, f"{words} {number}", key=f"clinician:{number}") for number in added]
    return (*moved[: len(moved) // 2], fresh[0], *moved[len(moved) // 2 :], *fresh[1:])


def _gone(base: Lines, *sides: Lines) -> set[UUID]:
    return {one.id for one in base for side in sides if one.id not in {it.id for it in side}}


def _id(conflict: object) -> str:
    return str(getattr(conflict, "id", ""))


def _twins(base: Lines, theirs: Lines, yours: Lines) -> bool:
    """Some new line of one side says what another new line of the other says."""
    old = {one.id for one in base}
    new = [{(it.section, it.text) for it in side if it.id not in old} for side in (theirs, yours)]
    return bool(new[0] & new[1])

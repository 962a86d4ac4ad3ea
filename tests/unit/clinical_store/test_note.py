"""The note's rules: draft and saved note, who wrote a line, what a signature covers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from clinical_store.errors import StatementRepeated
from clinical_store.note import (
    Addendum,
    Draft,
    DraftStatement,
    EncounterNote,
    NoteVersion,
    Origin,
    Signature,
    Statement,
    StatementEdit,
)
from clinical_store.note_editing import Ground, dismissed_after, revise, statement_id
from clinical_store.note_http import AddendumText
from clinical_store.note_seal import canonical, digest
from clinical_store.note_sheet import Sheet
from clinical_store.note_view import as_seen
from clinical_store.note_words import Words

VISIT = UUID(int=1)
SAID = UUID(int=2)
NOW = datetime(2030, 1, 7, 9, tzinfo=UTC)


def drafted(key: str, text: str = "Headache for three days.") -> DraftStatement:
    return DraftStatement(key=key, section="subjective.hpi", text=text, evidence=(SAID,))


def draft(*keys: str) -> Draft:
    return Draft(revision=3, statements=tuple(drafted(key) for key in keys))


def edit(key: str | None = None, text: str = "Headache for three days.", **fields: object) -> StatementEdit:
    given: dict[str, object] = {"evidence": (SAID,), "origin": "draft", "section": "plan", **fields}
    return StatementEdit.model_validate({"key": key, "text": text, **given})


def ground(drafted: Draft | None = None, before: NoteVersion | None = None, now: int = 1) -> Ground:
    return Ground(VISIT, drafted or Draft(), before, before, {SAID: now})


def seen(
    drafted: Draft, kept: NoteVersion | None = None, words: Words | None = None, **more: object
) -> EncounterNote:
    return as_seen(VISIT, Sheet(drafted, kept, **more), words or Words())  # type: ignore[arg-type]


def version(*lines: Statement, dismissed: tuple[str, ...] = ()) -> NoteVersion:
    return NoteVersion(
        version=1,
        author_id=UUID(int=9),
        author_name="Dr. A",
        saved_at=NOW,
        nonce=UUID(int=8),
        statements=lines,
        dismissed_keys=dismissed,
    )


def saved(*edits: StatementEdit, texts: Draft | None = None, dismissed: tuple[str, ...] = ()) -> NoteVersion:
    lines = revise(ground(texts), edits, ids())
    return version(*lines, dismissed=dismissed)


class ids:  # noqa: N801 - reads as the function it stands for
    """Ids in a row, as new_id would give them."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count(1000)

    def __call__(self) -> UUID:
        return UUID(int=next(self._numbers))


def test_before_the_first_save_the_note_is_the_live_draft() -> None:
    note = seen(draft("a", "b"))
    assert note.version == 0
    assert [line.key for line in note.statements] == ["a", "b"]
    assert all(line.origin is Origin.DRAFT for line in note.statements)
    assert note.suggestions == ()
    assert note.draft_revision == 3


def test_a_growing_draft_keeps_the_ids_of_its_lines() -> None:
    before, after = seen(draft("a")), seen(draft("b", "a"))
    assert before.statements[0].id == after.statements[1].id == statement_id(VISIT, "a")


def test_after_a_save_the_draft_never_touches_the_note_and_is_offered_beside_it() -> None:
    kept = saved(edit("a", "Doctor's words."), texts=draft("a"))
    note = seen(draft("a", "b"), kept)
    assert [line.text for line in note.statements] == ["Doctor's words."]
    assert [line.key for line in note.suggestions] == ["b"]


def test_a_dismissed_suggestion_does_not_come_back() -> None:
    kept = saved(edit("a"), texts=draft("a"), dismissed=("b",))
    assert seen(draft("a", "b", "c"), kept).suggestions[0].key == "c"


def test_taking_a_line_out_of_the_saved_note_dismisses_it() -> None:
    before = saved(edit("a"), edit("b"), texts=draft("a", "b"))
    assert dismissed_after(before, before.statements[:1], ["x"]) == ("b", "x")


def test_taking_a_dismissed_line_in_again_undoes_the_dismissal() -> None:
    before = saved(dismissed=("a",))
    lines = revise(ground(draft("a"), None), [edit("a")], ids())
    assert dismissed_after(before, lines, []) == ()


def test_an_unchanged_machine_line_stays_the_machines() -> None:
    (line,) = revise(ground(draft("a"), None), [edit("a")], ids())
    assert line.origin is Origin.DRAFT
    assert line.id == statement_id(VISIT, "a")


@pytest.mark.parametrize(
    "changed",
    [
        edit("a", "Headache for three weeks."),
        edit("unknown key"),
        edit("a", evidence=()),
        edit("a", origin="clinician"),
        edit(None),
    ],
)
def test_the_editor_cannot_pass_off_its_own_words_as_the_machines(changed: StatementEdit) -> None:
    (line,) = revise(ground(draft("a"), None), [changed], ids())
    assert line.origin is Origin.CLINICIAN


def test_a_machine_line_kept_in_a_version_stays_the_machines_when_the_draft_moved_on() -> None:
    before = saved(edit("a"), texts=draft("a"))
    moved_on = Draft(revision=9, statements=(drafted("a", "Headache for four days."),))
    (line,) = revise(ground(moved_on, before), [edit("a")], ids())
    assert line.origin is Origin.DRAFT


def test_new_lines_get_ids_and_keys_of_their_own() -> None:
    first, second = revise(ground(), [edit(None, "Rest."), edit(None, "Rest.")], ids())
    assert first.id != second.id
    assert first.key != second.key


def test_a_line_sent_twice_is_refused_not_dropped() -> None:
    with pytest.raises(StatementRepeated):
        revise(ground(), [edit("a", "One."), edit("a", "Two.")], ids())
    with pytest.raises(StatementRepeated):
        revise(ground(), [edit("a", id=SAID), edit("b", id=SAID)], ids())


def test_a_machine_line_without_evidence_cannot_exist() -> None:
    with pytest.raises(ValidationError):
        DraftStatement(key="a", section="plan", text="Invented.", evidence=())


@pytest.mark.parametrize("section", ["", "Plan", "plan.", "plan;drop", "a" * 61])
def test_odd_sections_are_refused(section: str) -> None:
    with pytest.raises(ValidationError):
        StatementEdit(section=section, text="x")


def test_a_signed_note_is_locked_and_offers_nothing() -> None:
    kept = saved(edit("a"), texts=draft("a"))
    signature = Signature(
        version=1, signer_id=UUID(int=9), signer_name="Dr. A", signed_at=NOW, sha256=digest(VISIT, kept)
    )
    added = Addendum(id=UUID(int=4), author_id=UUID(int=9), author_name="Dr. A", added_at=NOW, text="Later.")
    note = seen(draft("a", "b"), kept, signature=signature, addenda=(added,))
    assert (note.status, note.suggestions, note.signed_by) == ("signed", (), "Dr. A")
    assert note.addenda == (added,)


def test_the_digest_survives_storage_and_depends_on_every_word() -> None:
    kept = saved(edit("a", "Ünïcode \u2028 5 µg"))
    again = NoteVersion.model_validate_json(kept.model_dump_json())
    assert digest(VISIT, again) == digest(VISIT, kept)
    other = kept.model_copy(update={"statements": (kept.statements[0].model_copy(update={"text": "5 mg"}),)})
    assert digest(VISIT, other) != digest(VISIT, kept)
    assert digest(UUID(int=77), kept) != digest(VISIT, kept)
    assert b" 5 \xc2\xb5g" in canonical(VISIT, kept)


def test_what_was_signed_before_a_field_came_keeps_its_digest() -> None:
    kept = saved(edit("a"), texts=draft("a"))
    assert b"reviewed" not in canonical(VISIT, kept)
    accepted = kept.model_copy(
        update={"statements": (kept.statements[0].model_copy(update={"reviewed": True}),)}
    )
    assert digest(VISIT, accepted) != digest(VISIT, kept)


def test_a_line_may_be_sent_back_as_it_came() -> None:
    shown = seen(draft("a")).statements[0]
    assert StatementEdit.model_validate(shown.model_dump()).key == "a"


def test_equal_content_is_told_whatever_the_revision() -> None:
    assert draft("a").says_the_same(draft("a").model_copy(update={"revision": 1}))
    assert not draft("a").says_the_same(draft("a", "b"))


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(in_draft=KEYS, in_note=KEYS, dismissed=KEYS)
def test_every_machine_line_is_in_the_note_or_offered_or_was_dismissed(
    in_draft: list[str], in_note: list[str], dismissed: list[str]
) -> None:
    waved_away = tuple(set(dismissed) - set(in_note))
    kept = saved(*(edit(key) for key in in_note), texts=draft(*in_note), dismissed=waved_away)
    note = seen(draft(*in_draft), kept)
    offered = {line.key for line in note.suggestions}
    assert set(in_draft) == offered | (set(in_draft) & (set(in_note) | set(waved_away)))
    assert offered.isdisjoint({*in_note, *waved_away})
    assert [line.id for line in note.statements] == [line.id for line in kept.statements]


@pytest.mark.parametrize("unseen", ["\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\ufeff"])
def test_what_nobody_sees_is_not_kept(unseen: str) -> None:
    """A mark that turns figures round ("500" as "005") would make the page say what the paper does not."""
    typed = StatementEdit(section="plan", text=f"Take {unseen}500 mg.\nThen rest.{unseen}")
    assert typed.text == "Take 500 mg.\nThen rest."
    assert AddendumText(text=f"Pot{unseen}assium 4.1.").text == "Potassium 4.1."
    with pytest.raises(ValidationError):
        StatementEdit(section="plan", text=unseen)

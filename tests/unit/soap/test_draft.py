"""The draft of the demo consult, and what must hold for every draft."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soap import SECTIONS, DraftNote, State, Turn, as_text, draft_note

DEMO = Path(__file__).resolve().parents[3] / "app" / "demo" / "consult.json"


def demo_turns() -> list[Turn]:
    document: dict[str, Any] = json.loads(DEMO.read_text(encoding="utf-8"))
    return [Turn(turn["speaker"], turn["text"]) for turn in document["turns"]]


EXPECTED = {
    "subjective.chief_complaint": ("Left-sided headache for 3 days.", (0, 1, 2, 3, 4, 5)),
    "subjective.hpi:finding.headache": ("Headache for 3 days, left-sided, 7/10.", (0, 1, 2, 3, 4, 5)),
    "subjective.review_of_systems:general:absent": ("Constitutional: Denies fever.", (6, 7)),
    "subjective.review_of_systems:eye:absent": ("Eyes: Denies blurred vision.", (10, 11)),
    "subjective.hpi:finding.nausea": ("Nausea in the morning.", (8, 9)),
    "subjective.medications:medicine.lisinopril": ("Lisinopril 10 mg once a day.", (14, 15)),
    "subjective.allergies:medicine.penicillin": ("Allergic to penicillin.", (12, 13)),
    "subjective.social_history:habit.smoking": ("Never smoked.", (16, 17)),
    "assessment:condition.migraine": ("Migraine.", (18,)),
    "plan:treatment:please_take_ibuprofen_400_milligrams_times_day": (
        "Advised to take ibuprofen 400 mg 3 times a day.",
        (19,),
    ),
    "plan:testing:will_order_blood_test": ("Will order blood test.", (20,)),
    "plan:follow_up:come_back_weeks": ("Will follow up in 2 weeks.", (21,)),
}


def by_key(note: DraftNote) -> dict[str, tuple[str, tuple[int, ...]]]:
    return {s.key: (s.text, s.evidence) for s in note.statements}


def test_the_demo_consult() -> None:
    note = draft_note(demo_turns())
    lines = by_key(note)
    net = lines.pop(next(key for key in lines if "safety_net" in key))
    told = {text for key, (text, _) in lines.items() if ":told:" in key}
    assert {key: line for key, line in lines.items() if ":told:" not in key} == EXPECTED
    assert told <= {"Pain is on left side of head.", "Vision is fine."}
    assert net == ("Advised to call us right away if headache gets worse.", (22,))
    assert [order.kind for order in note.orders] == ["medication", "lab", "followup"]
    assert note.review == ()


def test_text_compresses_denials_and_names_silence() -> None:
    text = as_text(draft_note(demo_turns()))
    assert "- Constitutional: Denies fever.\n" in text
    assert "CHIEF COMPLAINT\n" in text
    assert (
        "\nNot discussed: past medical history, family history, vital signs, examination, results.\n" in text
    )


def test_without_punctuation_and_capitals() -> None:
    """What a small speech model writes."""
    bare = [
        Turn(t.speaker, t.text.lower().replace(".", "").replace(",", "").replace("?", ""))
        for t in demo_turns()
    ]
    keys = {key for key in by_key(draft_note(bare)) if "safety_net" not in key and ":told:" not in key}
    assert keys == set(EXPECTED)


@pytest.mark.parametrize("count", range(1, 25))
def test_keys_stay_when_turns_are_appended(count: int) -> None:
    turns = demo_turns()
    earlier = {s.key for s in draft_note(turns[: count - 1]).statements}
    assert earlier <= {s.key for s in draft_note(turns[:count]).statements}


def test_a_later_correction_wins_and_keeps_both_evidences() -> None:
    turns = [*demo_turns(), Turn("patient", "Actually, I do have a fever.")]
    note = draft_note(turns)
    fever = next(s for s in note.statements if s.key == "subjective.review_of_systems:general:present")
    assert "subjective.review_of_systems:general:absent" not in {s.key for s in note.statements}
    assert fever.state is State.PRESENT
    assert set(fever.evidence) >= {7, 24}
    assert [item.reason for item in note.review] == ["contradicted"]


# Words a speech model swaps for one another in this consult, and words that carry no finding.
SLIPS = {
    "headache": ["head", "heading", "a cake"], "fever": ["favor", "fiver"], "nausea": ["noisy"], "vision": ["mission"],
    "penicillin": ["pencil in"], "lisinopril": ["listen a pill"], "ibuprofen": ["I view"], "migraine": ["my grain"],
    "blood": ["blue", "mud"], "left": ["lift"], "seven": ["heaven"], "weeks": ["wheels"],
    "days": ["haze"], "no,": ["know"],
    "smoke": ["soak"], "pain": ["pane", "rain"], "sick": ["seek"], "test": ["text"],
    "three": ["free"], "milligrams": ["million"],
}  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_misheard_words_invent_nothing(seed: int) -> None:
    """Swapped words may cost a line; they may not bring a finding, medicine or allergen nobody spoke of."""
    rng = random.Random(seed)
    turns = []
    for turn in demo_turns():
        words = [
            rng.choice(SLIPS[w.lower().strip(".?")])
            if w.lower().strip(".?") in SLIPS and rng.random() < 0.4
            else w
            for w in turn.text.split()
        ]
        turns.append(Turn(turn.speaker, " ".join(words)))
    note = draft_note(turns)
    allowed = set(EXPECTED) | {
        "subjective.hpi:finding.pain",
        *(
            f"subjective.review_of_systems:{system}:present"
            for system in ("general", "eye", "gastrointestinal")
        ),
        "subjective.hpi:finding.nausea",
        "subjective.review_of_systems:eye:well",
        "subjective.allergies:none",
        "subjective.medications:none",
    }
    fixed = [s for s in note.statements if s.section != "plan" and "told" not in s.key.split(":")]
    extra = {s.key for s in fixed} - allowed  # plan and narrative keep the words said
    assert not {
        key
        for key in extra
        if not key.endswith(("finding.headache", "finding.fever", "finding.nausea", "finding.blurred_vision"))
    }
    for statement in note.statements:
        spoken_denial = statement.state is State.ABSENT
        if spoken_denial and "finding" in statement.key:
            said = " ".join(turns[i].text.lower() for i in statement.evidence)
            assert "no" in said or "not" in said


TALK = st.lists(
    st.one_of(
        st.sampled_from(demo_turns()),
        st.builds(
            Turn,
            st.sampled_from(["doctor", "patient", "companion"]),
            st.lists(
                st.sampled_from(
                    "i have no not a fever cough and or but my mother headache pain chest left yes do you any take "
                    "lisinopril ten milligrams "
                    "allergic to penicillin stopped gone if worse , . ? smoke two weeks ago "
                    "your blood pressure is 140 over 90 <b> \x00".split(" ")
                ),
                max_size=14,
            ).map(" ".join),
        ),
    ),
    max_size=12,
)


@settings(max_examples=120, deadline=None)
@given(TALK)
def test_every_statement_has_evidence_and_the_note_is_deterministic(turns: list[Turn]) -> None:
    note = draft_note(turns)
    assert note == draft_note(list(turns))
    assert len({s.key for s in note.statements}) == len(note.statements)
    for statement in note.statements:
        assert statement.section in SECTIONS
        assert statement.evidence == tuple(sorted(set(statement.evidence)))
        assert all(0 <= i < len(turns) and turns[i].text.strip() for i in statement.evidence)
        assert statement.text.endswith(".")
        assert 0.5 <= statement.confidence <= 1


@settings(max_examples=60, deadline=None)
@given(TALK)
def test_adding_a_turn_never_drops_an_unrelated_statement(turns: list[Turn]) -> None:
    more = [*turns, Turn("doctor", "Please take metformin five hundred milligrams twice a day.")]
    assert {s.key for s in draft_note(turns).statements} <= {s.key for s in draft_note(more).statements}


def test_order_of_the_note() -> None:
    sections = [s.section for s in draft_note(demo_turns()).statements]
    assert sections == sorted(sections, key=list(SECTIONS).index)


@pytest.mark.parametrize("speaker", ["doctor", "patient", "companion"])
def test_one_speaker_only(speaker: str) -> None:
    turns = [Turn(speaker, t.text) for t in demo_turns()]  # type: ignore[arg-type]
    assert all(s.evidence for s in draft_note(turns).statements)


def test_another_language_gives_no_lines() -> None:
    assert (
        draft_note([Turn("patient", "Ich habe seit drei Tagen Kopfschmerzen und kein Fieber.")]).statements
        == ()
    )


def test_what_is_left_open_waits_in_the_tray_and_is_no_line() -> None:
    note = draft_note(
        [Turn("doctor", "Have you got any blood in your stools?"), Turn("patient", "I'm not sure.")]
    )
    assert not [line for line in note.statements if "stool" in line.text.lower()]
    assert any("stool" in item.text.lower() for item in note.review)


def test_a_day_is_written_with_its_capital() -> None:
    note = draft_note(
        [Turn("doctor", "How long have you had the cough?"), Turn("patient", "Since Tuesday night.")]
    )
    assert any(statement.text == "Cough, since Tuesday night." for statement in note.statements)

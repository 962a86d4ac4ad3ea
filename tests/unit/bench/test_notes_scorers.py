"""The notes' scorers on tiny hand-made examples."""

from dataclasses import replace

import pytest

from bench.notes import aci, bad_input, lexicon, mts, orders, polarity, rouge, speed, whisper
from bench.notes.british_plans import read_plans, word_ranges
from bench.notes.corpora import Encounter, bracketed
from bench.notes.divisions import divide
from bench.notes.folds import fold_of
from bench.notes.orders import OrderText
from bench.notes.read_pairs import Pair
from clinical_language import State, Turn, read_consult
from soap.clauses import doctor_clauses

NOTE = """CHIEF COMPLAINT

Cough.

PHYSICAL EXAM

Lungs: clear.

RESULTS

X-ray is normal.

IMPRESSION

Cold.

PLAN

Rest."""


def test_a_note_is_divided_where_its_divisions_begin() -> None:
    parts = divide(NOTE)
    assert parts["subjective"].split() == ["CHIEF", "COMPLAINT", "Cough."]
    assert parts["objective_exam"].split()[-1] == "clear."
    assert parts["objective_results"].split()[-1] == "normal."
    assert parts["assessment_and_plan"].split() == ["IMPRESSION", "Cold.", "PLAN", "Rest."]


def test_a_missing_division_is_empty_and_silence_on_silence_is_right() -> None:
    assert divide("Cough for a week.")["objective_results"] == ""
    assert rouge.rouge1("", "") == 100
    assert rouge.rouge1("", "Clear lungs.") == 0


def test_rouge_is_of_words_without_their_endings_taken_off() -> None:
    assert rouge.rouge1("the cough", "the cough") == 100
    assert rouge.rouge1("coughs", "cough") == 0
    assert rouge.rouge1("a b c d", "a b") == pytest.approx(100 * 2 * 0.5 / 1.5)


def test_the_longest_wording_is_the_concept() -> None:
    table = lexicon.build(iter([("1", "Pain in chest"), ("2", "Chest"), ("3", "Heartburn"), ("4", "Right")]))
    assert lexicon.concepts_in(table, "right-sided pain in chest, no heartburns") == {"1", "3"}
    assert lexicon.concepts_in(table, "pain in\nchest") == {"2"}


def test_concepts_are_counted_over_all_encounters() -> None:
    pairs = [(frozenset("ab"), frozenset("a")), (frozenset(), frozenset("xyz"))]
    assert aci.concept_f1(pairs) == 100 * 2 * 1 / (2 + 1 + 3)


def test_the_oracle_takes_what_helps_and_leaves_the_rest() -> None:
    assert (
        aci.chosen(["bad cough", "nice weather", "for a week"], "bad cough for a week")
        == "bad cough\nfor a week"
    )


def test_a_line_without_a_speaker_goes_on_with_the_turn_before() -> None:
    assert bracketed("[doctor] hello\nthere\n[guest] hi") == (
        Turn("doctor", "hello there"),
        Turn("companion", "hi"),
    )


A1C = OrderText("lab", "hemoglobin a1c", "diabetes", (4,))
MRI = OrderText("imaging", "mri of the knee", "", (7, 8))


def test_equal_orders_are_scored_full() -> None:
    assert set(orders.metric(orders.pairs([A1C, MRI], [MRI, A1C])).values()) == {100.0}


def test_an_order_without_a_common_word_is_no_pair() -> None:
    found = orders.pairs([A1C], [MRI])
    assert found == [(A1C, None), (None, MRI)]
    assert orders.metric(found)["match"] == 0


def test_orders_of_one_side_only_cost() -> None:
    found = orders.metric(orders.pairs([A1C], [A1C, MRI]))
    assert found["match"] == found["order_type"] == 100 * 2 * 0.5 / 1.5
    assert orders.metric(orders.pairs([A1C], []))["average"] == 0


def test_sentences_are_numbered_through_the_dialogue() -> None:
    said = "[doctor] take 2.5 mg . then call dr. smith .\n[patient] okay"
    turns = orders.numbered(Encounter("x", bracketed(said), label=said))
    assert [[n for n, _ in turn] for turn in turns] == [[1, 2], [3]]
    assert orders.provenance(turns[0], "call smith") == (2,)
    assert orders.provenance(turns[0], "xray") == (1, 2)


def test_an_encounter_is_in_one_fold_whatever_corpus_names_it() -> None:
    assert fold_of("D2N063") == fold_of("acibench_D2N063_aci_train")
    assert len({fold_of(f"D2N{n:03}") for n in range(60)}) == 5


HEARD = [
    Turn("doctor", "Any chest pain?", 0, 2),
    Turn("patient", "No, just a cough.", 2, 4),
    Turn("doctor", "Right.", 4, 5),
]


def test_heard_words_take_the_turn_they_stand_for() -> None:
    assert whisper.attributed(HEARD, "Any chest pane? No just a bad cough.") == (
        replace(HEARD[0], text="Any chest pane?"),
        replace(HEARD[1], text="No just a bad cough."),
    )


def test_bad_input_ends_in_an_error_with_a_code_or_in_a_draft() -> None:
    assert bad_input.outcome("{") == "error transcript_not_json"
    assert bad_input.outcome('{"turns": [{"speaker": "patient", "text": "I have a cough."}]}') == "draft"


def test_consults_one_after_another_go_on_in_time() -> None:
    first = Encounter("1", (Turn("doctor", "Hello", 0, 50), Turn("patient", "Hi", 50, 60)))
    talk = list(speed.one_after_another([first, Encounter("2", (Turn("doctor", "Bye", 1, 2),))]))
    assert [(t.text, t.start, t.end) for t in talk] == [("Hello", 0, 50), ("Hi", 50, 60), ("Bye", 61, 62)]


def test_the_plain_rule_denies_what_stands_soon_after_a_denial() -> None:
    assert polarity.negex("No. Any chest pain?", "chest pain") == "N"
    assert polarity.negex("No, I am here because of the chest pain", "chest pain") == "P"


def test_confidence_is_set_against_what_is_right() -> None:
    talks = [Encounter(str(n), (), label="ROS") for n in range(4)]
    told = [("ROS", 0.95), ("CC", 0.91), ("ROS", 0.5), ("ROS", 0.52)]
    assert mts.calibration(talks, told) == [(0.51, 1.0, 2), (pytest.approx(0.93), 0.5, 2)]


@pytest.mark.parametrize(
    ("right", "found", "is_right"),
    [
        ("N", State.ABSENT, True),
        ("N", State.PRESENT, False),
        ("N", None, False),
        ("p", State.PRESENT, True),
        ("XR", State.HISTORICAL, True),
        ("-H", None, True),
    ],
)
def test_a_pair_of_which_nothing_is_read_is_wrong(right: str, found: State | None, is_right: bool) -> None:
    turn = Turn("patient", "No.")
    assert Pair("first", "fever", right, turn, turn, found, tray=False).is_right is is_right


def test_a_stretch_of_words_finds_its_clauses_again() -> None:
    consult = read_consult(
        [Turn("doctor", "It is raining. I think you have a migraine, and we will order a scan.")]
    )
    clauses = doctor_clauses(consult)
    ranges = word_ranges(consult, clauses)
    words = " ".join(s.plain for s in consult.sentences[0]).split()
    assert [" ".join(words[i] for i in found) for found in ranges] == [clause.words for clause in clauses]
    assert len(read_plans()) == 47

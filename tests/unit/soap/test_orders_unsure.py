"""What is not certain to be ordered is marked and goes to the review tray; nothing is drafted from it."""

from clinical_language import Turn
from soap import draft_note
from soap.model import UNSURE
from tests.unit.soap.test_orders import heard


def test_one_of_two_medicines_is_for_the_doctor_to_choose() -> None:
    first, second = heard("I'll give you either nitrofurantoin 100 mg or trimethoprim 200 mg twice a day.")
    assert first.details[UNSURE] == second.details[UNSURE] == "one of two that were named"


def test_two_medicines_are_two_orders() -> None:
    orders = heard("I'll give you nitrofurantoin 100 mg and paracetamol 500 mg.")
    assert [order.details.get(UNSURE) for order in orders] == [None, None]


def test_a_name_that_had_to_be_guessed_is_not_certain() -> None:
    (order,) = heard("I'm going to prescribe amoxicilyn 500 mg three times a day.")
    assert order.details[UNSURE] == "name not certain"
    assert order.details["medicine"] == "amoxicilyn"
    assert not any(name.startswith("code.") for name in order.details)


def test_what_is_said_outright_is_certain() -> None:
    (order,) = heard("I'm going to prescribe amoxicillin 500 mg three times a day.")
    assert UNSURE not in order.details


def test_what_is_not_certain_is_in_the_review_tray() -> None:
    note = draft_note(
        [
            Turn("patient", "It burns when I pee."),
            Turn("doctor", "I'll give you either nitrofurantoin 100 mg or trimethoprim 200 mg twice a day."),
        ]
    )
    items = [item for item in note.review if item.key.startswith("review:plan:medicine:")]
    assert [item.reason for item in items] == ["unclear", "unclear"]
    assert items[0].evidence == (1,)
    assert items[0].text.startswith("Nitrofurantoin 100 mg")

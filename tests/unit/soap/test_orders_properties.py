"""What holds for the orders of every talk: words that were said, the same for the same talk, none lost by more talk."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from clinical_language import Speaker, Turn, read_consult
from soap.orders import found_orders

_SAID = st.sampled_from(
    [
        "I'm going to prescribe meloxicam fifteen milligrams once a day.",
        "Let's order a hemoglobin a1c for your diabetes.",
        "I want to get an MRI of your left knee.",
        "For your second problem, your hypertension, increase the lisinopril to 20 mg a day.",
        "Come back in two weeks.",
        "If that does not work we will order an x-ray.",
        "You are on aspirin.",
        "so okay um and then we'll we'll send off some blood tests a cbc and a lipid panel",
        "My knee hurts and I have a cough.",
        "<b>order</b> \u0000 1/2 mg \u2019",
        "",
    ]
)
_SPEAKER: st.SearchStrategy[Speaker] = st.sampled_from(("doctor", "patient", "companion"))
_TALK = st.lists(st.builds(Turn, _SPEAKER, st.one_of(_SAID, st.text(max_size=60))), max_size=8)
_WEATHER = Turn("patient", "It rained all the way here.")


@settings(max_examples=40, deadline=None)
@given(_TALK)
def test_every_word_of_an_order_stands_in_its_evidence(talk: list[Turn]) -> None:
    for order in found_orders(read_consult(talk)):
        heard = " ".join(talk[turn].text.lower() for turn in order.evidence)
        assert order.evidence == tuple(sorted(set(order.evidence)))
        for word in re.findall(r"\w+", f"{order.description} {order.reason}"):
            assert word in heard or word in {"referral", "to"}


@settings(max_examples=20, deadline=None)
@given(_TALK)
def test_the_same_talk_gives_the_same_orders(talk: list[Turn]) -> None:
    assert found_orders(read_consult(talk)) == found_orders(read_consult(talk))


@settings(max_examples=20, deadline=None)
@given(_TALK)
def test_one_more_turn_drops_no_order(talk: list[Turn]) -> None:
    before = {order.key for order in found_orders(read_consult(talk))}
    assert before <= {order.key for order in found_orders(read_consult([*talk, _WEATHER]))}

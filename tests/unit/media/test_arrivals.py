"""Which of a participant's connections wins, and which are given up."""

from typing import cast
from uuid import uuid4

from media.arrivals import Arrivals
from media.candidates import ufrag_of
from media.connection import ParticipantConnection

KEY = (uuid4(), uuid4())


def tries(count: int) -> list[ParticipantConnection]:
    """Only who they are matters here."""
    return [cast("ParticipantConnection", object()) for _ in range(count)]


def test_no_more_than_three_wait_and_the_oldest_is_given_up() -> None:
    arrivals, (one, two, three, four) = Arrivals(), tries(4)
    assert arrivals.add(KEY, one) == []
    assert arrivals.add(KEY, two) == []
    assert arrivals.add(KEY, three) == []
    assert arrivals.add(KEY, four) == [one]
    assert arrivals.of(KEY) == (four, three, two)


def test_the_one_that_connects_makes_earlier_tries_pointless_and_leaves_later_ones() -> None:
    arrivals, (one, two) = Arrivals(), tries(2)
    arrivals.add(KEY, one)
    arrivals.add(KEY, two)
    assert arrivals.take(KEY, one) == []
    assert arrivals.of(KEY) == (two,)
    arrivals.add(KEY, one)
    assert arrivals.take(KEY, one) == [two]
    assert arrivals.take(KEY, two) is None


def test_a_failed_try_is_forgotten_and_a_visit_clears_only_its_own() -> None:
    arrivals, (one, two, other) = Arrivals(), tries(3)
    arrivals.add(KEY, one)
    arrivals.add((KEY[0], uuid4()), two)
    arrivals.add((uuid4(), KEY[1]), other)
    assert arrivals.drop(KEY, one)
    assert not arrivals.drop(KEY, one)
    assert arrivals.clear(KEY[0]) == [two]
    assert arrivals.clear(KEY[0]) == []


def test_a_trickled_candidate_says_whose_it_is() -> None:
    text = "candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host generation 0 ufrag h8Zk network-id 1"
    assert ufrag_of(text) == "h8Zk"
    assert ufrag_of("candidate:1 1 udp 2113937151 192.0.2.7 50000 typ host") == ""

"""Sentences on which denial, time, person and doubt go wrong; written by us, one line each in traps.txt.

`sentence | words=STATES, ...`: the state of the words is one of P present, N absent, U uncertain, H hypothetical,
X resolved, R historical, F family.
"""

from pathlib import Path

import pytest

from clinical_language import Fact, read_text

_STATE = {"P": "present", "N": "absent", "U": "uncertain", "H": "hypothetical", "X": "resolved", "R": "historical",
          "F": "family"}  # fmt: skip
_LINES = (Path(__file__).parent / "traps.txt").read_text(encoding="utf-8").splitlines()
TRAPS = [line for line in _LINES if line and not line.startswith("#")]


def _at(facts: tuple[Fact, ...], first: int, last: int) -> list[str]:
    return [fact.state.value for fact in facts if fact.span[0] < last and first < fact.span[1]]


@pytest.mark.parametrize("line", TRAPS)
def test_trap(line: str) -> None:
    text, expected = line.rsplit(" | ", 1)
    facts = read_text(text).facts
    for pair in expected.split(", "):
        words, allowed = pair.split("=")
        first = text.lower().index(words)
        states = _at(facts, first, first + len(words))
        assert states, words
        assert states[-1] in {_STATE[letter] for letter in allowed}, (words, states)

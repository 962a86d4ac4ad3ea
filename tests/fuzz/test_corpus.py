"""The kept inputs and a short, repeatable search around them: one typed error or nothing, whatever comes."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Bench, seeds


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


@pytest.mark.parametrize("name", TARGETS)
def test_kept_inputs_are_survived(name: str, bench: Bench) -> None:
    kept = seeds(name)
    assert kept
    for data in kept:
        TARGETS[name](bench, data)
        for cut in range(0, len(data), max(1, len(data) // 12)):
            TARGETS[name](bench, data[:cut])


@st.composite
def damaged(draw: st.DrawFn, kept: list[bytes]) -> bytes:
    """A kept input with some bytes changed, cut out or doubled; or bytes of chance."""
    data = bytearray(draw(st.sampled_from([*kept, b""])))
    if not data:
        return draw(st.binary(max_size=600))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.integers(0, 3)):
            case 0:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del data[at : at + draw(st.integers(1, 40))]
            case 2:
                data[at:at] = draw(st.binary(max_size=12))
            case _:
                data[at:at] = data[at : at + draw(st.integers(1, 64))]
    return bytes(data)


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_inputs_are_survived(name: str, bench: Bench) -> None:
    @settings(
        max_examples=60 if name in ("dtls", "datagram") else 250,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(seeds(name)))
    def holds(data: bytes) -> None:
        TARGETS[name](bench, data)

    holds()

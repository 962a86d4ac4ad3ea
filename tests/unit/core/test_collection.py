"""The collector's settings for a forwarding process; cycles are still found."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from core.collection import set_service_aside


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


class Node:
    def __init__(self) -> None:
        self.itself = self


def test_what_is_there_is_set_aside_and_full_collections_become_rare() -> None:
    default = gc.get_threshold()
    set_service_aside()
    assert gc.get_freeze_count() > 10_000, "the imported modules at least"
    young, middle, old = gc.get_threshold()
    assert young * middle * old > 100 * default[0] * default[1] * default[2]
    assert gc.isenabled()


def test_cycles_that_come_later_are_still_found() -> None:
    set_service_aside()
    gone = weakref.ref(Node())
    assert gone() is not None
    gc.collect()
    assert gone() is None

"""Python's cycle collector kept out of the way of a loop that forwards packets.

A full collection looks at every object that may be in a cycle: with a service imported and twenty calls' recent packets
kept that was a pause of 130 ms, several times a minute, heard in every call (measured in `bench/media`, figure delay).
What the service consists of never becomes garbage, so it is set aside; what calls leave behind is freed by reference
counting, and the rare cycles wait for a collection that looks at little.
"""

import gc

YOUNG, MIDDLE, OLD = (
    20_000,
    20,
    100,
)  # net allocations; young collections per middle one; middle ones per full one


def set_service_aside() -> None:
    """Call once, when everything is imported and wired: present objects are never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)

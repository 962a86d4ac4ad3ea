"""Hashing: argon2id at ASVS strength or above, bounded, and the same work for somebody and nobody."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from access import PasswordHashing
from core.errors import Unavailable


@pytest.fixture
def hashing() -> Iterator[PasswordHashing]:
    hashing = PasswordHashing(threads=1, waiting=1)
    yield hashing
    hashing.close()


async def test_the_parameters_are_those_of_asvs_or_stronger(hashing: PasswordHashing) -> None:
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", await hashing.hash("a long password"))
    assert found is not None
    memory, time, lanes = map(int, found.groups())
    assert (memory >= 19 * 1024, time >= 2, lanes >= 1) == (True, True, True)


async def test_only_the_right_password_fits(hashing: PasswordHashing) -> None:
    stored = await hashing.hash("a long password")
    assert await hashing.verify(stored, "a long password")
    assert not await hashing.verify(stored, "a long passwore")
    assert not await hashing.verify("no hash at all", "a long password")
    assert not await hashing.verify("$argon2id$v=19$m=1,t=1,p=1$AAAA$", "a long password")


async def test_nobody_has_a_password_not_even_the_one_we_compare_with(hashing: PasswordHashing) -> None:
    assert not await hashing.verify(None, "nobody has this password")


async def test_somebody_and_nobody_are_verified_against_equal_parameters(hashing: PasswordHashing) -> None:
    stored = await hashing.hash("a long password")
    assert stored.rsplit("$", 2)[0] == hashing._nobody.rsplit("$", 2)[0]
    assert not hashing.is_outdated(hashing._nobody)


async def test_an_old_hash_is_found_outdated(hashing: PasswordHashing) -> None:
    assert hashing.is_outdated("$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHQ$" + "A" * 43)


async def test_a_full_pool_refuses_at_once_and_has_room_again_afterwards(hashing: PasswordHashing) -> None:
    running = [asyncio.create_task(hashing.hash("a long password")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await hashing.hash("one too many")
    await asyncio.gather(*running)
    await hashing.hash("room again")


async def test_a_request_that_goes_away_gives_its_place_back(hashing: PasswordHashing) -> None:
    for _ in range(5):
        leaving = asyncio.create_task(hashing.hash("a long password"))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        await hashing.hash("waits for the one before")
    await asyncio.gather(hashing.hash("first"), hashing.hash("second"))

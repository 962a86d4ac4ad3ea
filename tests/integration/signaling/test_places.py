"""Which node holds which room, with a real Valkey and the real record."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest

from core.database import Database
from core.errors import ServiceError
from core.leases import Leases
from signaling import NODE_TTL, Moved, SeveralNodes
from signaling.errors import NoNode, RoomElsewhere
from signaling.fence import open_here
from tests.integration.signaling.conftest import Consult

pytestmark = pytest.mark.integration
KEY = "same key"
NOWHERE = "redis://127.0.0.1:1/0"


@dataclass
class Building:
    """Nodes a, b, ... on one Valkey and one record."""

    database: Database
    redis_url: str
    leases: list[Leases] = field(default_factory=list)

    def node(
        self, name: str, *, people: int = 0, key: str = KEY, redis_url: str = "", most: int = 400
    ) -> "Here":
        leases = Leases(redis_url or self.redis_url)
        self.leases.append(leases)
        return Here(self.database, leases, name, people, key, most)


class Here:
    """One node; `open` is what RoomServer would say."""

    def __init__(
        self, database: Database, leases: Leases, name: str, people: int, key: str, most: int
    ) -> None:
        self.open: list[UUID] = []
        self.people = people
        self._database = database
        self.places = SeveralNodes(
            leases,
            database,
            name,
            f"https://{name}.example",
            key,
            open_rooms=lambda: self.open,
            load=lambda: self.people,
            most=most,
        )

    async def enter(self, visit_id: UUID) -> None:
        """As joining does: in a transaction that is rolled back when refused."""
        async with self._database.transaction() as session:
            await self.places.claim(session, visit_id)
        if visit_id not in self.open:
            self.open.append(visit_id)

    async def refused(self, visit_id: UUID) -> ServiceError:
        with pytest.raises((RoomElsewhere, NoNode)) as error:
            await self.enter(visit_id)
        return error.value


@pytest.fixture
async def building(database: Database, redis_url: str) -> AsyncIterator[Building]:
    building = Building(database, redis_url)
    yield building
    for leases in building.leases:
        await leases.close()


@pytest.fixture
def visit(consult: Consult) -> UUID:
    return consult.visit.id


async def test_a_room_goes_to_the_least_loaded_node_and_stays_there(building: Building, visit: UUID) -> None:
    a, b = building.node("a", people=4), building.node("b", people=1)
    assert await a.places.tick() == await b.places.tick() == []
    assert await a.places.place(visit) == "https://b.example"
    b.people = 9
    await b.places.tick()
    assert await a.places.place(visit) == await b.places.place(visit) == "https://b.example"
    refusal = await a.refused(visit)
    assert refusal.extra["node_url"] == "https://b.example"
    await b.enter(visit)
    await b.enter(visit)
    assert await b.places.tick() == []


async def test_what_was_given_a_moment_ago_counts(building: Building, house_visits: list[UUID]) -> None:
    a, b = building.node("a"), building.node("b")
    await a.places.tick()
    await b.places.tick()
    placed = [await a.places.place(visit_id) for visit_id in house_visits]
    assert sorted(placed) == ["https://a.example", "https://b.example"]


@pytest.fixture
async def house_visits(consult: Consult) -> list[UUID]:
    return [consult.visit.id, (await consult.house.consult()).visit.id]


async def test_a_node_that_is_full_or_has_another_key_is_given_nothing(
    building: Building, visit: UUID
) -> None:
    a, full = building.node("a", people=50), building.node("full", people=1, most=2)
    stranger = building.node("stranger", key="another key")
    for node in (a, full, stranger):
        await node.places.tick()
    assert await full.places.place(visit) == "https://a.example"


async def test_a_dead_nodes_room_is_opened_elsewhere_and_the_dead_one_loses_it(
    building: Building, visit: UUID
) -> None:
    a, b = building.node("a"), building.node("b", people=3)
    await a.places.tick()
    await b.places.tick()
    assert await a.places.place(visit) == "https://a.example"
    await a.enter(visit)
    assert (await b.refused(visit)).extra["node_url"] == "https://a.example"
    await building.leases[0].drop("node", "a")  # it has not told for NODE_TTL
    assert await b.places.place(visit) == "https://b.example"
    await b.enter(visit)
    assert await a.places.tick() == [Moved(visit, "https://b.example")]  # it was only slow


async def test_a_silent_node_is_dead_after_its_time(building: Building, visit: UUID) -> None:
    leases = Leases(building.redis_url)
    building.leases.append(leases)
    await leases.put("node", "gone", "{}", timedelta(milliseconds=30))
    await leases.take("room", str(visit), "gone", timedelta(milliseconds=30))
    assert timedelta(seconds=5) > NODE_TTL
    async with asyncio.timeout(5):
        while await leases.all_of("node") or await leases.holder("room", str(visit)):
            await asyncio.sleep(0.01)  # Valkey's own clock


async def test_a_draining_node_gives_its_rooms_away_and_takes_none(building: Building, visit: UUID) -> None:
    a, b = building.node("a"), building.node("b")
    await a.places.tick()
    await a.enter(visit)
    assert await a.places.drain() == []  # alone: nobody to give them to
    await b.places.tick()
    assert await a.places.drain() == [Moved(visit, "https://b.example")]
    a.open.clear()
    assert (await a.refused(visit)).extra["node_url"] == "https://b.example"
    assert await a.places.place(visit) == "https://b.example"
    await b.enter(visit)
    await a.places.leave()
    assert await a.places.tick() == []
    assert not await building.node("a").places.name_taken()


async def test_a_name_is_for_one_node(building: Building) -> None:
    await building.node("a").places.tick()
    twin = building.node("a")
    assert not await twin.places.name_taken()  # the same node, started again
    twin.places._url = "https://other.example"
    assert await twin.places.name_taken()


async def test_without_valkey_open_rooms_go_on_and_no_other_is_opened(
    building: Building, house_visits: list[UUID]
) -> None:
    visit, other = house_visits
    a = building.node("a")
    await a.places.tick()
    await a.enter(visit)
    a.places._leases = building.node("x", redis_url=NOWHERE).places._leases
    await a.enter(visit)
    assert await a.places.place(visit) == "https://a.example"
    with pytest.raises(NoNode):
        await a.places.place(other)
    assert (await a.refused(other)).code == "no_node"
    assert await a.places.tick() == []


async def test_a_node_cut_off_from_valkey_learns_from_the_record(building: Building, visit: UUID) -> None:
    a = building.node("a")
    await a.places.tick()
    await a.enter(visit)
    async with building.database.transaction() as session:
        assert await open_here(session, visit, "b") == 2
    refusal = await a.refused(visit)
    assert refusal.code == "room_elsewhere"
    a.places._leases = building.node("x", redis_url=NOWHERE).places._leases
    assert await a.places.tick() == [Moved(visit, "")]

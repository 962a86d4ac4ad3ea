"""Which node holds which room. A node is one `serve` process that browsers reach under an address of its own.

Every node tells Valkey each second that it is there and how much it carries. A room is held by the least loaded node
from the first ticket on, under a lease that the node renews while the room is open. A node that finds its lease in
other hands ends the room on its side and sends its people there.
"""

import contextlib
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from core.database import Database
from core.errors import Unavailable
from core.telemetry import get_logger
from signaling.errors import NoNode, RoomElsewhere
from signaling.fence import held_by, open_here

NODE_TTL = timedelta(seconds=4)
"""A node that has not told for so long is dead. It tells every second."""
ROOM_TTL = timedelta(seconds=6)
RESERVED_TTL = timedelta(seconds=20)
"""From the ticket that placed a room until somebody comes into it."""
_NODES, _ROOMS = "node", "room"
_PEOPLE_A_ROOM = 2

_log = get_logger()


class OneNode:
    """A clinic with a single `serve`: every room is here."""

    async def place(self, visit_id: UUID) -> str:
        """Always here."""
        return ""

    async def claim(self, session: AsyncSession, visit_id: UUID) -> None:
        """Nobody else could hold it."""


class NodeLeases(Protocol):
    """`core.leases.Leases`. Every method raises Unavailable."""

    async def put(self, group: str, name: str, value: str, ttl: timedelta) -> None: ...

    async def all_of(self, group: str) -> Mapping[str, str]: ...

    async def take(
        self, group: str, name: str, holder: str, ttl: timedelta, instead_of: str | None = None
    ) -> str: ...

    async def take_all(
        self, group: str, names: Collection[str], holder: str, ttl: timedelta
    ) -> Sequence[str]: ...

    async def holder(self, group: str, name: str) -> str | None: ...

    async def drop(self, group: str, name: str) -> None: ...


class Node(BaseModel):
    """What a node tells of itself. `url`: its origin. `load`: people connected, of `most` it carries. `key`:
    fingerprint of the key that signs tickets; a node with another one could let nobody in."""

    url: str
    key: str
    load: int = 0
    most: int = 1_000_000
    draining: bool = False


def least_loaded(nodes: Mapping[str, Node], given: Mapping[str, int], key: str) -> str | None:
    """The node a new room goes to, None when there is none. `given`: people sent there since it told its load."""
    loads = {
        name: node.load + given.get(name, 0)
        for name, node in nodes.items()
        if not node.draining and node.key == key
    }
    able = {name: load for name, load in loads.items() if load + _PEOPLE_A_ROOM <= nodes[name].most}
    if not able:
        return None
    lowest = min(able.values())
    return random.choice([name for name, load in able.items() if load == lowest])  # noqa: S311 - equal ones


@dataclass(frozen=True, slots=True)
class Moved:
    """A room that this node holds no more, and where it is now ("" where that is not known)."""

    visit_id: UUID
    url: str


class SeveralNodes:
    """The places as one node sees them. `name` is unique among the clinic's nodes; call `tick` every second.

    `open_rooms`: visits with a room in this process. `load`: people connected here, of `most`.
    """

    def __init__(
        self,
        leases: NodeLeases,
        database: Database,
        name: str,
        url: str,
        key: str,
        *,
        open_rooms: Callable[[], Collection[UUID]],
        load: Callable[[], int],
        most: int,
    ) -> None:
        self._leases = leases
        self._database = database
        self._name = name
        self._url = url
        self._key = key
        self._open_rooms = open_rooms
        self._load = load
        self._most = most
        self._epochs: dict[UUID, int] = {}
        self._given: dict[str, int] = {}
        self.draining = False
        self._left = False

    async def place(self, visit_id: UUID) -> str:
        """The origin of the node that holds the room, now or from now on. Raises NoNode."""
        try:
            nodes = await self._nodes()
            holder = await self._leases.holder(_ROOMS, str(visit_id))
            if holder is None or not self._holds(nodes, holder):
                holder = await self._give(nodes, visit_id, instead_of=holder)
        except Unavailable:
            if visit_id in self._open_rooms():
                return self._url
            raise NoNode(retry_after=2) from None
        if holder not in nodes:
            raise NoNode(retry_after=1)
        return nodes[holder].url

    async def claim(self, session: AsyncSession, visit_id: UUID) -> None:
        """This node holds the room in the caller's transaction. Raises RoomElsewhere, NoNode."""
        try:
            await self._hold(visit_id)
        except Unavailable:
            if visit_id not in self._open_rooms():
                raise NoNode(retry_after=2) from None
        if visit_id not in self._open_rooms() or visit_id not in self._epochs:
            self._epochs[visit_id] = await open_here(session, visit_id, self._name)
            return
        held = await held_by(session, visit_id)
        if held is not None and held[1] != self._epochs[visit_id]:
            raise RoomElsewhere(node_url=await self._url_of(held[0]))

    async def tick(self) -> list[Moved]:
        """Tell that this node is there, renew what it holds; returns the rooms it holds no more. Never raises: where
        Valkey does not answer the record is asked instead."""
        for visit_id in self._epochs.keys() - set(self._open_rooms()):
            del self._epochs[visit_id]
        self._given.clear()
        if self._left:
            return []
        try:
            await self._tell()
            return await self._renew(list(self._open_rooms()))
        except Unavailable:
            return await self._lost_by_the_record()

    async def name_taken(self) -> bool:
        """Whether a living node elsewhere has our name. Raises nothing: without Valkey nobody can say."""
        try:
            told = (await self._leases.all_of(_NODES)).get(self._name)
        except Unavailable:
            return False
        return told is not None and Node.model_validate_json(told).url != self._url

    async def leave(self) -> None:
        """This node ends: nobody needs to wait until it is taken for dead."""
        self._left = True
        with contextlib.suppress(Unavailable):
            await self._leases.drop(_NODES, self._name)

    async def drain(self) -> list[Moved]:
        """Take no new room, and give those here to others. Returns those that another node will hold."""
        self.draining = True
        moved: list[Moved] = []
        try:
            await self._tell()
            nodes = await self._nodes()
            for visit_id in list(self._open_rooms()):
                holder = await self._give(nodes, visit_id, instead_of=self._name)
                if holder in nodes and holder != self._name:
                    moved.append(Moved(visit_id, nodes[holder].url))
        except (Unavailable, NoNode):
            _log.warning("node.drain_without_others")
        return moved

    async def _hold(self, visit_id: UUID) -> None:
        name = str(visit_id)
        holder = await self._leases.holder(_ROOMS, name)
        if self.draining or holder not in (None, self._name):
            nodes = await self._nodes()
            if holder is None or holder == self._name or not self._holds(nodes, holder):
                holder = await self._give(nodes, visit_id, instead_of=holder)
            if holder != self._name:
                raise RoomElsewhere(node_url=nodes[holder].url if holder in nodes else "")
        if await self._leases.take(_ROOMS, name, self._name, ROOM_TTL) != self._name:
            raise NoNode(retry_after=1)

    async def _give(self, nodes: Mapping[str, Node], visit_id: UUID, instead_of: str | None) -> str:
        """To the least loaded node; returns who has it. Raises NoNode."""
        chosen = least_loaded(nodes, self._given, self._key)
        if chosen is None:
            raise NoNode(retry_after=2)
        self._given[chosen] = self._given.get(chosen, 0) + _PEOPLE_A_ROOM
        return await self._leases.take(_ROOMS, str(visit_id), chosen, RESERVED_TTL, instead_of)

    def _holds(self, nodes: Mapping[str, Node], name: str) -> bool:
        """Whether this node can be sent people to."""
        return name in nodes and not nodes[name].draining and nodes[name].key == self._key

    async def _nodes(self) -> dict[str, Node]:
        """Those that live; this one as it is at this moment."""
        found = {}
        for name, told in (await self._leases.all_of(_NODES)).items():
            try:
                found[name] = Node.model_validate_json(told)
            except ValidationError:
                continue  # a node of another version
        found[self._name] = self._own()
        if any(node.key != self._key for node in found.values()):
            _log.error("node.other_key", next_step="Give every node the same keys folder.")
        return found

    def _own(self) -> Node:
        return Node(url=self._url, key=self._key, load=self._load(), most=self._most, draining=self.draining)

    async def _tell(self) -> None:
        await self._leases.put(_NODES, self._name, self._own().model_dump_json(), NODE_TTL)

    async def _renew(self, visits: Sequence[UUID]) -> list[Moved]:
        if not visits or self.draining:
            return []
        names = [str(visit_id) for visit_id in visits]
        holders = await self._leases.take_all(_ROOMS, names, self._name, ROOM_TTL)
        lost = [(v, holder) for v, holder in zip(visits, holders, strict=True) if holder != self._name]
        if not lost:
            return []
        nodes = await self._nodes()
        return [Moved(v, nodes[holder].url if holder in nodes else "") for v, holder in lost]

    async def _lost_by_the_record(self) -> list[Moved]:
        moved = []
        try:
            async with self._database.transaction() as session:
                for visit_id in list(self._open_rooms()):
                    held = await held_by(session, visit_id)
                    if held is not None and held[1] != self._epochs.get(visit_id, held[1]):
                        moved.append(Moved(visit_id, ""))
        except Unavailable:
            _log.warning("node.cut_off")
        return moved

    async def _url_of(self, name: str) -> str:
        try:
            nodes = await self._nodes()
        except Unavailable:
            return ""
        return nodes[name].url if name in nodes else ""

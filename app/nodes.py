"""This process as one node of several: it tells that it is there, keeps its rooms, and hands them over when it ends."""

from __future__ import annotations

import asyncio
import contextlib
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.errors import ServiceError, Unavailable
from core.telemetry import get_logger
from signaling import OneNode, RoomServer, SeveralNodes

log = get_logger()
TICK = 1.0  # seconds


class NodeNameTaken(ServiceError):
    code = "node_name_taken"
    title = "Another node of the clinic has this name"
    next_step = "Give each node a CONSULTROOM_NODE of its own."


class Draining(Unavailable):
    code = "draining"
    title = "This node is ending and takes no new work"
    next_step = "Use another node."


def fingerprint(key: EllipticCurvePrivateKey) -> str:
    """Of the key that signs tickets: nodes that differ here were not given the same keys folder."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(public).hexdigest()[:16]


async def enter(places: OneNode | SeveralNodes) -> None:
    """Before this node answers anybody. Raises NodeNameTaken."""
    if isinstance(places, SeveralNodes) and await places.name_taken():
        raise NodeNameTaken


async def keep(places: OneNode | SeveralNodes, rooms: RoomServer, stop: asyncio.Event) -> None:
    """Until `stop`: tell, renew, and send away the people of rooms that are not here any more."""
    while not stop.is_set():
        if isinstance(places, SeveralNodes):
            for moved in await places.tick():
                log.warning("room.lost_to_another_node")
                await rooms.move(moved.visit_id, moved.url)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), TICK)


async def drain(places: OneNode | SeveralNodes, rooms: RoomServer, seconds: float) -> None:
    """Every room to another node; returns when its people have gone there, `seconds` at most."""
    if not isinstance(places, SeveralNodes):
        return
    moved = await places.drain()
    log.info("node.draining", rooms=len(moved))
    for one in moved:
        await rooms.move(one.visit_id, one.url)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await rooms.handed_over()
    await places.leave()


async def check_taking_work(places: OneNode | SeveralNodes) -> None:
    """For /readyz: a balancer sends nobody to a node that drains. Raises Draining."""
    if isinstance(places, SeveralNodes) and places.draining:
        raise Draining

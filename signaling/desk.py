"""Where tickets are handed out: over HTTP to come in, over the socket to come back.

The one over the socket is for the moment when the network changes: whoever holds a ticket already needs no
request before the new socket, and no connection of the browser's pool that died with the old address.
"""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor
from core.clock import Clock
from signaling.ports import IceServerEntry, IceServers, Places, TicketCounter
from signaling.registry import Member
from signaling.views import IceServerView, TicketView


class TicketDesk:
    """`seats`: as given to RoomServer and to the media plane."""

    def __init__(
        self, tickets: TicketCounter, ice_servers: IceServers, places: Places, clock: Clock, seats: int
    ) -> None:
        self._tickets = tickets
        self._ice_servers = ice_servers
        self._places = places
        self._clock = clock
        self._seats = seats

    async def hand_out(self, actor: Actor, visit_id: UUID, participant_id: UUID) -> TicketView:
        """A ticket for a participant whom the record has let in, and the way to the room.

        Raises NoNode when there is nowhere to hold it.
        """
        node_url = await self._places.place(visit_id)
        token, expires_at = self._tickets.issue(actor, visit_id)
        return TicketView(
            ticket=token,
            expires_at=expires_at,
            participant_id=participant_id,
            ice_servers=self._ways(participant_id, self._clock.now()),
            seats=self._seats,
            node_url=node_url,
        )

    async def claim(self, session: AsyncSession, visit_id: UUID) -> None:
        """A ticket is redeemed here: the room must be, too. Raises RoomElsewhere (roll back, and the ticket is not
        spent), NoNode."""
        await self._places.claim(session, visit_id)

    async def again(self, me: Member) -> dict[str, JsonValue]:
        """For whoever is in the room, to be kept for coming back. Redeeming it asks once more who may."""
        me.room.check_open()
        view = await self.hand_out(me.actor, me.room.visit_id, me.person.id)
        plain: dict[str, JsonValue] = view.model_dump(mode="json")
        return plain

    def _ways(self, participant_id: UUID, now: datetime) -> list[IceServerView]:
        return [server_view(server) for server in self._ice_servers(participant_id, now)]


def server_view(server: IceServerEntry) -> IceServerView:
    return IceServerView(
        urls=list(server.urls), username=server.username or None, credential=server.credential or None
    )

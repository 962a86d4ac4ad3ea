"""The one route of the room: a ticket for its socket."""

from access import Permission, actor_of
from core.errors import Forbidden, NotFound
from core.http import Call, route
from signaling.errors import VisitEnded
from signaling.ports import IceServerEntry, IceServers, RoomRecord, TicketCounter
from signaling.views import IceServerView, TicketView


class RoomHttp:
    """`seats`: as given to RoomServer and to the media plane."""

    def __init__(
        self, record: RoomRecord, tickets: TicketCounter, ice_servers: IceServers, seats: int
    ) -> None:
        self._record = record
        self._tickets = tickets
        self._ice_servers = ice_servers
        self._seats = seats

    @route(
        "POST",
        "/api/visits/{visit_id}/ticket",
        permission=Permission.TICKET_ISSUE,
        summary="A single-use ticket for the room of a visit, good for a minute",
        response=TicketView,
        status=201,
        errors=(NotFound, Forbidden, VisitEnded),
    )
    async def ticket(self, call: Call[None, None]) -> TicketView:
        actor, visit_id = actor_of(call), call.path_id("visit_id")
        participant = await self._record.join_visit(call.session, actor, visit_id)
        token, expires_at = self._tickets.issue(actor, visit_id)
        servers = self._ice_servers(participant.id, call.clock.now())
        return TicketView(
            ticket=token,
            expires_at=expires_at,
            participant_id=participant.id,
            ice_servers=[_view(server) for server in servers],
            seats=self._seats,
        )


def _view(server: IceServerEntry) -> IceServerView:
    return IceServerView(
        urls=list(server.urls), username=server.username or None, credential=server.credential or None
    )

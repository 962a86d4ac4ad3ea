"""The one route of the room: a ticket for its socket."""

from access import Permission, actor_of
from core.errors import Forbidden, NotFound
from core.http import Call, route
from signaling.desk import TicketDesk
from signaling.errors import VisitEnded
from signaling.ports import RoomRecord
from signaling.views import TicketView


class RoomHttp:
    """The record says who may come in; the desk hands out the ticket."""

    def __init__(self, record: RoomRecord, desk: TicketDesk) -> None:
        self._record = record
        self._desk = desk

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
        return await self._desk.hand_out(actor, visit_id, participant.id)

"""The ticket as the API shows it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class IceServerView(BaseModel):
    """One entry of RTCConfiguration.iceServers."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class TicketView(BaseModel):
    """`ticket` opens the visit's room once, until `expires_at`. `seats`: how many others can be received. `node_url`:
    the origin of the node that holds the room, "" for the one the page came from.
    """

    ticket: str
    expires_at: datetime
    participant_id: UUID
    ice_servers: list[IceServerView]
    seats: int
    node_url: str = ""

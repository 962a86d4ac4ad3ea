"""The check of a line before a call: the clinic's relay, and another end to try it with. No place in the room is
taken, nothing is kept here; what the browser finds comes with `lobby.ready`.
"""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission, actor_of
from core.clock import Clock
from core.database import Database
from core.errors import Forbidden, NotFound, Unavailable
from core.http import Call, route
from signaling.bucket import Rate, TokenBucket
from signaling.desk import server_view
from signaling.errors import CheckTooOften, SdpTooLarge, VisitEnded
from signaling.events import MAX_SDP_CHARACTERS
from signaling.ports import IceServers
from signaling.views import IceServerView

CHECK_RATE = Rate(capacity=6, per_second=1 / 20)
"""Of one account: a few tries in a row, then one every twenty seconds. A check takes two requests."""
MOST_ACCOUNTS = 10_000


class LineRecord(Protocol):
    """`clinical_store.ClinicalStore`: who may try the way to a visit's room."""

    async def check_line_of(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> None:
        """Raises NotFound, Forbidden, VisitEnded."""


class LineEcho(Protocol):
    """`media.LineChecks`: sends back what it is sent, for some seconds."""

    async def answer(self, account_id: UUID, offer: str) -> str:
        """The SDP answer. Raises MalformedOffer, and Unavailable's kin where too many check at once."""
        ...


class CheckOffer(BaseModel):
    """The browser's offer: sections as for a room with one seat, candidates included."""

    model_config = ConfigDict(extra="forbid")

    sdp: str = Field(min_length=1)


class CheckAnswer(BaseModel):
    sdp: str


class CheckStart(BaseModel):
    """`relay`: whether the clinic has a TURN server, so that its way is the one to try."""

    ice_servers: list[IceServerView]
    relay: bool


class LineCheckHttp:
    """/api/visits/{visit_id}/line-check."""

    def __init__(
        self, database: Database, record: LineRecord, echo: LineEcho, ice_servers: IceServers, clock: Clock
    ) -> None:
        self._database = database
        self._record = record
        self._echo = echo
        self._ice_servers = ice_servers
        self._clock = clock
        self._allowance: dict[UUID, TokenBucket] = {}

    @route(
        "POST",
        "/api/visits/{visit_id}/line-check",
        permission=Permission.LINE_CHECK,
        summary="The way to try before a call",
        response=CheckStart,
        errors=(NotFound, Forbidden, VisitEnded, CheckTooOften),
        transactional=False,
    )
    async def start(self, call: Call[None, None]) -> CheckStart:
        """Credentials for the clinic's relay, as a ticket would bring them."""
        actor = actor_of(call)
        await self._authorise(actor, call.path_id("visit_id"))
        servers = self._ice_servers(actor.account_id, self._clock.now())
        relay = any(url.startswith(("turn:", "turns:")) for server in servers for url in server.urls)
        return CheckStart(ice_servers=[server_view(server) for server in servers], relay=relay)

    @route(
        "POST",
        "/api/visits/{visit_id}/line-check/offer",
        permission=Permission.LINE_CHECK,
        summary="Connect the browser with itself by way of the media server",
        body=CheckOffer,
        response=CheckAnswer,
        errors=(NotFound, Forbidden, VisitEnded, CheckTooOften, SdpTooLarge, Unavailable),
        transactional=False,  # no transaction may be open while media is negotiated
    )
    async def offer(self, call: Call[CheckOffer, None]) -> CheckAnswer:
        """Ends by itself after some seconds."""
        if len(call.body.sdp) > MAX_SDP_CHARACTERS:
            raise SdpTooLarge
        actor = actor_of(call)
        await self._authorise(actor, call.path_id("visit_id"))
        return CheckAnswer(sdp=await self._echo.answer(actor.account_id, call.body.sdp))

    async def _authorise(self, actor: Actor, visit_id: UUID) -> None:
        self._spend(actor.account_id, self._clock.now())
        async with self._database.transaction() as session:
            await self._record.check_line_of(session, actor, visit_id)

    def _spend(self, account_id: UUID, now: datetime) -> None:
        if account_id not in self._allowance and len(self._allowance) >= MOST_ACCOUNTS:
            self._allowance.pop(next(iter(self._allowance)))  # the longest known has its allowance back
        bucket = self._allowance.setdefault(account_id, TokenBucket(CHECK_RATE, now))
        if not bucket.take(0.5, now):
            raise CheckTooOften(retry_after=20)

"""From a message to a use case to an acknowledgement. No rules of the room are here.

Every answer is `{"ok": true, …}` or `{"ok": false, "error": {code, title, detail, next_step, status, …}}`.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from socketio.exceptions import ConnectionRefusedError as Refused

from core.clock import Clock
from core.errors import Forbidden, ServiceError
from core.telemetry import counter, get_logger
from signaling.bucket import Rate, TokenBucket
from signaling.errors import InvalidPayload, TooFast, UnknownEvent
from signaling.events import EVENTS, ConsentChoice, EventRule
from signaling.frames import CONSENT
from signaling.quality import reported
from signaling.registry import Member
from signaling.service import Answer, Rooms

EVENT_RATE = Rate(capacity=80, per_second=20)
"""A joining browser sends an offer and some thirty candidates at once."""

Model = TypeVar("Model", bound=BaseModel)
UseCase = Callable[[Member, Any], Awaitable[Answer]]

_log = get_logger()
_MESSAGES = counter("socket_messages_total", "Messages from rooms' clients.", ("event", "outcome"))


class JoinAuth(BaseModel):
    """What a client connects with. Never in the address: that would be logged (ASVS 14.2.1)."""

    model_config = ConfigDict(strict=True, extra="forbid")

    ticket: str = Field(min_length=1, max_length=2_048)
    visit_id: UUID = Field(strict=False)


class RoomSocket:
    """The three things that happen to a connection: it joins, it says something, it is gone."""

    def __init__(self, rooms: Rooms, clock: Clock, more: Mapping[str, UseCase]) -> None:
        self._rooms = rooms
        self._clock = clock
        self._allowance: dict[str, TokenBucket] = {}
        self._use_cases = {**_use_cases(rooms), **more}

    async def on_connect(self, sid: str, _environ: object, auth: object) -> None:
        """Raises socketio's ConnectionRefusedError, whose data is the error of an acknowledgement."""
        error = await _error_of(self._join(sid, auth))
        if error is not None:
            _MESSAGES.labels("connect", "refused").inc()
            raise Refused(str(error["code"]), error)
        self._allowance[sid] = TokenBucket(EVENT_RATE, self._clock.now())
        _MESSAGES.labels("connect", "ok").inc()

    async def on_event(self, name: str, sid: str, *payload: object) -> dict[str, JsonValue]:
        """The acknowledgement; it never raises."""
        answer: Answer = {}
        error = await _error_of(self._handle(name, sid, payload[0] if payload else {}, answer))
        label = name if name in EVENTS else "unknown"
        _MESSAGES.labels(label, "refused" if error else "ok").inc()
        return {"ok": False, "error": error} if error is not None else {"ok": True, **answer}

    async def on_disconnect(self, sid: str, _reason: object = None) -> None:
        self._allowance.pop(sid, None)
        await _error_of(self._rooms.gone(sid))

    def on_consent(self, sid: str, payload: object) -> None:
        """A consent.set has arrived; it is acted on in its turn (`on_event`), a withdrawal also now.

        What would be refused then has no effect here either.
        """
        with contextlib.suppress(ServiceError):
            member, rule = self._rooms.open.member(sid), EVENTS[CONSENT]
            if member.actor.may(rule.permission):
                self._rooms.consent_arrived(member, _parsed(ConsentChoice, payload))

    async def on_joined(self, sid: str) -> None:
        await _error_of(self._rooms.joined(sid))

    async def _join(self, sid: str, auth: object) -> None:
        known = _parsed(JoinAuth, auth)
        await self._rooms.join(sid, known.ticket, known.visit_id)

    async def _handle(self, name: str, sid: str, payload: object, answer: Answer) -> None:
        member = self._rooms.open.member(sid)
        rule = EVENTS.get(name)
        self._spend(sid, rule)
        if rule is None:
            raise UnknownEvent
        if not member.actor.may(rule.permission):
            raise Forbidden
        answer |= await self._use_cases[name](member, _parsed(rule.payload, payload))

    def _spend(self, sid: str, rule: EventRule | None) -> None:
        allowance = self._allowance.get(sid)
        if allowance is None or not allowance.take(rule.cost if rule else 1.0, self._clock.now()):
            raise TooFast(retry_after=1)


def _use_cases(rooms: Rooms) -> Mapping[str, UseCase]:
    """With those that RoomServer adds, one method for each row of EVENTS."""
    return {
        "lobby.ready": rooms.ready,
        "lobby.admit": rooms.admit,
        "media.offer": rooms.offer,
        "media.candidate": rooms.candidate,
        "media.state": rooms.media_state,
        "media.report": lambda member, report: reported(rooms, member, report),
        "consent.set": rooms.consent,
        "chat.send": rooms.chat,
        "room.ping": lambda _member, _: _still_here(),
        "room.ticket": lambda member, _: rooms.desk.again(member),
        "room.leave": lambda member, _: rooms.leave(member),
        "room.end": lambda member, _: rooms.end(member),
    }


async def _still_here() -> Answer:
    """The connection is alive: a browser asks when its media falls silent, long before TCP would notice."""
    return {}


def _parsed(model: type[Model], payload: object) -> Model:
    """Raises InvalidPayload. What was sent is not repeated: it may be what a patient wrote."""
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        errors: list[JsonValue] = [
            {"pointer": "".join(f"/{part}" for part in one["loc"]), "detail": one["msg"]} for one in found[:8]
        ]
        raise InvalidPayload(errors=errors) from None


async def _error_of(work: Awaitable[None]) -> dict[str, JsonValue] | None:
    """The error member of an acknowledgement, None if all went well. Whatever goes wrong stays with this
    client.
    """
    try:
        await work
    except ServiceError as error:
        return _plain(error)
    except Exception as error:
        _log.error("room.event_failed", exc_info=error)
        return _plain(ServiceError())
    return None


def _plain(error: ServiceError) -> dict[str, JsonValue]:
    problem = error.problem()
    del problem["type"]
    return problem

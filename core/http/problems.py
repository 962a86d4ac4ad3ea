"""Every failure leaves as application/problem+json (RFC 9457), with a request id the log knows too."""

import json
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

from core.database import sqlstate
from core.errors import (
    InvalidInput,
    Malformed,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    ServiceError,
    UnsupportedMediaType,
)
from core.ids import new_id
from core.telemetry import get_logger, histogram

PREPARED = web.RequestKey("prepared", bool)
_log = get_logger()
_DURATION = histogram(
    "http_request_duration_seconds", "Time to answer a request.", ("route", "method", "status")
)
_OWN: dict[int, type[ServiceError]] = {
    400: Malformed, 404: NotFound, 405: MethodNotAllowed, 413: PayloadTooLarge, 415: UnsupportedMediaType,
}  # fmt: skip
Next = Callable[[web.Request], Awaitable[web.StreamResponse]]


def problem_response(error: ServiceError, request_id: str) -> web.Response:
    """The RFC 9457 answer for `error`, with the headers its status asks for."""
    body = {**error.problem(), "request_id": request_id}
    response = web.Response(
        status=error.status, body=json.dumps(body).encode(), content_type="application/problem+json"
    )
    if error.status == 401:  # RFC 9110 section 15.5.2; a scheme no browser opens a password box for
        response.headers["WWW-Authenticate"] = 'Cookie realm="consultroom"'
    if isinstance(error.extra.get("retry_after"), int):
        response.headers["Retry-After"] = str(error.extra["retry_after"])
    return response


@web.middleware
async def answer_problems(request: web.Request, handler: Next) -> web.StreamResponse:
    """Give the request an id, time it, and turn whatever goes wrong into a problem."""
    request_id = str(new_id())
    started = time.perf_counter()
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        try:
            response = await handler(request)
        except ServiceError as error:
            response = problem_response(error, request_id)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            response = _from_aiohttp(error, request_id)
        except Exception as error:
            if request.get(PREPARED):  # half an answer is out: only closing the connection is honest
                raise
            response = problem_response(_from_unexpected(request, error), request_id)
    if not request.get(PREPARED):
        response.headers["X-Request-ID"] = request_id
    _DURATION.labels(route_name(request), request.method, response.status).observe(
        time.perf_counter() - started
    )
    return response


def route_name(request: web.Request) -> str:
    """The declared address with its braces: what a metric or log line may hold instead of the URL."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


def _from_aiohttp(error: web.HTTPException, request_id: str) -> web.Response:
    kind = _OWN.get(error.status, Malformed if error.status < 500 else ServiceError)
    response = problem_response(kind(), request_id)
    response.set_status(error.status)
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _from_unexpected(request: web.Request, error: Exception) -> ServiceError:
    """A value PostgreSQL's types cannot hold is the caller's; all else is our fault and logged by class only."""
    if isinstance(error, DBAPIError) and sqlstate(error).startswith("22"):
        _log.warning("http.value_refused_by_database", route=route_name(request), exc_info=error)
        return InvalidInput("A value is out of the range that can be stored.")
    _log.error("http.unexpected_error", route=route_name(request), method=request.method, exc_info=error)
    return ServiceError()

"""Errors that a caller may see. Each class is one stable code of the API (RFC 9457 problem details).

`detail` and the extra members reach the caller: never a name, a complaint, or anything said in a consult.
"""

from typing import ClassVar

from pydantic import JsonValue

PROBLEM_TYPE = "urn:consultroom:problem:"


class ServiceError(Exception):
    """A request that cannot be granted, with what the person can do about it."""

    code: ClassVar[str] = "service_error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "The request could not be completed"
    next_step: ClassVar[str] = "Try again; if it stays, tell the clinic's administrator."

    def __init__(self, detail: str = "", **extra: JsonValue) -> None:
        super().__init__(self.code)
        self.detail = detail
        self.extra = extra

    def problem(self) -> dict[str, JsonValue]:
        """The RFC 9457 object: type, title, status, detail, code, next_step and the extra members."""
        return {
            **self.extra,
            "type": PROBLEM_TYPE + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail or self.title,
            "code": self.code,
            "next_step": self.next_step,
        }


class InvalidInput(ServiceError):
    """The request is well formed but a value in it is not acceptable."""

    code = "invalid_input"
    status = 422
    title = "Some of the values are not acceptable"
    next_step = "Correct the values named in `errors` and send the request again."


class Malformed(ServiceError):
    """The request cannot be read at all."""

    code = "malformed_request"
    status = 400
    title = "The request cannot be read"
    next_step = "Send a well-formed request."


class Unauthenticated(ServiceError):
    """Nobody is signed in."""

    code = "unauthenticated"
    status = 401
    title = "You are not signed in"
    next_step = "Sign in and try again."


class Forbidden(ServiceError):
    """The caller is known and may not do this."""

    code = "forbidden"
    status = 403
    title = "You may not do this"
    next_step = "Ask the clinic's administrator if you need this for your work."


class CrossOrigin(Forbidden):
    """A state change asked for by another web site (request forgery)."""

    code = "cross_origin"
    title = "The request came from another web site"
    next_step = "Open Consultroom's own page and repeat the step there."


class NotFound(ServiceError):
    """There is no such thing, or none that the caller may know of."""

    code = "not_found"
    status = 404
    title = "Not found"
    next_step = "Check the address."


class MethodNotAllowed(ServiceError):
    """The address exists, not with this method."""

    code = "method_not_allowed"
    status = 405
    title = "This address does not take that method"
    next_step = "See /docs for the methods of each address."


class Conflict(ServiceError):
    """The present state does not allow it."""

    code = "conflict"
    status = 409
    title = "The present state does not allow this"
    next_step = "Reload and decide again."


class PreconditionFailed(ServiceError):
    """Somebody changed the thing since the caller read it."""

    code = "precondition_failed"
    status = 412
    title = "It was changed in the meantime"
    next_step = "Reload, compare, and save again."


class PayloadTooLarge(ServiceError):
    """The body is over the limit."""

    code = "payload_too_large"
    status = 413
    title = "The request is too large"
    next_step = "Send less at once."


class UnsupportedMediaType(ServiceError):
    """The body is not of the media type the address takes."""

    code = "unsupported_media_type"
    status = 415
    title = "This address takes application/json"
    next_step = "Send JSON with Content-Type: application/json."


class PreconditionRequired(ServiceError):
    """A change without If-Match could overwrite another person's work (RFC 6585 section 3)."""

    code = "precondition_required"
    status = 428
    title = "The version you changed is missing"
    next_step = 'Send the ETag you read in the If-Match header, for example If-Match: "3".'


class TooManyRequests(ServiceError):
    """Over a limit; `retry_after` (seconds) also becomes the Retry-After header."""

    code = "too_many_requests"
    status = 429
    title = "Too many requests"
    next_step = "Wait a little and try again."


class Unavailable(ServiceError):
    """Something the request needs is not answering."""

    code = "unavailable"
    status = 503
    title = "The service is busy or not available"
    next_step = "Try again in a few seconds."

"""From bytes to the declared models; every refusal is one clear problem."""

import asyncio
import re
from collections.abc import Sequence

from aiohttp import web
from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from core.errors import (
    InvalidInput,
    Malformed,
    PreconditionFailed,
    PreconditionRequired,
    UnsupportedMediaType,
)
from core.http.declaration import RouteSpec

BODY_SECONDS = 15.0


async def read_body(request: web.Request) -> bytes:
    """The raw body. The size limit is the application's; a body that trickles in is refused after 15 s."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise Malformed("The request's body did not arrive in time.") from None


def parse_body(spec: RouteSpec, request: web.Request, raw: bytes) -> BaseModel | None:
    """The declared body model; None when the route takes none. Raises UnsupportedMediaType, InvalidInput."""
    if spec.body is None:
        return None
    if raw and request.content_type != "application/json":
        raise UnsupportedMediaType
    if b"\\u0000" in raw:  # no text column of PostgreSQL can hold it
        raise InvalidInput(errors=[{"pointer": "", "detail": "The character U+0000 is not accepted."}])
    try:
        return spec.body.model_validate_json(raw or b"{}")
    except ValidationError as error:
        raise InvalidInput(errors=_pointers(error.errors(include_input=False, include_url=False))) from None


def parse_query(spec: RouteSpec, request: web.Request) -> BaseModel | None:
    """The declared query model; None when the route takes none. A field that is a list may be repeated."""
    if spec.query is None:
        return None
    lists = _list_names(spec.query)
    values: dict[str, object] = {}
    for name in request.query:
        given = request.query.getall(name)
        if any("\x00" in value for value in given):
            raise InvalidInput(
                errors=[{"pointer": f"/{name}", "detail": "The character U+0000 is not accepted."}]
            )
        values[name] = given if name in lists or len(given) > 1 else given[0]
    try:
        return spec.query.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(errors=_pointers(error.errors(include_input=False, include_url=False))) from None


def parse_if_match(spec: RouteSpec, request: web.Request) -> int | None:
    """The version in If-Match. Missing: PreconditionRequired. Not a version of ours: PreconditionFailed,
    since nothing current can match it (RFC 9110 section 13.1.1)."""
    if not spec.if_match:
        return None
    value = request.headers.get("If-Match")
    if value is None:
        raise PreconditionRequired
    match = re.fullmatch(r'\s*"(\d{1,9})"\s*', value, re.ASCII)
    if match is None:
        raise PreconditionFailed
    return int(match[1])


def _pointers(errors: Sequence[ErrorDetails]) -> list[JsonValue]:
    """RFC 6901 pointers. The value that was refused is not repeated: it may be what a patient wrote."""
    return [{"pointer": _pointer(error["loc"]), "detail": error["msg"]} for error in errors[:20]]


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _list_names(model: type[BaseModel]) -> frozenset[str]:
    properties = model.model_json_schema(by_alias=True).get("properties", {})
    return frozenset(name for name, schema in properties.items() if schema.get("type") == "array")

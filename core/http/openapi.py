"""The OpenAPI 3.1 document, built from the same declarations that answer the requests."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, JsonValue, TypeAdapter

from core.errors import (
    CrossOrigin,
    Forbidden,
    InvalidInput,
    Malformed,
    NotFound,
    PayloadTooLarge,
    PreconditionFailed,
    PreconditionRequired,
    ServiceError,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from core.http.declaration import PUBLIC, BoundRoute, RouteSpec
from core.http.idempotency import IDEMPOTENCY_KEY, IdempotencyKeyReused, StillRunning
from core.http.uploads import FILE_NAME, FileNameMissing, UploadStalled

_REFERENCE = "#/components/schemas/{model}"
Json = dict[str, Any]


class ProblemField(BaseModel):
    """One value that was refused."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable; `next_step` is for the person."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    next_step: str
    request_id: str
    errors: list[ProblemField] | None = None
    retry_after: int | None = None


def openapi_document(bound: Sequence[BoundRoute], *, title: str, version: str) -> Json:
    """The document as plain JSON values."""
    schemas = _Schemas(bound)
    paths: dict[str, Json] = defaultdict(dict)
    for item in bound:
        paths[item.spec.path][item.spec.method.lower()] = _operation(item, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas.definitions,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "__Host-consultroom"}},
        },
    }


class _Schemas:
    """JSON Schemas of every declared shape; pydantic writes 2020-12, which is what OpenAPI 3.1 takes."""

    def __init__(self, bound: Sequence[BoundRoute]) -> None:
        inputs: list[tuple[str, Any, TypeAdapter[Any]]] = [("problem", "serialization", TypeAdapter(Problem))]
        for item in bound:
            name = _key(item.spec)
            if item.spec.body is not None:
                inputs.append((name, "validation", TypeAdapter(item.spec.body)))
            if item.spec.response is not None:
                inputs.append((name, "serialization", TypeAdapter(item.spec.response)))
        self._schemas, shared = TypeAdapter.json_schemas(inputs, ref_template=_REFERENCE)
        self.definitions: Json = shared.get("$defs", {})

    def body(self, spec: RouteSpec) -> Json:
        """The schema of what the route takes."""
        return self._schemas[(_key(spec), "validation")]

    def response(self, spec: RouteSpec) -> Json:
        """The schema of what the route answers."""
        return self._schemas[(_key(spec), "serialization")]

    @property
    def problem(self) -> Json:
        """The schema of every failure."""
        return self._schemas[("problem", "serialization")]


def _key(spec: RouteSpec) -> str:
    return f"{spec.method} {spec.path}"


def _operation(item: BoundRoute, schemas: _Schemas) -> Json:
    spec = item.spec
    operation: Json = {
        "operationId": item.name.replace(".", "_"),
        "summary": spec.summary,
        "description": f"Permission: `{spec.permission}`",
        "tags": [spec.path.split("/")[2] if spec.path.startswith("/api/") else "service"],
        "x-permission": spec.permission,
        "security": [] if spec.permission == PUBLIC else [{"session": []}],
        "parameters": [*_path_parameters(spec), *_query_parameters(spec), *_header_parameters(spec)],
        "responses": {**_success(spec, schemas), **_failures(spec, schemas)},
    }
    if spec.body is not None:
        operation["requestBody"] = {
            "required": True, "content": {"application/json": {"schema": schemas.body(spec)}}
        }  # fmt: skip
    if spec.upload:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    return operation


def _path_parameters(spec: RouteSpec) -> list[JsonValue]:
    def schema(name: str) -> Json:
        if name.endswith("_id"):
            return {"type": "string", "format": "uuid"}
        return {"type": "integer", "minimum": 0} if name in ("version", "number") else {"type": "string"}

    return [
        {"name": name, "in": "path", "required": True, "schema": schema(name)} for name in spec.path_names
    ]


def _query_parameters(spec: RouteSpec) -> list[JsonValue]:
    if spec.query is None:
        return []
    whole = spec.query.model_json_schema(by_alias=True)
    required = whole.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _inline(schema, whole)}
        for name, schema in whole.get("properties", {}).items()
    ]


def _inline(schema: Any, whole: Json) -> Any:
    """Query models are flat: replace a reference to an enum by the enum itself."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inline(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
        return {key: _inline(value, whole) for key, value in schema.items()}
    return [_inline(value, whole) for value in schema] if isinstance(schema, list) else schema


def _header_parameters(spec: RouteSpec) -> list[JsonValue]:
    headers: list[JsonValue] = []
    if spec.if_match:
        headers.append(_header("If-Match", 'The ETag you read, e.g. "3".', '^"[0-9]{1,9}"$', required=True))
    if spec.idempotent:
        meaning = "Repeating the request with it gives the first answer."
        headers.append(_header("Idempotency-Key", meaning, IDEMPOTENCY_KEY))
    if spec.upload:
        headers.append(
            _header(FILE_NAME, "The file's name, percent-encoded UTF-8.", "^[!-~]{1,1000}$", required=True)
        )
    return headers


def _header(name: str, description: str, pattern: str, *, required: bool = False) -> JsonValue:
    schema: JsonValue = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _success(spec: RouteSpec, schemas: _Schemas) -> Json:
    if spec.response is None and spec.media_type == "application/json":
        return {str(204 if spec.status == 200 else spec.status): {"description": "Done."}}
    schema = schemas.response(spec) if spec.response is not None else {"type": "string", "format": "binary"}
    return {str(spec.status): {"description": "Done.", "content": {spec.media_type: {"schema": schema}}}}


def _failures(spec: RouteSpec, schemas: _Schemas) -> Json:
    by_status: dict[int, list[str]] = defaultdict(list)
    for error in {*spec.errors, *_implied(spec)}:
        by_status[error.status].append(error.code)
    content = {"application/problem+json": {"schema": schemas.problem}}
    return {
        str(status): {
            "description": ", ".join(sorted(codes)),
            "x-error-codes": sorted(codes),
            "content": content,
        }
        for status, codes in sorted(by_status.items())
    }


def _implied(spec: RouteSpec) -> set[type[ServiceError]]:
    """What the layer itself can answer on this route."""
    implied: set[type[ServiceError]] = {ServiceError, Unavailable}
    if spec.permission != PUBLIC:
        implied |= {Unauthenticated, Forbidden}
    if spec.method != "GET":
        implied |= {CrossOrigin, PayloadTooLarge, Malformed}
    if spec.body is not None:
        implied |= {InvalidInput, UnsupportedMediaType}
    if spec.query is not None:
        implied |= {InvalidInput}
    if spec.path_names:
        implied |= {NotFound}
    if spec.idempotent:
        implied |= {InvalidInput, IdempotencyKeyReused, StillRunning}
    if spec.upload:
        implied |= {FileNameMissing, UploadStalled}
    if spec.if_match:
        implied |= {PreconditionRequired, PreconditionFailed}
    return implied

"""The one declaration of a route: method, address, permission, shapes, errors. Everything else is built from
it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.errors import NotFound, ServiceError, Unauthenticated

PUBLIC = "public"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_ATTRIBUTE = "__consultroom_route__"

B = TypeVar("B", bound=BaseModel | None)
Q = TypeVar("Q", bound=BaseModel | None)
T = TypeVar("T")
Handler = Callable[["Call[Any, Any]"], Awaitable[object]]
Method = TypeVar("Method", bound=Callable[..., Awaitable[object]])


class Principal(Protocol):
    """Who asks, as the access package knows them."""

    @property
    def account_id(self) -> UUID:
        """The account."""
        ...

    @property
    def session_id(self) -> UUID:
        """The signed-in session."""
        ...

    @property
    def role(self) -> str:
        """The role's name."""
        ...

    @property
    def permissions(self) -> frozenset[str]:
        """What the role may do, as "scope:resource:action"."""
        ...


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """What was declared. `query` and `body` are pydantic models; `response` is a model, list[model] or None."""

    method: str
    path: str
    permission: str
    summary: str
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    response: Any
    status: int
    errors: tuple[type[ServiceError], ...]
    idempotent: bool
    if_match: bool
    transactional: bool
    media_type: str
    upload: bool

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names in braces."""
        return tuple(re.findall(r"{(\w+)}", self.path))


@dataclass(frozen=True, slots=True)
class BoundRoute:
    """A declaration and the bound method that answers it."""

    spec: RouteSpec
    handler: Handler
    name: str


@dataclass(frozen=True, slots=True)
class Versioned(Generic[T]):
    """A view and its version; the answer carries ETag: "<version>"."""

    view: T
    version: int


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """One request: parsed, authorised, inside one database transaction that commits before it is answered."""

    request: web.Request
    principal: Principal | None
    body: B
    query: Q
    clock: Clock
    if_match: int | None = None
    transaction: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        """The transaction of this request; RuntimeError on a route declared transactional=False."""
        if self.transaction is None:
            raise RuntimeError("this route is declared transactional=False")
        return self.transaction

    @property
    def actor(self) -> Principal:
        """Who asks; Unauthenticated when nobody is signed in."""
        if self.principal is None:
            raise Unauthenticated
        return self.principal

    def path_id(self, name: str) -> UUID:
        """The id in the address; NotFound when it is no UUID."""
        try:
            return UUID(self.request.match_info[name])
        except ValueError:
            raise NotFound from None

    def path_number(self, name: str) -> int:
        """The number in the address (at most nine digits); NotFound when it is none."""
        value = self.request.match_info[name]
        if not re.fullmatch(r"\d{1,9}", value, re.ASCII):
            raise NotFound
        return int(value)


def route(
    method: str,
    path: str,
    *,
    permission: str,
    summary: str,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    response: Any = None,
    status: int = 200,
    errors: tuple[type[ServiceError], ...] = (),
    idempotent: bool = False,
    if_match: bool = False,
    transactional: bool = True,
    media_type: str = "application/json",
    upload: bool = False,
) -> Callable[[Method], Method]:
    """Mark a method of an http class. Permission PUBLIC opens the route to everybody; there is no default.

    `idempotent`: an Idempotency-Key header makes a repeated request return the first answer. `if_match`: the
    If-Match header is required and handed over as `call.if_match`. `upload`: the body is a file, which the
    handler reads piece by piece (`core.http.uploads`). A wrong declaration is a ValueError at import.
    """
    spec = RouteSpec(
        method, path, str(permission), summary, body, query, response, status, errors, idempotent, if_match,
        transactional, media_type, upload,
    )  # fmt: skip
    _refuse_wrong(spec)

    def mark(function: Method) -> Method:
        setattr(function, _ATTRIBUTE, spec)
        return function

    return mark


def routes_of(obj: object) -> list[BoundRoute]:
    """The routes of an http object, in the order in which its class declares them."""
    found: dict[str, BoundRoute] = {}
    for kind in reversed(type(obj).__mro__):
        for name, member in vars(kind).items():
            spec = getattr(member, _ATTRIBUTE, None)
            if isinstance(spec, RouteSpec):
                found[name] = BoundRoute(spec, getattr(obj, name), f"{type(obj).__name__}.{name}")
    return list(found.values())


def permissions_of(bound: list[BoundRoute]) -> Mapping[str, str]:
    """ "METHOD /path" to permission, for the test that reads them all."""
    return {f"{item.spec.method} {item.spec.path}": item.spec.permission for item in bound}


def _refuse_wrong(spec: RouteSpec) -> None:
    wrong = {
        "unknown method": spec.method not in _METHODS,
        "a path begins with /": not spec.path.startswith("/"),
        "a permission is scope:resource:action or PUBLIC": not _is_permission(spec.permission),
        "a route needs a summary": not spec.summary,
        "GET takes no body": spec.method == "GET" and spec.body is not None,
        "an upload is posted outside of a transaction, and has no model": spec.upload
        and (spec.method != "POST" or spec.transactional or spec.body is not None),
        "idempotent needs a transaction and somebody signed in": spec.idempotent
        and (not spec.transactional or spec.permission == PUBLIC),
    }
    for reason, is_wrong in wrong.items():
        if is_wrong:
            raise ValueError(f"{spec.method} {spec.path}: {reason}")


def _is_permission(permission: str) -> bool:
    return permission == PUBLIC or re.fullmatch(r"[a-z_]+:[a-z_]+:[a-z_]+", permission) is not None

"""The aiohttp application of all declared routes: the order of its layers, top to bottom."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from aiohttp import web

from core.clock import Clock
from core.crypto import Keyring
from core.database import Database
from core.http.declaration import BoundRoute
from core.http.dispatch import Authenticate, Denied, Dispatcher
from core.http.docs_page import add_docs
from core.http.guard import add_security_headers, refuse_cross_origin
from core.http.health import add_health
from core.http.idempotency import Idempotency
from core.http.openapi import openapi_document
from core.http.problems import answer_problems

MAX_BODY_BYTES = 256 * 1024
Check = Callable[[], Awaitable[None]]


def build_app(
    bound: Sequence[BoundRoute],
    *,
    database: Database,
    clock: Clock,
    authenticate: Authenticate,
    keyring: Keyring | None = None,
    on_denied: Denied | None = None,
    own_origins: Collection[str] = (),
    checks: Mapping[str, Check] | None = None,
    title: str = "Consultroom",
    version: str = "0",
) -> web.Application:
    """An application that answers `bound`, /openapi.json, /docs, /livez and /readyz, and refuses all else.

    `keyring` encrypts stored answers and is needed when a route is idempotent. `on_denied(request, principal,
    permission)` is told of refused permissions. `own_origins`: the addresses browsers see when a proxy
    rewrites Host, e.g. "https://consult.example". `checks`: what /readyz asks; each returns or raises.
    ValueError on two routes with one address or an idempotent route without a keyring.
    """
    _refuse_conflicts(bound, keyring)
    app = web.Application(
        middlewares=[answer_problems, refuse_cross_origin(own_origins)], client_max_size=MAX_BODY_BYTES
    )
    app.on_response_prepare.append(add_security_headers)
    dispatcher = Dispatcher(
        database, clock, authenticate, Idempotency(keyring, clock) if keyring else None, on_denied
    )
    for item in bound:
        app.router.add_route(item.spec.method, item.spec.path, dispatcher.handler(item), name=None)
    add_docs(app, openapi_document(bound, title=title, version=version))
    add_health(app, checks or {})
    return app


def _refuse_conflicts(bound: Sequence[BoundRoute], keyring: Keyring | None) -> None:
    seen: set[tuple[str, str]] = set()
    for item in bound:
        address = (item.spec.method, item.spec.path)
        if address in seen:
            raise ValueError(f"declared twice: {item.spec.method} {item.spec.path}")
        if item.spec.idempotent and keyring is None:
            raise ValueError(f"{item.name} is idempotent: build_app needs a keyring")
        seen.add(address)

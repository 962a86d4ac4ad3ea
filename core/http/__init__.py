"""HTTP by declaration: `@route` on a method gives parsing, permission, transaction, problem+json, ETag,
idempotency and the OpenAPI document; `build_app` makes the aiohttp application of all declared routes.
"""

from core.http.application import build_app
from core.http.declaration import (
    PUBLIC,
    BoundRoute,
    Call,
    Principal,
    RouteSpec,
    Versioned,
    permissions_of,
    route,
    routes_of,
)
from core.http.pages import add_web

__all__ = [
    "PUBLIC",
    "BoundRoute",
    "Call",
    "Principal",
    "RouteSpec",
    "Versioned",
    "add_web",
    "build_app",
    "permissions_of",
    "route",
    "routes_of",
]

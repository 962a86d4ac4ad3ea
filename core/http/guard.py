"""What protects the browser: security headers on every answer, and no state change asked for by another site."""

from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import web

from core.errors import CrossOrigin
from core.http.problems import PREPARED, Next

# script-src 'self': our Vite build loads its own modules only, nothing inline, no CDN.
# style-src 'unsafe-inline': Mantine writes <style> elements and style attributes at run time (its CSS
# variables and
#   responsive props); a style cannot run code, and img-src and connect-src keep it from sending anything out.
# blob: for recordings and camera stills made in the page; ws: wss: for the room's socket ('self' does not
# cover ws in
#   every browser we support).
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self), "
    "geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",  # ignored by browsers on plain http
}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """The on_response_prepare signal: also reaches media streams, static files and aiohttp's own errors."""
    request[PREPARED] = True
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Server"] = "consultroom"


def refuse_cross_origin(own_origins: Collection[str]) -> web.middleware:  # type: ignore[valid-type]
    """The middleware against request forgery (the algorithm of Go's http.CrossOriginProtection).

    Browsers say where a request comes from in Sec-Fetch-Site, which a page cannot set; older ones at least
    send Origin with a state change. A request with neither is no browser's and carries no ambient cookie.
    """
    hosts = frozenset(urlsplit(origin).netloc for origin in own_origins)

    @web.middleware
    async def guard(request: web.Request, handler: Next) -> web.StreamResponse:
        if request.method not in _SAFE_METHODS and not _same_site(request, hosts):
            raise CrossOrigin
        return await handler(request)

    return guard


def _same_site(request: web.Request, hosts: frozenset[str]) -> bool:
    origin = request.headers.get("Origin")
    origin_host = urlsplit(origin).netloc if origin is not None else None
    if origin_host in hosts:
        return True
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or (origin_host != "" and origin_host == request.headers.get("Host"))

"""One request from permission to answer; the database transaction commits before a byte of the answer leaves."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from core.clock import Clock
from core.database import Database
from core.errors import Forbidden, Unauthenticated
from core.http.declaration import PUBLIC, BoundRoute, Call, Principal, RouteSpec, Versioned
from core.http.idempotency import Idempotency
from core.http.parsing import parse_body, parse_if_match, parse_query, read_body

_WORTH_COMPRESSING = 16_384  # bytes; below, nobody on a slow line would notice
Authenticate = Callable[[web.Request], Awaitable[Principal | None]]
Denied = Callable[[web.Request, Principal, str], Awaitable[None]]


class Dispatcher:
    """Answers declared routes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        authenticate: Authenticate,
        idempotency: Idempotency | None,
        on_denied: Denied | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._authenticate = authenticate
        self._idempotency = idempotency
        self._on_denied = on_denied

    def handler(self, bound: BoundRoute) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The aiohttp handler of one declared route."""
        renderer = Renderer(bound.spec)

        async def handle(request: web.Request) -> web.StreamResponse:
            principal = await self._authenticate(request)
            await self._authorise(bound.spec, request, principal)
            raw = b"" if bound.spec.upload else await read_body(request)
            call = self._call(bound.spec, request, principal, raw)
            if not bound.spec.transactional:
                return renderer.render(await bound.handler(call))
            async with self._database.transaction() as session:
                return await self._inside(bound, renderer, call, session, raw)

        return handle

    async def _authorise(self, spec: RouteSpec, request: web.Request, principal: Principal | None) -> None:
        """Default deny: a route that is not PUBLIC needs somebody signed in who holds its permission."""
        if spec.permission == PUBLIC:
            return
        if principal is None:
            raise Unauthenticated
        if spec.permission not in principal.permissions:
            if self._on_denied is not None:
                await self._on_denied(request, principal, spec.permission)
            raise Forbidden

    def _call(
        self, spec: RouteSpec, request: web.Request, principal: Principal | None, raw: bytes
    ) -> Call[Any, Any]:
        return Call(
            request=request,
            principal=principal,
            body=parse_body(spec, request, raw),
            query=parse_query(spec, request),
            clock=self._clock,
            if_match=parse_if_match(spec, request),
        )

    async def _inside(
        self, bound: BoundRoute, renderer: "Renderer", call: Call[Any, Any], session: AsyncSession, raw: bytes
    ) -> web.StreamResponse:
        call = _with_session(call, session)
        if not bound.spec.idempotent or self._idempotency is None:
            return renderer.render(await bound.handler(call))
        return await self._idempotency.once(call, raw, lambda: _buffered(bound.handler(call), renderer))


class Renderer:
    """Turns what a handler returns into the answer its route declares."""

    def __init__(self, spec: RouteSpec) -> None:
        self._spec = spec
        self._adapter: TypeAdapter[Any] | None = (
            TypeAdapter(spec.response) if spec.response is not None else None
        )

    def render(self, result: object) -> web.StreamResponse:
        """A response as it is; None as 204; Versioned with its ETag; all else as JSON of the declared shape."""
        if isinstance(result, web.StreamResponse):
            return result
        if result is None:
            return web.Response(status=204 if self._spec.status == 200 else self._spec.status)
        view = result.view if isinstance(result, Versioned) else result
        response = web.Response(
            status=self._spec.status, body=self._json(view), content_type=self._spec.media_type
        )
        if isinstance(result, Versioned):
            response.headers["ETag"] = f'"{result.version}"'
        if isinstance(response.body, bytes) and len(response.body) >= _WORTH_COMPRESSING:
            response.enable_compression()  # where the request accepts it; an hour's transcript is a megabyte
        return response

    def _json(self, view: object) -> bytes:
        if self._adapter is not None:
            return self._adapter.dump_json(view, by_alias=True)
        if isinstance(view, BaseModel):
            return view.model_dump_json(by_alias=True).encode()
        raise TypeError(f"{self._spec.method} {self._spec.path} declares no response but returned one")


async def _buffered(result: Awaitable[object], renderer: Renderer) -> web.Response:
    response = renderer.render(await result)
    if not isinstance(response, web.Response):
        raise TypeError("an idempotent route answers with a model, not a stream")
    return response


def _with_session(call: Call[Any, Any], session: AsyncSession) -> Call[Any, Any]:
    return Call(
        call.request, call.principal, call.body, call.query, call.clock, call.if_match, transaction=session
    )

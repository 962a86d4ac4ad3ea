"""A person of the demo without a browser: signs in, takes a ticket, and speaks the room's socket protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any, Self
from uuid import UUID

import aiohttp
import socketio

from access import COOKIE
from core.errors import ServiceError

NAMESPACE = "/room"
TIMEOUT = 20.0  # seconds for one answer


class DemoRefused(ServiceError):
    code = "demo_refused"
    title = "The clinic refused a step of the demo consult"
    next_step = "Check that `consultroom up --demo` runs at this address."


class DemoUnreachable(ServiceError):
    code = "demo_unreachable"
    title = "No demo clinic answers at this address"
    next_step = "Start it with `make run`, or give its address with --url."


class DemoPerson:
    """One signed-in account. `state` is the newest room.state; `ended` is set when the visit or the link is over."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url
        self._socket = socketio.AsyncClient(reconnection=False)
        self._changed = asyncio.Event()
        self.cookie = ""
        self.node_url = ""
        self.state: dict[str, Any] = {}
        self.ended = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def signed_in(cls, url: str, email: str, password: str) -> AsyncIterator[Self]:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
            person = cls(http, url)
            await person._sign_in(email, password)
            try:
                yield person
            finally:
                await person.leave()

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises DemoRefused with the server's own sentence, DemoUnreachable."""
        content = await self._ask("POST", path, json=body)
        return dict(json.loads(content)) if content else {}

    async def get(self, path: str) -> Any:
        """The JSON at `path`; errors as `post`."""
        return json.loads(await self.fetch(path))

    async def fetch(self, path: str) -> bytes:
        """The bytes at `path`; errors as `post`."""
        return await self._ask("GET", path)

    async def _ask(self, method: str, path: str, **keywords: Any) -> bytes:
        try:
            async with self._http.request(
                method, self._url + path, headers=self._headers(), **keywords
            ) as answer:
                content = await answer.read()
                if answer.status >= 400:
                    raise DemoRefused(str(json.loads(content).get("title", answer.status)))
                self._keep_cookie(answer.headers.getall("Set-Cookie", []))
                return content
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DemoUnreachable from error

    async def enter(self, visit_id: UUID) -> None:
        """Connect to the visit's room."""
        ticket = await self.post(f"/api/visits/{visit_id}/ticket", {})
        self._socket.on("room.state", self._on_state, namespace=NAMESPACE)
        for over in ("room.ended", "room.removed", "room.moved", "disconnect"):
            self._socket.on(over, self._on_over, namespace=NAMESPACE)
        self.node_url = ticket["node_url"] or self._url
        await self._socket.connect(
            self.node_url,
            auth={"ticket": ticket["ticket"], "visit_id": str(visit_id)},
            headers=self._headers(),
            transports=["websocket"],
            namespaces=[NAMESPACE],
            wait_timeout=TIMEOUT,
        )

    def on(self, event: str, handler: Callable[[dict[str, Any]], None]) -> None:
        """Call `handler` with each of these events that the room sends; before `enter`."""
        self._socket.on(event, handler, namespace=NAMESPACE)

    async def come_back(self, visit_id: UUID) -> None:
        """Connect once more: the room is somewhere else, or its node was started again."""
        await self.leave()
        self.ended.clear()
        await self.enter(visit_id)

    async def tell(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send one event; returns its acknowledgement. Raises DemoRefused."""
        answer = await self._socket.call(event, payload, namespace=NAMESPACE, timeout=TIMEOUT)
        if not answer.get("ok"):
            raise DemoRefused(str(answer.get("error", {}).get("title", event)))
        return dict(answer)

    async def offer(self, sdp: str) -> str:
        return str((await self.tell("media.offer", {"sdp": sdp}))["sdp"])

    async def agree(self) -> None:
        for purpose in ("record", "transcribe"):
            await self.tell("consent.set", {"purpose": purpose, "granted": True, "text_version": "demo"})

    async def see(self, role: str, state: str) -> dict[str, Any]:
        """Wait until somebody of `role` is in `state`; returns them. TimeoutError."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                for person in self.state.get("participants", []):
                    if person["role"] == role and person["state"] == state:
                        return dict(person)
                self._changed.clear()
                await self._changed.wait()

    @property
    def me(self) -> dict[str, Any]:
        return next(p for p in self.state["participants"] if p["id"] == self.state["me"])

    async def leave(self) -> None:
        if self._socket.connected:
            await self._socket.disconnect()

    async def _sign_in(self, email: str, password: str) -> None:
        await self.post("/api/session", {"email": email, "password": password})

    async def _on_state(self, state: dict[str, Any]) -> None:
        self.state = state
        self._changed.set()

    async def _on_over(self, *_: object) -> None:
        self.ended.set()
        self._changed.set()

    def _headers(self) -> dict[str, str]:
        headers = {"Origin": self._url}
        return {**headers, "Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else headers

    def _keep_cookie(self, lines: list[str]) -> None:
        """By hand: the cookie is Secure, and only browsers treat plain http on loopback as secure."""
        for line in lines:
            parsed = SimpleCookie(line)
            if COOKIE in parsed:
                self.cookie = parsed[COOKIE].value

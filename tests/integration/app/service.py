"""The whole service in this process: every route, the rooms, and the way of events from outbox to sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from access import COOKIE
from app.demo.people import DOCTOR, PASSWORD, PATIENT
from app.serve import _show
from app.settings import Settings
from app.wiring import Clinic
from tests.integration.signaling.client import ORIGIN, RoomClient

Browser = TestClient[web.Request, web.Application]


@dataclass
class Service:
    """A running clinic and one client of its HTTP."""

    clinic: Clinic
    browser: Browser

    @property
    def url(self) -> str:
        return str(self.browser.make_url("")).rstrip("/")

    async def sign_in(self, email: str) -> "Caller":
        _, token = await self.clinic.access.sign_in(email, PASSWORD, "127.0.0.1")
        return Caller(self, token)

    async def consult(self) -> tuple["Caller", "Caller", UUID]:
        """Doctor, patient, and a visit the patient has just booked."""
        doctor, patient = await self.sign_in(DOCTOR.email), await self.sign_in(PATIENT.email)
        slots = await patient.get("/api/slots?status=free")
        booking = await patient.post(f"/api/slots/{slots[0]['id']}/booking", {"reason": "planted"})
        return doctor, patient, UUID(booking["visit_id"])


@dataclass
class Caller:
    """Somebody's browser: a cookie, and what they ask."""

    service: Service
    token: str

    @property
    def cookies(self) -> dict[str, str]:
        return {COOKIE: self.token}

    async def ask(self, method: str, path: str, **more: Any) -> ClientResponse:
        return await self.service.browser.request(method, path, cookies=self.cookies, **more)

    async def get(self, path: str) -> Any:
        return await self._answer(await self.ask("GET", path))

    async def post(self, path: str, body: object) -> Any:
        return await self._answer(await self.ask("POST", path, json=body))

    async def delete(self, path: str) -> Any:
        return await self._answer(await self.ask("DELETE", path))

    async def refused(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Status and code of what is expected to be refused."""
        answer = await self.ask(method, path, **more)
        assert answer.status >= 400, await answer.text()
        return answer.status, (await answer.json())["code"]

    @asynccontextmanager
    async def room(self, visit_id: UUID) -> AsyncIterator[tuple[RoomClient, dict[str, Any]]]:
        """A socket in the visit's room, and the first state it saw."""
        ticket = await self.post(f"/api/visits/{visit_id}/ticket", {})
        async with RoomClient(self.service.url, origin=ORIGIN) as client:
            yield client, await client.join(ticket["ticket"], visit_id)

    async def _answer(self, answer: ClientResponse) -> Any:
        assert answer.status < 400, await answer.text()
        return await answer.json() if answer.status != 204 else None


@asynccontextmanager
async def running(
    database_url: str, redis_url: str, data_dir: Path, **settings: object
) -> AsyncIterator[Service]:
    """Until the block ends: `serve` without its process, in a clinic that was seeded before."""
    given = {
        "database_url": database_url, "redis_url": redis_url, "data_dir": data_dir, "demo": True,
        "public_origins": (ORIGIN,), **settings,
    }  # fmt: skip
    clinic, stop = Clinic(Settings().model_copy(update=given)), asyncio.Event()
    async with TestClient(TestServer(clinic.web_app())) as browser:
        loops = [
            asyncio.create_task(loop)
            for loop in (clinic.rooms.run(stop), clinic.relay.run(stop), _show(clinic, stop))
        ]
        try:
            yield Service(clinic, browser)
        finally:
            stop.set()
            await asyncio.wait(loops, timeout=5)
            await clinic.rooms.close()
    clinic.access.close()
    clinic.recordings.close()
    clinic.files.close()
    await clinic.close()

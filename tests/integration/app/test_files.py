"""Files in a visit's chat over real HTTP: whole or not at all, sealed, for those whose visit it is."""

import asyncio
import errno
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
from aiohttp import ClientResponse
from sqlalchemy import text

from access import COOKIE
from core.ids import new_id
from core.storage import FileAppender, FolderStorage
from tests.integration.app.service import Caller, Service
from tests.integration.signaling.client import RoomClient
from tests.unit.clinical_store.test_files import GPS, exif, jpeg

pytestmark = pytest.mark.integration
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 1000 + b"planted diagnosis\n%%EOF\n"
NAME = "Planted Blutbild Größe.pdf"
READY = {"camera": True, "microphone": True, "speaker": True}


@dataclass
class Call:
    """Doctor and patient in the call, and a place for bytes."""

    service: Service
    doctor: Caller
    patient: Caller
    visit_id: UUID
    doctors_room: RoomClient
    patients_room: RoomClient
    root: Path

    @property
    def path(self) -> str:
        return f"/api/visits/{self.visit_id}/files"

    async def send(self, data: object, name: str = NAME, who: Caller | None = None) -> ClientResponse:
        headers = {"X-File-Name": quote(name), "Content-Type": "application/octet-stream"}
        return await (who or self.patient).ask("POST", self.path, data=data, headers=headers)

    async def code(self, data: object, name: str = NAME, who: Caller | None = None) -> tuple[int, str]:
        answer = await self.send(data, name, who)
        return answer.status, (await answer.json())["code"]

    def on_disk(self) -> list[Path]:
        return [path for path in self.root.rglob("files/*") if path.is_file()]

    async def rows(self) -> int:
        async with self.service.clinic.database.transaction() as session:
            return int((await session.execute(text("SELECT count(*) FROM visit_file"))).scalar_one())

    async def nothing_is_left(self) -> None:
        async with asyncio.timeout(10):
            while self.on_disk():
                await asyncio.sleep(0.02)  # two threads of the server are tidying up
        assert await self.rows() == 0


@pytest.fixture
async def call(service: Service, tmp_path: Path) -> AsyncIterator[Call]:
    doctor, patient, visit_id = await service.consult()
    async with AsyncExitStack() as stack:
        doctors_room, _ = await stack.enter_async_context(doctor.room(visit_id))
        patients_room, state = await stack.enter_async_context(patient.room(visit_id))
        await patients_room.must("lobby.ready", READY)
        await doctors_room.must("lobby.admit", {"participant_id": state["me"]})
        yield Call(service, doctor, patient, visit_id, doctors_room, patients_room, tmp_path / "storage")


async def test_sent_told_listed_and_read_again(call: Call) -> None:
    answer = await call.send(PDF)
    assert answer.status == 201
    sent = await answer.json()
    assert (sent["text"], sent["file"]["name"], sent["file"]["kind"], sent["file"]["size"]) == (
        "", NAME, "pdf", len(PDF),
    )  # fmt: skip
    told = await call.doctors_room.event("chat.message")
    assert told["id"] == sent["id"] and told["file"] == sent["file"]  # noqa: PT018
    [listed] = await call.doctor.get(call.path)
    assert (listed["name"], listed["sender_name"], listed["size"]) == (NAME, sent["display_name"], len(PDF))
    assert (await call.patient.get(f"/api/visits/{call.visit_id}/chat"))[-1] == sent
    got = await call.doctor.ask("GET", f"{call.path}/{listed['id']}")
    assert await got.read() == PDF
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''Planted%20Blutbild%20Gr%C3%B6%C3%9Fe.pdf" in got.headers["Content-Disposition"]
    assert got.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (got.headers["X-Content-Type-Options"], got.headers["Cache-Control"]) == ("nosniff", "no-store")


async def test_what_lies_on_disk_and_in_the_tables_is_sealed(call: Call) -> None:
    await call.send(PDF)
    [stored] = call.on_disk()
    assert b"planted" not in stored.read_bytes().lower()
    assert "planted" not in stored.name
    async with call.service.clinic.database.transaction() as session:
        rows = await session.scalars(
            text("SELECT f::text FROM visit_file f UNION SELECT c::text FROM chat_message c")
        )
        everything = " ".join(rows).lower()
    assert "blutbild" not in everything and b"blutbild".hex() not in everything  # noqa: PT018


async def test_a_photo_does_not_say_where_it_was_taken(call: Call) -> None:
    sent = await (await call.send(jpeg(exif(6)), "photo.jpg")).json()
    got = await (await call.doctor.ask("GET", f"{call.path}/{sent['file']['id']}")).read()
    assert GPS not in got and got.startswith(b"\xff\xd8")  # noqa: PT018
    assert len(got) == sent["file"]["size"]


async def test_each_read_leaves_a_row(call: Call) -> None:
    sent = await (await call.send(PDF)).json()
    await call.doctor.ask("GET", f"{call.path}/{sent['file']['id']}")
    query = "SELECT action || ' ' || outcome FROM audit_event WHERE subject_kind = 'visit_file' ORDER BY id"
    async with call.service.clinic.database.transaction() as session:
        assert list(await session.scalars(text(query))) == [
            "room:file:send allowed",
            "record:file:read allowed",
        ]


REFUSED = {
    "program": (b"MZ\x90\x00" + bytes(100), "file_kind_refused"),
    "archive": (b"PK\x03\x04" + bytes(100), "file_kind_refused"),
    "not text to its end": (b"harmless words " * 2000 + b"\0\x01", "file_kind_refused"),
    "half a photo": (jpeg(exif(6))[:-8], "file_damaged"),
    "nothing": (b"", "file_damaged"),
    "too large": (b"%PDF-" + bytes(1_000_000), "file_too_large"),
}


async def test_a_refused_file_leaves_nothing(call: Call) -> None:
    for what, (data, code) in REFUSED.items():
        assert (await call.code(data, "results.pdf"))[1] == code, what
    await call.nothing_is_left()


async def test_a_file_of_unknown_length_is_bounded_as_well(call: Call) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7\n"
        for _ in range(40):
            yield bytes(64 * 1024)

    assert await call.code(endless()) == (413, "file_too_large")
    await call.nothing_is_left()


async def test_a_name_is_needed_and_never_believed(call: Call) -> None:
    for name in ("", "%ff", "%20"):
        answer = await call.patient.ask("POST", call.path, data=PDF, headers={"X-File-Name": name})
        assert (await answer.json())["code"] == "file_name_missing"
    sent = await (await call.send(b"<script>alert(1)</script>", "../evil.html")).json()
    assert (sent["file"]["name"], sent["file"]["kind"]) == ("evil.html.txt", "text")


async def test_an_upload_that_breaks_off_leaves_nothing(call: Call) -> None:
    began = asyncio.Event()

    async def halting() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7\n" + bytes(200_000)
        began.set()
        await asyncio.sleep(60)

    upload = asyncio.create_task(call.send(halting()))
    await began.wait()
    async with asyncio.timeout(10):
        while not call.on_disk():
            await asyncio.sleep(0.02)  # the server's threads are writing
    upload.cancel()
    await asyncio.gather(upload, return_exceptions=True)
    await call.nothing_is_left()


async def test_so_many_of_one_person(call: Call) -> None:
    for number in range(10):
        assert (await call.send(b"words", f"{number}.txt")).status == 201
    assert await call.code(b"words") == (409, "too_many_files")
    assert (await call.send(b"words", who=call.doctor)).status == 201
    assert len(call.on_disk()) == 11


async def test_who_holds_uploads_open_leaves_places_for_the_others(call: Call) -> None:
    began: asyncio.Queue[None] = asyncio.Queue()

    async def halting() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7\n" + bytes(200_000)
        await began.put(None)
        await asyncio.sleep(60)

    held = [asyncio.create_task(call.send(halting())) for _ in range(2)]
    async with asyncio.timeout(10):
        for _ in held:
            await began.get()
        while len(call.on_disk()) < 2:
            await asyncio.sleep(0.02)  # the server's threads are writing
    assert await call.code(PDF) == (503, "uploads_busy")
    assert (await call.send(b"words", who=call.doctor)).status == 201
    for upload in held:
        upload.cancel()
    await asyncio.gather(*held, return_exceptions=True)
    async with asyncio.timeout(10):
        while (await call.send(b"words")).status != 201:
            await asyncio.sleep(0.02)  # until the server has noticed


async def test_a_full_disk_is_said_plainly(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk takes the head of the file and no more: ENOSPC comes at a write or a flush, as from a real one."""

    def full(_self: FileAppender, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileAppender, "write", full)
    assert await call.code(PDF) == (507, "storage_full")
    monkeypatch.undo()
    await call.nothing_is_left()


async def test_who_may_not(call: Call) -> None:
    sent = await (await call.send(PDF)).json()
    file_id = sent["file"]["id"]
    scheduler = await call.service.sign_in("scheduler@demo.clinic")
    stranger = await call.service.sign_in("simulated-doctor@demo.clinic")
    _, _, other_visit = await call.service.consult()
    for caller in (scheduler, stranger):
        assert (await caller.refused("GET", call.path))[0] == 403
        assert (await caller.refused("GET", f"{call.path}/{file_id}"))[0] == 403
        assert (await call.code(PDF, who=caller))[0] == 403
    nobody = Caller(call.service, "x" * 43)
    assert (await nobody.refused("GET", f"{call.path}/{file_id}"))[0] == 401
    # The right file under the wrong visit, and a wrong file under the right one.
    assert await call.doctor.refused("GET", f"/api/visits/{other_visit}/files/{file_id}") == (
        404,
        "file_not_found",
    )
    assert await call.doctor.refused("GET", f"{call.path}/{new_id()}") == (404, "file_not_found")
    # Not in the call: before admission, and after the end. Reading goes on.
    before = f"/api/visits/{other_visit}/files"
    headers = {"X-File-Name": "a.pdf"}
    assert (await call.patient.refused("POST", before, data=PDF, headers=headers))[
        1
    ] == "participant_not_found"
    await call.doctors_room.must("room.end")
    assert await call.code(PDF) == (409, "visit_ended")
    assert len(await call.patient.get(call.path)) == 1
    assert len(call.on_disk()) == 1


async def test_a_guest_neither_sends_nor_sees_files(call: Call) -> None:
    made = await call.doctor.post(f"/api/visits/{call.visit_id}/invitations", {"role": "family"})
    token = made["path"].partition("#")[2]
    answer = await call.service.browser.post("/api/guest", json={"token": token, "display_name": "Tom"})
    guest = Caller(call.service, answer.cookies[COOKIE].value)
    async with guest.room(call.visit_id) as (room, state):
        await room.must("lobby.ready", READY)
        await call.doctors_room.must("lobby.admit", {"participant_id": state["me"]})
        await room.event("room.state", lambda s: len(s["participants"]) == 3)
        assert (await call.code(PDF, who=guest))[0] == 403
        sent = await (await call.send(PDF)).json()
        await call.doctors_room.event("chat.message")
        await call.patients_room.must("chat.send", {"text": "after it"})
        assert (await room.event("chat.message"))["text"] == "after it"
        assert (await guest.refused("GET", f"{call.path}/{sent['file']['id']}"))[0] == 403


async def test_what_a_killed_upload_left_is_seen_by_nobody_and_removed(call: Call) -> None:
    """kill -9 between the bytes and the row: the file has no row, and an id that is old by its own words."""
    await call.send(PDF)
    storage, shelf = call.service.clinic.storage, call.service.clinic.files
    old = UUID(int=((int(time.time()) - 7200) * 1000) << 80 | 7 << 76 | 2 << 62)
    for name in (f"files/{old}.crf", f"files/{new_id()}.crf", "files/foreign.txt"):
        storage.append(name).close()
    assert len(await call.doctor.get(call.path)) == 1
    assert await shelf.tidy() == 1
    assert not storage.exists(f"files/{old}.crf")
    assert len(call.on_disk()) == 3  # the one that was sent, one that may just be arriving, one not of ours
    assert isinstance(storage, FolderStorage)

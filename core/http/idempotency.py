"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a repeated request gets the first answer.

The record is a row of the same transaction as the effect: either both are there or neither. Failed requests
leave none, so they may be repeated. The stored answer is encrypted, it can hold what a record holds.
"""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from aiohttp import web
from sqlalchemy import DateTime, Index, LargeBinary, SmallInteger, Text, Uuid, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import Clock
from core.crypto import Keyring
from core.database import Base, sqlstate
from core.errors import Conflict, InvalidInput
from core.http.declaration import Call

IDEMPOTENCY_KEY = "^[!-~]{1,128}$"
KEEP = timedelta(hours=24)
_LOCK_NOT_AVAILABLE = "55P03"
_KEPT_HEADERS = ("ETag", "Location")


class IdempotencyRecord(Base):
    """The answer that was given to one key of one account."""

    __tablename__ = "idempotency_record"

    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    __table_args__ = (Index("ix_idempotency_record_expires_at", "expires_at"),)


class IdempotencyKeyReused(InvalidInput):
    """The key was used for another request."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used for a different request"
    next_step = "Use a new key for a new request."


class StillRunning(Conflict):
    """The first request with this key has not ended."""

    code = "request_in_progress"
    title = "The same request is still being worked on"
    next_step = "Wait a moment and send it again with the same key."


class Idempotency:
    """Runs an effect once per (account, key)."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock

    async def once(
        self, call: Call[Any, Any], raw: bytes, effect: Callable[[], Awaitable[web.Response]]
    ) -> web.Response:
        """Run `effect`, or return what it answered the first time. Without a key it always runs.

        Raises IdempotencyKeyReused for another request, StillRunning while the first one holds the row.
        """
        key = call.request.headers.get("Idempotency-Key")
        if key is None:
            return await effect()
        if not re.fullmatch(IDEMPOTENCY_KEY, key):
            raise InvalidInput("An Idempotency-Key has 1 to 128 printable ASCII characters.")
        digest = _digest(call.request, raw)
        first = await self._claim(call.session, call.actor.account_id, key, digest)
        if first is not None:
            return self._replay(first, digest)
        response = await effect()
        await self._keep(call.session, call.actor.account_id, key, response)
        return response

    async def _claim(
        self, session: AsyncSession, account_id: UUID, key: str, digest: bytes
    ) -> IdempotencyRecord | None:
        """Insert our row; None when it is ours to run. Waits for a concurrent first request to end."""
        now = self._clock.now()
        mine = (IdempotencyRecord.account_id == account_id) & (IdempotencyRecord.key == key)
        try:
            await session.execute(delete(IdempotencyRecord).where(mine, IdempotencyRecord.expires_at <= now))
            row = insert(IdempotencyRecord).values(
                account_id=account_id, key=key, request_sha256=digest, expires_at=now + KEEP
            )
            claim = row.on_conflict_do_nothing().returning(IdempotencyRecord.key)
            if (await session.execute(claim)).scalar() is not None:
                return None
        except DBAPIError as error:
            if sqlstate(error) == _LOCK_NOT_AVAILABLE:
                raise StillRunning(retry_after=1) from None
            raise
        return (await session.scalars(select(IdempotencyRecord).where(mine))).one()

    def _replay(self, record: IdempotencyRecord, digest: bytes) -> web.Response:
        if record.request_sha256 != digest:
            raise IdempotencyKeyReused
        if record.answer is None or record.status is None:
            raise StillRunning(retry_after=1)
        kept = json.loads(self._keyring.unseal(record.answer, aad=_place(record.account_id, record.key)))
        headers = {**kept["headers"], "Idempotent-Replayed": "true"}
        return web.Response(
            status=record.status,
            body=kept["body"].encode(),
            headers=headers,
            content_type=kept["content_type"],
        )

    async def _keep(self, session: AsyncSession, account_id: UUID, key: str, response: web.Response) -> None:
        body = response.body if isinstance(response.body, bytes) else b""
        kept = {
            "body": body.decode(),
            "content_type": response.content_type,
            "headers": {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
        }
        answer = self._keyring.seal(json.dumps(kept).encode(), aad=_place(account_id, key))
        mine = (IdempotencyRecord.account_id == account_id) & (IdempotencyRecord.key == key)
        await session.execute(
            update(IdempotencyRecord).where(mine).values(status=response.status, answer=answer)
        )


async def forget_expired(session: AsyncSession, clock: Clock) -> None:
    """Delete records that are over a day old; for the retention job."""
    await session.execute(delete(IdempotencyRecord).where(IdempotencyRecord.expires_at <= clock.now()))


def _digest(request: web.Request, raw: bytes) -> bytes:
    head = f"{request.method} {request.path_qs}\n{request.headers.get('If-Match', '')}\n".encode()
    return hashlib.sha256(head + raw).digest()


def _place(account_id: UUID, key: str) -> bytes:
    return f"idempotency_record|answer|{account_id}|{key}".encode()

"""Identifiers: UUID version 7 (RFC 9562 section 5.7), so that rows and files sort by the time they were made."""

import os
import time
from datetime import UTC, datetime
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62


def new_id() -> UUID:
    """A new UUIDv7: 48 bits of milliseconds, 12 bits of the fraction (method 3), 62 random bits."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=(milliseconds & 0xFFFF_FFFF_FFFF) << 80 | _VERSION | fraction << 64 | _VARIANT | random)


def made_at(made: UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond. ValueError for another version."""
    if made.version != 7:
        raise ValueError("not a UUIDv7")
    return datetime.fromtimestamp((made.int >> 80) / 1000, UTC)

"""What a signature covers: the canonical bytes of one exact version, and their SHA-256. Pure."""

import hashlib
import json
from typing import Any
from uuid import UUID

from clinical_store.note import NoteVersion


def canonical(visit_id: UUID, version: NoteVersion) -> bytes:
    """The bytes that are signed: JSON with sorted keys, no spaces, UTF-8 (the idea of RFC 8785).

    What later releases added is among them only where it says something, so that older signatures still fit.
    """
    content = _without_unsaid({"visit_id": str(visit_id), **version.model_dump(mode="json")})
    content["statements"] = [_without_unsaid(line) for line in content["statements"]]
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


_ADDED_LATER = ("reviewed", "merged_keys", "heard", "basis")


def _without_unsaid(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value or name not in _ADDED_LATER}


def digest(visit_id: UUID, version: NoteVersion) -> bytes:
    """SHA-256 of the canonical bytes, 32 bytes."""
    return hashlib.sha256(canonical(visit_id, version)).digest()

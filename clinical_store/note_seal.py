"""What proves the record unchanged. Pure.

A signature names the SHA-256 of one exact version's canonical bytes. Signature, countersignature and each addendum
carry an HMAC-SHA256 under a key of the patient's over their own content and what came before them, so that who can
write to the database but does not hold the key can neither change, move nor take out one of them unseen.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from itertools import accumulate
from typing import Any
from uuid import UUID

from clinical_store.note import Addendum, Countersignature, NoteVersion, Signature


def canonical(visit_id: UUID, version: NoteVersion) -> bytes:
    """The bytes that are signed: JSON with sorted keys, no spaces, UTF-8 (the idea of RFC 8785).

    What later releases added is among them only where it says something, so that older signatures still fit.
    """
    content = _without_unsaid({"visit_id": str(visit_id), **version.model_dump(mode="json")})
    content["statements"] = [_without_unsaid(line) for line in content["statements"]]
    return _json(content)


_ADDED_LATER = ("reviewed", "merged_keys", "heard", "basis", "dismissed_reasons", "orders", "template")


def _without_unsaid(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if value or name not in _ADDED_LATER}


def digest(visit_id: UUID, version: NoteVersion) -> bytes:
    """SHA-256 of the canonical bytes, 32 bytes."""
    return hashlib.sha256(canonical(visit_id, version)).digest()


def seal_of(
    key: bytes, visit_id: UUID, before: bytes, entry: Signature | Countersignature | Addendum
) -> bytes:
    """32 bytes over an entry of the record and `before`, the seal or digest that it follows."""
    content = entry.model_dump(
        exclude={"sha256"} if "sha256" in type(entry).model_fields else set(), mode="json"
    )
    said = _json({"visit_id": str(visit_id), "kind": type(entry).__name__, **content})
    return hmac.digest(key, before + said, "sha256")


def seals_of(key: bytes, visit_id: UUID, signature: Signature, addenda: Sequence[Addendum]) -> list[bytes]:
    """The seal of each addendum, in order: the first follows the signature, each other the one before it."""
    chain = accumulate(
        addenda, lambda before, addendum: seal_of(key, visit_id, before, addendum), initial=signature.sha256
    )
    return list(chain)[1:]


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

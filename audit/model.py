"""Audit events and the chain over them, as pure values: what is hashed, signed and compared."""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

Outcome = Literal["allowed", "denied"]
OUTCOMES: tuple[Outcome, ...] = ("allowed", "denied")
BadReason = Literal[
    "position_missing",
    "event_missing",
    "event_changed",
    "link_broken",
    "head_forged",
    "head_mismatch",
    "tail_missing",
]
GENESIS = bytes(32)  # what the first row of the chain calls the hash before it
_ACTION = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")
_CODE = re.compile(r"[a-z0-9_.]{0,64}")


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One access or act. `action`: "record:note:read"; `reason`: a short code, never a sentence.

    `actor_id` is None for somebody not signed in; `patient_id` is None where no record is concerned.
    Raises ValueError where a text could carry more than a code.
    """

    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID
    patient_id: UUID | None
    outcome: Outcome
    reason: str = ""

    def __post_init__(self) -> None:
        if not _ACTION.fullmatch(self.action):
            raise ValueError("an audit action is scope:resource:action")
        if not (_CODE.fullmatch(self.reason) and _CODE.fullmatch(self.subject_kind) and self.subject_kind):
            raise ValueError("reason and subject_kind are short codes: a-z, 0-9, _ and .")
        if self.outcome not in OUTCOMES:
            raise ValueError("an outcome is allowed or denied")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it lies in the table, with its row number and the moment it was written.

    Not checked as AuditEvent is: the verifier must be able to read what a stranger wrote there.
    """

    id: int
    at: datetime
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID
    patient_id: UUID | None
    outcome: str
    reason: str

    def canonical(self) -> bytes:
        """The bytes that are hashed: JSON with sorted keys, no spaces, UTC time to the microsecond."""
        value = {
            "id": self.id,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor_id": _text(self.actor_id),
            "action": self.action,
            "subject_kind": self.subject_kind,
            "subject_id": _text(self.subject_id),
            "patient_id": _text(self.patient_id),
            "outcome": self.outcome,
            "reason": self.reason,
        }
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Seal:
    """The place of one event in the chain. Positions count from 1 without a gap."""

    position: int
    event_id: int
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The newest place of the chain when it was signed (Ed25519 over position and hash)."""

    position: int
    hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class BadRow:
    """Where the chain breaks first. `event_id` where it is known."""

    position: int
    event_id: int | None
    reason: Literal[
        "position_missing",
        "event_missing",
        "event_changed",
        "link_broken",
        "head_forged",
        "head_mismatch",
        "tail_missing",
    ]


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found: how many rows are sealed, how many wait, and the first bad one (None: intact)."""

    sealed: int
    unsealed: int
    first_bad: BadRow | None

    @property
    def intact(self) -> bool:
        """Whether nothing was changed, removed or moved."""
        return self.first_bad is None


def chain(key: bytes, previous: Seal | None, stored: StoredEvent) -> Seal:
    """The seal of `stored` after `previous`: HMAC-SHA256 over position, previous hash and canonical event.

    Keyed, so that whoever can rewrite the database cannot compute a chain that fits.
    """
    position = previous.position + 1 if previous else 1
    previous_hash = previous.hash if previous else GENESIS
    return Seal(position, stored.id, previous_hash, seal_hash(key, position, previous_hash, stored))


def seal_hash(key: bytes, position: int, previous_hash: bytes, stored: StoredEvent) -> bytes:
    """32 bytes."""
    return hmac.digest(key, position.to_bytes(8) + previous_hash + stored.canonical(), hashlib.sha256)


def check(key: bytes, previous: Seal | None, seal: Seal, stored: StoredEvent | None) -> BadRow | None:
    """What is wrong with `seal` as the follower of `previous`; None when it fits its event and its place."""
    expected = previous.position + 1 if previous else 1
    if seal.position != expected:
        return BadRow(expected, None, "position_missing")
    if stored is None:
        return BadRow(seal.position, seal.event_id, "event_missing")
    if seal.previous_hash != (previous.hash if previous else GENESIS):
        return BadRow(seal.position, seal.event_id, "link_broken")
    if not hmac.compare_digest(seal.hash, seal_hash(key, seal.position, seal.previous_hash, stored)):
        return BadRow(seal.position, seal.event_id, "event_changed")
    return None


def head_message(position: int, hash_: bytes) -> bytes:
    """The bytes a head's signature covers."""
    return b"consultroom-audit-head-v1" + position.to_bytes(8) + hash_


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)

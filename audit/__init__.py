"""The append-only record of who saw or did what.

`record` writes a row in the caller's transaction, so an act and its row commit together. `record_denied`
writes a refused access in a transaction of its own, so that the row survives the rollback of the refused
request. The `Sealer` chains committed rows within a second or so and signs the head; `verify` names the first
row that was changed, removed or moved. Rows hold ids and codes, never a name or a clinical word.
"""

from audit.archive import HeadArchive, HeadFile
from audit.keys import AuditKeys, private_key_file
from audit.model import AuditEvent, BadRow, Outcome, SignedHead, StoredEvent, Verification
from audit.sealer import ChainBroken, Sealer
from audit.store import history_of, record, record_denied, times_allowed
from audit.verifier import verify

__all__ = [
    "AuditEvent",
    "AuditKeys",
    "BadRow",
    "ChainBroken",
    "HeadArchive",
    "HeadFile",
    "Outcome",
    "Sealer",
    "SignedHead",
    "StoredEvent",
    "Verification",
    "history_of",
    "private_key_file",
    "record",
    "record_denied",
    "times_allowed",
    "verify",
]

"""One data key per patient, wrapped by the key-encryption key; each sealed value is bound to its place.

Additional authenticated data is `table|column|row id`, so a ciphertext copied to another row or column
does not open, and a copy under another patient fails by its key. Forgetting one wrapped key makes one
patient's whole record unreadable (crypto-shredding).
"""

from base64 import urlsafe_b64encode
from typing import overload
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clinical_store.errors import RecordUnreadable
from core.crypto import Keyring, NotOpened, new_key, seal, unseal

_MEDIA = b"consultroom media v1"
_FILES = b"consultroom files v1"
_LIVE = b"consultroom live speech v1"
_RECORD = b"consultroom record seals v1"
_OFFLINE = b"consultroom offline note v1"
RowId = UUID | str


def place(table: str, column: str, row_id: RowId) -> bytes:
    """What a sealed value is bound to."""
    return f"{table}|{column}|{row_id}".encode()


class PatientKey:
    """Seals and opens the values of one patient's record. Never logged, never leaves this package."""

    __slots__ = ("_key", "_key_id")

    def __init__(self, patient_id: UUID, key: bytes) -> None:
        self._key_id = str(patient_id)
        self._key = key

    def seal(self, value: bytes, table: str, column: str, row_id: RowId) -> bytes:
        return seal(self._key, value, aad=place(table, column, row_id), key_id=self._key_id)

    def open(self, sealed: bytes, table: str, column: str, row_id: RowId) -> bytes:
        """Raises RecordUnreadable for a value that was changed, moved, or is another patient's."""
        try:
            return unseal({self._key_id: self._key}, sealed, aad=place(table, column, row_id))
        except NotOpened as error:
            raise RecordUnreadable from error

    def seal_text(self, text: str, table: str, column: str, row_id: RowId) -> bytes:
        return self.seal(text.encode(), table, column, row_id)

    @overload
    def open_text(self, sealed: bytes, table: str, column: str, row_id: RowId) -> str: ...
    @overload
    def open_text(self, sealed: None, table: str, column: str, row_id: RowId) -> None: ...
    @overload
    def open_text(self, sealed: bytes | None, table: str, column: str, row_id: RowId) -> str | None: ...
    def open_text(self, sealed: bytes | None, table: str, column: str, row_id: RowId) -> str | None:
        return None if sealed is None else self.open(sealed, table, column, row_id).decode()

    def media_key(self) -> bytes:
        """The key of the patient's recordings: derived (HKDF, RFC 5869), so shredded with the rest."""
        return self._derived(_MEDIA)

    def files_key(self) -> bytes:
        """The key of what was sent in the chat of the patient's visits."""
        return self._derived(_FILES)

    def live_key(self) -> bytes:
        """The key of what is being said in the patient's visits, on its way between the clinic's processes."""
        return self._derived(_LIVE)

    def record_key(self) -> bytes:
        """The key of the seals that prove signatures and addenda of the patient's notes."""
        return self._derived(_RECORD)

    def offline_key(self, account_id: UUID, visit_id: UUID) -> str:
        """The key with which a browser keeps this account's unsent edits of a visit's note; base64url, 43 letters."""
        key = self._derived(_OFFLINE + f" {account_id} {visit_id}".encode())
        return urlsafe_b64encode(key).rstrip(b"=").decode()

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(self._key)


class KeyCabinet:
    """Makes and unwraps the patients' data keys with the clinic's key-encryption keys."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def make(self, patient_id: UUID) -> tuple[PatientKey, bytes]:
        """A fresh key and its wrapped form for the patient's row."""
        key = new_key()
        wrapped = self._keyring.seal(key, aad=place("patient", "wrapped_key", patient_id))
        return PatientKey(patient_id, key), wrapped

    def unwrap(self, patient_id: UUID, wrapped: bytes) -> PatientKey:
        """Raises RecordUnreadable where the key-encryption key is not the one that wrapped it."""
        try:
            key = self._keyring.unseal(wrapped, aad=place("patient", "wrapped_key", patient_id))
        except NotOpened as error:
            raise RecordUnreadable from error
        return PatientKey(patient_id, key)

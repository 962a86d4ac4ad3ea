"""Sealed values open in their own place, under their own patient, and nowhere else."""

from uuid import UUID

import pytest

from clinical_store.errors import RecordUnreadable
from clinical_store.keys import KeyCabinet
from core.crypto import Keyring

ANNA, BERT, ROW, OTHER = (UUID(int=number) for number in range(1, 5))


def test_what_was_sealed_opens_in_its_place() -> None:
    key, _ = KeyCabinet(Keyring.new()).make(ANNA)
    sealed = key.seal_text("Größe 1,70 m", "visit", "reason", ROW)
    assert key.open_text(sealed, "visit", "reason", ROW) == "Größe 1,70 m"
    assert key.open_text(None, "visit", "reason", ROW) is None


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [("patient", "reason", ROW), ("visit", "name", ROW), ("visit", "reason", OTHER)],
)
def test_a_value_moved_to_another_place_does_not_open(table: str, column: str, row: UUID) -> None:
    key, _ = KeyCabinet(Keyring.new()).make(ANNA)
    sealed = key.seal_text("planted", "visit", "reason", ROW)
    with pytest.raises(RecordUnreadable) as caught:
        key.open_text(sealed, table, column, row)
    assert "planted" not in repr(caught.value) + repr(caught.value.problem())


def test_a_value_moved_to_another_patient_does_not_open() -> None:
    cabinet = KeyCabinet(Keyring.new())
    anna, bert = cabinet.make(ANNA)[0], cabinet.make(BERT)[0]
    with pytest.raises(RecordUnreadable):
        bert.open_text(anna.seal_text("planted", "visit", "reason", ROW), "visit", "reason", ROW)


@pytest.mark.parametrize("position", [0, 1, 5, 45, -1])
def test_one_changed_bit_is_noticed(position: int) -> None:
    key, _ = KeyCabinet(Keyring.new()).make(ANNA)
    sealed = bytearray(key.seal_text("planted", "visit", "reason", ROW))
    sealed[position] ^= 1
    with pytest.raises(RecordUnreadable):
        key.open_text(bytes(sealed), "visit", "reason", ROW)


def test_a_wrapped_key_belongs_to_one_patient_and_one_clinic() -> None:
    cabinet = KeyCabinet(Keyring.new())
    key, wrapped = cabinet.make(ANNA)
    assert cabinet.unwrap(ANNA, wrapped).media_key() == key.media_key()
    with pytest.raises(RecordUnreadable):
        cabinet.unwrap(BERT, wrapped)
    with pytest.raises(RecordUnreadable):
        KeyCabinet(Keyring.new()).unwrap(ANNA, wrapped)


def test_a_rotated_ring_still_opens_older_wraps() -> None:
    ring = Keyring.new()
    key, wrapped = KeyCabinet(ring).make(ANNA)
    ring.rotate()
    assert KeyCabinet(ring).unwrap(ANNA, wrapped).media_key() == key.media_key()


def test_the_media_key_is_not_the_data_key() -> None:
    key, _ = KeyCabinet(Keyring.new()).make(ANNA)
    assert len(key.media_key()) == 32
    assert repr(key.media_key()) not in repr(key)

"""Sealed values, the keyring, growing encrypted files."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.crypto import (
    ChunkReader,
    ChunkWriter,
    DamagedFile,
    Keyring,
    NotOpened,
    new_key,
    seal,
    sealed_with,
    unseal,
)
from core.storage import FolderStorage

KEY = new_key()


@given(plaintext=st.binary(max_size=300), aad=st.binary(max_size=60))
def test_what_was_sealed_opens_in_its_place(plaintext: bytes, aad: bytes) -> None:
    blob = seal(KEY, plaintext, aad=aad, key_id="k1")
    assert unseal({"k1": KEY}, blob, aad=aad) == plaintext
    assert sealed_with(blob) == "k1"
    with pytest.raises(NotOpened):
        unseal({"k1": KEY}, blob, aad=aad + b"x")


@given(position=st.integers(0, 60), bit=st.integers(0, 7))
def test_a_changed_bit_is_noticed(position: int, bit: int) -> None:
    blob = bytearray(seal(KEY, b"x" * 29, aad=b"here", key_id="k1"))
    blob[position % len(blob)] ^= 1 << bit
    with pytest.raises(NotOpened):
        unseal({"k1": KEY, "j1": KEY, "c1": KEY}, bytes(blob), aad=b"here")


@given(blob=st.binary(max_size=80))
def test_noise_does_not_open(blob: bytes) -> None:
    with pytest.raises(NotOpened):
        unseal({"k1": KEY}, blob, aad=b"")


def test_one_value_sealed_twice_differs() -> None:
    assert seal(KEY, b"same", aad=b"", key_id="k1") != seal(KEY, b"same", aad=b"", key_id="k1")


def test_a_key_that_is_not_in_the_ring_is_named_by_nothing() -> None:
    with pytest.raises(NotOpened, match="unknown key"):
        unseal({}, seal(KEY, b"x", aad=b"", key_id="gone"), aad=b"")


def test_a_ring_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ring.json"
    first = Keyring.load_or_create(path)
    blob = first.seal(b"text", aad=b"a")
    again = Keyring.load_or_create(path)
    assert again.unseal(blob, aad=b"a") == b"text"
    assert again.blind_index("access.email", "a@b") == first.blind_index("access.email", "a@b")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_ring_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    Keyring.new().save(path)
    path.chmod(0o640)
    with pytest.raises(PermissionError, match="chmod 600"):
        Keyring.load_or_create(path)


def test_a_damaged_ring_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    Keyring.new().save(path)
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "active": "k9"}))
    with pytest.raises(ValueError, match="keyring"):
        Keyring.load_or_create(path)
    assert json.loads(path.read_text())["active"] == "k9"


def test_after_a_rotation_old_values_open_and_indexes_stay(tmp_path: Path) -> None:
    ring = Keyring.new()
    old, index = ring.seal(b"old", aad=b""), ring.index_key("access.email")
    assert ring.rotate() == "k2"
    ring.save(tmp_path / "ring.json")
    ring = Keyring.load(tmp_path / "ring.json")
    assert ring.unseal(old, aad=b"") == b"old"
    assert sealed_with(ring.seal(b"new", aad=b"")) == "k2"
    assert ring.index_key("access.email") == index != ring.index_key("access.phone")


def test_the_repr_holds_no_key() -> None:
    ring = Keyring.new()
    assert repr(ring) == "Keyring(active_id='k1')"


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "storage")


def write(storage: FolderStorage, *parts: bytes, close: bool = True) -> ChunkWriter:
    writer = ChunkWriter(storage.append("a.crf"), KEY, b"segment 1")
    for part in parts:
        writer.write(part)
        writer.flush()
    if close:
        writer.close()
    return writer


def read(storage: FolderStorage, aad: bytes = b"segment 1", key: bytes = KEY) -> ChunkReader:
    return ChunkReader(storage, "a.crf", key, aad)


def test_a_file_reads_back_from_anywhere(storage: FolderStorage) -> None:
    whole = bytes(range(256)) * 1000
    write(storage, whole[:10], whole[10:200_000], whole[200_000:])
    reader = read(storage)
    assert (reader.size, reader.complete) == (len(whole), True)
    assert reader.read(0, len(whole) + 5) == whole
    for offset, length in ((5, 10), (65_530, 20), (199_990, 30), (255_999, 10), (256_000, 1)):
        assert reader.read(offset, length) == whole[offset : offset + length]
    assert b"\x00\x01\x02\x03\x04\x05" not in storage.read("a.crf")


def test_an_empty_file_is_complete(storage: FolderStorage) -> None:
    write(storage)
    assert (read(storage).size, read(storage).complete, read(storage).read(0, 10)) == (0, True, b"")


def test_a_reader_follows_a_file_that_grows(storage: FolderStorage) -> None:
    writer = write(storage, b"one", close=False)
    reader = read(storage)
    assert (reader.read(0, 99), reader.complete) == (b"one", False)
    writer.write(b" two")
    writer.flush()
    reader.refresh()
    assert reader.read(0, 99) == b"one two"
    writer.close()
    reader.refresh()
    assert reader.complete


def test_every_cut_leaves_the_whole_chunks_before_it(storage: FolderStorage) -> None:
    """kill -9 can stop the write at any byte; a power cut can leave zeros behind."""
    write(storage, b"first", b"second", close=False).abandon()
    path = next(Path(storage._root).rglob("a.crf"))
    stored = path.read_bytes()
    head, first, second = 52, 52 + 4 + 5 + 16, 52 + 4 + 5 + 16 + 4 + 6 + 16
    assert len(stored) == second
    for cut in range(head, second + 1):
        for tail in (b"", b"\0" * 40):
            path.write_bytes(stored[:cut] + tail)
            expected = b"" if cut < first else b"first" if cut < second else b"firstsecond"
            reader = read(storage)
            assert (reader.read(0, 99), reader.complete) == (expected, False)


def test_a_cut_off_final_chunk_shows(storage: FolderStorage) -> None:
    write(storage, b"x" * 100)
    path = next(Path(storage._root).rglob("a.crf"))
    path.write_bytes(path.read_bytes()[:-20])
    assert not read(storage).complete


def test_another_place_and_another_key_do_not_open(storage: FolderStorage) -> None:
    write(storage, b"first")
    with pytest.raises(DamagedFile):
        read(storage, aad=b"segment 2")
    with pytest.raises(DamagedFile):
        read(storage, key=new_key())


def test_swapped_chunks_do_not_open(storage: FolderStorage) -> None:
    write(storage, b"first", b"other", b"third")
    path = next(Path(storage._root).rglob("a.crf"))
    stored = path.read_bytes()
    path.write_bytes(stored[:52] + stored[77:102] + stored[52:77] + stored[102:])
    with pytest.raises(DamagedFile):
        read(storage).read(0, 10)


def test_what_is_no_chunk_file_is_refused(storage: FolderStorage) -> None:
    appender = storage.append("a.crf")
    appender.write(b"RIFF")
    appender.close()
    with pytest.raises(DamagedFile):
        read(storage)

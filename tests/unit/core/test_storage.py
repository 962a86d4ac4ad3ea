"""The folder storage: names, modes, offsets."""

import stat
from pathlib import Path

import pytest

from core.storage import FolderStorage


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "storage")


def put(storage: FolderStorage, name: str, data: bytes) -> None:
    appender = storage.append(name)
    appender.write(data)
    appender.flush(fsync=True)
    appender.close()


def test_what_was_written_reads_back_in_parts(storage: FolderStorage) -> None:
    put(storage, "recordings/a.crf", b"0123456789")
    assert storage.read("recordings/a.crf") == b"0123456789"
    assert storage.read("recordings/a.crf", 8, 10) == b"89"
    assert storage.read("recordings/a.crf", 20, 10) == b""
    assert storage.size("recordings/a.crf") == 10


def test_a_flush_is_visible_before_the_close(storage: FolderStorage) -> None:
    appender = storage.append("a")
    appender.write(b"x")
    appender.flush()
    assert storage.size("a") == 1
    appender.close()


def test_a_name_is_used_once(storage: FolderStorage) -> None:
    put(storage, "a", b"x")
    with pytest.raises(FileExistsError):
        storage.append("a")


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../a", "a/../b", "a/..", ".hidden", "a//b", "a\0b", "a b", "a/", "x" * 200, "é"],
)
def test_names_that_lead_elsewhere_are_refused(storage: FolderStorage, name: str) -> None:
    for call in (storage.append, storage.read, storage.size, storage.exists, storage.delete):
        with pytest.raises(ValueError, match="not a storage name"):
            call(name)


def test_nobody_else_can_look(storage: FolderStorage, tmp_path: Path) -> None:
    put(storage, "deep/er/a", b"x")
    for path in (tmp_path / "storage").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_list_exists_delete(storage: FolderStorage) -> None:
    for name in ("b/2", "b/1", "a"):
        put(storage, name, b"x")
    assert list(storage.list()) == ["a", "b/1", "b/2"]
    assert list(storage.list("b/")) == ["b/1", "b/2"]
    storage.delete("b/1")
    storage.delete("b/1")
    assert not storage.exists("b/1")
    with pytest.raises(FileNotFoundError):
        storage.read("b/1")

"""The files of the audit trail: made once, for their owner only, never replaced."""

from pathlib import Path

import pytest

from audit import AuditKeys, HeadFile, SignedHead, private_key_file
from core.crypto import Keyring


def test_keys_are_the_same_at_the_second_start(tmp_path: Path, keyring: Keyring) -> None:
    first = AuditKeys.load_or_create(keyring, tmp_path)
    again = AuditKeys.load_or_create(keyring, tmp_path)
    assert again.chain == first.chain
    assert again.signed(first.sign(3, bytes(32)))


def test_a_key_file_others_can_read_is_refused(tmp_path: Path, keyring: Keyring) -> None:
    AuditKeys.load_or_create(keyring, tmp_path)
    (tmp_path / "audit-head.pem").chmod(0o644)
    with pytest.raises(PermissionError):
        AuditKeys.load_or_create(keyring, tmp_path)


def test_of_two_that_start_at_once_both_use_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "key"

    def made_while_the_other_was_faster() -> bytes:
        private_key_file(path, lambda: b"first")
        return b"second"

    assert private_key_file(path, made_while_the_other_was_faster) == b"first"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["key"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_head_signed_by_another_key_or_changed_is_not_signed() -> None:
    keys = AuditKeys.generate()
    head = keys.sign(3, bytes(32))
    assert keys.signed(head)
    assert not keys.signed(SignedHead(4, head.hash, head.signature))
    assert not AuditKeys.generate().signed(head)


def test_keys_do_not_show_in_a_repr() -> None:
    keys = AuditKeys.generate()
    assert keys.chain.hex() not in repr(keys)
    assert repr(keys.chain) not in repr(keys)


def test_the_archive_keeps_the_newest_head(tmp_path: Path) -> None:
    archive = HeadFile(tmp_path / "head.json")
    assert archive.read() is None
    head = AuditKeys.generate().sign(9, bytes(range(32)))
    archive.write(head)
    assert archive.read() == head


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"position": 1, "hash": "zz", "signature": ""}'])
def test_a_damaged_archive_is_an_error_and_no_young_chain(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "head.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own ValueError and ours are both right
        HeadFile(path).read()

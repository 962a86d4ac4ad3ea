"""Resolving and fetching; the addresses and the network are replaced."""

import hashlib
import io
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO
from urllib.error import URLError

import pytest

from transcription import models
from transcription.errors import ModelCorrupt, ModelDownloadFailed, ModelMissing, ModelUnknown

WEIGHTS = b"weights " * 1000
SHA = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture(autouse=True)
def one_official_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "official", lambda: {"tiny.en": f"https://weights.example/{SHA}/tiny.en.pt"})


def serving(data: bytes) -> models.Opener:
    def opener(address: str) -> AbstractContextManager[BinaryIO]:
        return io.BytesIO(data)

    return opener


def test_fetch_keeps_what_matches_its_checksum(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    model = models.fetch(
        "tiny.en", tmp_path, lambda done, total: told.append((done, total)), serving(WEIGHTS)
    )
    assert model.path.read_bytes() == WEIGHTS
    assert told == [(len(WEIGHTS), 0)]
    assert models.resolve("tiny.en", tmp_path) == model
    models.verify(model)


def test_fetch_does_not_load_again_what_is_there(tmp_path: Path) -> None:
    models.fetch("tiny.en", tmp_path, opener=serving(WEIGHTS))
    assert models.fetch("tiny.en", tmp_path, opener=serving(b"")).path.read_bytes() == WEIGHTS


def test_fetch_replaces_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "tiny.en.pt").write_bytes(b"half")
    assert models.fetch("tiny.en", tmp_path, opener=serving(WEIGHTS)).path.read_bytes() == WEIGHTS


def test_another_file_than_promised_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(ModelDownloadFailed, match="model_download_failed") as raised:
        models.fetch("tiny.en", tmp_path, opener=serving(WEIGHTS[:-1]))
    assert "checksum" in raised.value.detail
    assert list(tmp_path.iterdir()) == []


def test_offline_says_so_in_a_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    def offline(address: str) -> AbstractContextManager[BinaryIO]:
        raise URLError(OSError(-2, "Name or service not known"))

    with pytest.raises(ModelDownloadFailed) as raised:
        models.fetch("tiny.en", tmp_path, opener=offline)
    assert raised.value.detail == "The model tiny.en could not be downloaded (Name or service not known)."
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise TimeoutError("timed out")
            return super().read(10)

    with pytest.raises(ModelDownloadFailed):
        models.fetch("tiny.en", tmp_path, opener=lambda address: Breaking(WEIGHTS))
    assert list(tmp_path.iterdir()) == []


def test_only_https_is_spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "official", lambda: {"tiny.en": f"file:///{SHA}/tiny.en.pt"})
    with pytest.raises(ModelDownloadFailed):
        models.fetch("tiny.en", tmp_path)


def test_a_known_model_that_was_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        models.resolve("tiny.en", tmp_path)


@pytest.mark.parametrize("name", ["nix", "tiny.enn", "large-v9"])
def test_a_name_nobody_knows(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnknown):
        models.resolve(name, tmp_path)
    with pytest.raises(ModelUnknown):
        models.fetch(name, tmp_path)


def test_a_path_is_a_model_of_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "ours.pt").write_bytes(b"x")
    assert models.resolve(str(tmp_path / "ours.pt")) == models.ModelFile("ours", tmp_path / "ours.pt")
    with pytest.raises(ModelMissing):
        models.resolve(str(tmp_path / "theirs.pt"))


def test_a_damaged_file_is_found_before_it_is_loaded(tmp_path: Path) -> None:
    model = models.fetch("tiny.en", tmp_path, opener=serving(WEIGHTS))
    model.path.write_bytes(WEIGHTS[:100])
    with pytest.raises(ModelCorrupt):
        models.verify(model)


def test_the_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONSULTROOM_MODELS_DIR", str(tmp_path))
    assert models.models_folder() == tmp_path


def test_the_demo_model_carries_its_notice() -> None:
    assert "not for care" in models.DEMO_NOTICE
    assert "consultroom models fetch base.en" in models.DEMO_NOTICE

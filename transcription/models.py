"""Which speech models there are, where their files lie, and fetching one when a person asks for it.

Nothing is ever downloaded by itself. Official weights are checked against the SHA-256 in their address.
``models/official.json`` holds openai-whisper's own tables (``_MODELS``, ``_ALIGNMENT_HEADS``, v20250625), so
that finding a model does not import torch; a test compares them.
"""

import hashlib
import json
import os
import re
import tempfile
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from typing import Any, BinaryIO, cast

from transcription.errors import ModelCorrupt, ModelDownloadFailed, ModelMissing, ModelUnknown

DEMO = "demo"
_FOLDER = Path(__file__).parent / "models"
DEMO_FILE = _FOLDER / "demo.pt"
DEMO_NOTICE = (
    "This text was made by the demo speech model: it knows only the demo's voices and words "
    "and is not for care. Fetch real weights with: consultroom models fetch base.en"
)

_BLOCK = 1 << 20
_SILENT_SECONDS = 60.0
_NAME = re.compile(r"[a-z0-9.-]+")

Progress = Callable[[int, int], None]
"""Called with bytes received and bytes in all (0 when unknown)."""

Opener = Callable[[str], AbstractContextManager[BinaryIO]]
"""Opens an address for reading; replaced in tests."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A speech model on this machine.

    Attributes:
        name: ``demo``, an official name, or the file's own.
        path: a checkpoint in openai-whisper's format, or a CTranslate2 folder.
        sha256: what the file must hash to, or None where nobody has promised one.
        notice: what every reader of its text must be told, or None.
    """

    name: str
    path: Path
    sha256: str | None = None
    notice: str | None = None


def models_folder() -> Path:
    """Where fetched weights lie: ``CONSULTROOM_MODELS_DIR``, else ``~/.cache/consultroom/models``."""
    named = os.environ.get("CONSULTROOM_MODELS_DIR")
    return Path(named) if named else Path.home() / ".cache" / "consultroom" / "models"


def official() -> dict[str, str]:
    """Official model names and their addresses, in openai-whisper's order."""
    return {name: str(one["address"]) for name, one in _official().items()}


def alignment_heads(sha256: str) -> list[tuple[int, int]] | None:
    """The decoder's (layer, head) pairs that follow the sound, for official weights of that checksum, or None."""
    found = next((one for one in _official().values() if f"/{sha256}/" in one["address"]), None)
    return None if found is None else [(layer, head) for layer, head in found["alignment_heads"]]


@lru_cache(maxsize=1)
def _official() -> dict[str, dict[str, Any]]:
    return cast(
        "dict[str, dict[str, Any]]", json.loads((_FOLDER / "official.json").read_text(encoding="utf-8"))
    )


def is_converted(path: Path) -> bool:
    """Whether a CTranslate2 model lies there: a folder, for the engine ``faster`` only."""
    return (path / "model.bin").is_file() and (path / "config.json").is_file()


def resolve(model: str, folder: Path | None = None) -> ModelFile:
    """Find the file of ``demo``, an official name, or a path. Looks only; downloads nothing.

    An official name also finds a CTranslate2 folder of that name among the fetched weights, for machines that
    were given no checkpoint; the checkpoint wins. A path is a checkpoint or a CTranslate2 folder.

    Raises:
        ModelMissing: the file is not there.
        ModelUnknown: neither a path nor an official name.
    """
    if model == DEMO:
        return _present(ModelFile(DEMO, DEMO_FILE, notice=DEMO_NOTICE))
    kept = folder or models_folder()
    if not _NAME.fullmatch(model) or model.endswith(".pt"):
        return _present(ModelFile(Path(model).name.removesuffix(".pt"), Path(model)))
    found = _official_file(model, kept)
    if not found.path.is_file() and is_converted(kept / model):
        return ModelFile(model, kept / model)
    return _present(found)


def verify(model: ModelFile) -> None:
    """Check the file against its promised checksum.

    Raises:
        ModelCorrupt: it is another file than promised.
    """
    if model.sha256 is not None and checksum(model) != model.sha256:
        raise ModelCorrupt(f"The file of the model {model.name} is not the one that its checksum promises.")


def checksum(model: ModelFile) -> str:
    """SHA-256 of the checkpoint's file, hexadecimal."""
    with model.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(
    name: str, folder: Path | None = None, progress: Progress | None = None, opener: Opener | None = None
) -> ModelFile:
    """Download official weights, check them, and only then give them their name. A good file is kept.

    Raises:
        ModelUnknown: no official model of that name.
        ModelDownloadFailed: offline, refused, cut off, or the checksum does not match; nothing was kept.
    """
    model = _official_file(name, folder or models_folder())
    if model.path.is_file():
        try:
            verify(model)
        except ModelCorrupt:
            model.path.unlink()
        else:
            return model
    address = official()[name]
    try:
        model.path.parent.mkdir(parents=True, exist_ok=True)
        _download(address, model, progress or (lambda done, total: None), opener or _https)
    except (OSError, HTTPException) as error:
        raise ModelDownloadFailed(f"The model {name} could not be downloaded ({_reason(error)}).") from error
    return model


def _official_file(name: str, folder: Path) -> ModelFile:
    address = official().get(name)
    if address is None:
        raise ModelUnknown(f"{name!r} is neither `demo`, nor a Whisper model's name, nor a file.")
    *_, sha256, file = address.split("/")
    return ModelFile(name, folder / file, sha256=sha256)


def _present(model: ModelFile) -> ModelFile:
    if not model.path.is_file() and not is_converted(model.path):
        raise ModelMissing(f"The speech model {model.name} is not on this machine.")
    return model


def _download(address: str, model: ModelFile, progress: Progress, opener: Opener) -> None:
    digest, done = hashlib.sha256(), 0
    with opener(address) as source, tempfile.NamedTemporaryFile(dir=model.path.parent, delete=False) as part:
        try:
            total = int(getattr(source, "headers", {}).get("Content-Length") or 0)
            while block := source.read(_BLOCK):
                part.write(block)
                digest.update(block)
                done += len(block)
                progress(done, total)
            part.close()
            if digest.hexdigest() != model.sha256:
                raise ModelDownloadFailed(
                    f"What came for the model {model.name} does not match its checksum."
                )
            Path(part.name).replace(model.path)
        finally:
            Path(part.name).unlink(missing_ok=True)


def _https(address: str) -> AbstractContextManager[BinaryIO]:
    if not address.startswith("https://"):
        raise OSError("not an https address")
    return cast("AbstractContextManager[BinaryIO]", urllib.request.urlopen(address, timeout=_SILENT_SECONDS))  # noqa: S310 - https only, checked above


def _reason(error: BaseException) -> str:
    reason = getattr(error, "reason", None) or error
    return str(getattr(reason, "strerror", None) or reason or type(error).__name__)

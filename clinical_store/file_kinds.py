"""Which files a visit takes, told by their bytes: PDF, JPEG, PNG and plain text.

These are what people have: results as PDF, a photo, a list. Not taken: HEIC (an iPhone converts a photo to
JPEG where only JPEG is taken, and its place data cannot be removed with a few lines), DICOM (belongs into the
image archive, hundreds of megabytes with names inside), SVG and HTML (programs), office files (macros).
Text that is HTML inside is text here: it is never shown by the browser, only saved, and as ".txt".
"""

import codecs
import unicodedata
from collections.abc import Mapping
from typing import Literal

from clinical_store.picture_metadata import Cleaner, JpegCleaner, PngCleaner

FileKind = Literal["pdf", "png", "jpeg", "text"]
HEAD_BYTES = 16
MAX_FILE_NAME = 120
ENDINGS: Mapping[FileKind, tuple[str, ...]] = {
    "pdf": (".pdf",),
    "png": (".png",),
    "jpeg": (".jpg", ".jpeg"),
    "text": (".txt", ".csv", ".md"),
}
"""The first is added where the name ends in none of them: what a name promises is what the file is."""
_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
)
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\f")


def kind_of(head: bytes) -> FileKind | None:
    """The kind that the first bytes tell; None: none that is taken. Text is only tried, `Text` reads it all."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "text" if head and not any(code in _CONTROL for code in head) else None


def cleaner_of(kind: FileKind) -> Cleaner:
    """What the file's bytes go through before they are kept."""
    if kind == "jpeg":
        return JpegCleaner()
    if kind == "png":
        return PngCleaner()
    return Text() if kind == "text" else AsItIs()


class AsItIs:
    """A PDF is kept byte for byte: it may be signed. Its own metadata (author, program) stays in it."""

    def feed(self, data: bytes) -> bytes:
        return data

    def close(self) -> bytes:
        return b""


class Text:
    """UTF-8 throughout, without control characters; anything else is no text."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def feed(self, data: bytes) -> bytes:
        self._decoder.decode(data)  # UnicodeDecodeError is a ValueError
        if data.translate(None, _CONTROL) != data:
            raise ValueError
        return data

    def close(self) -> bytes:
        self._decoder.decode(b"", final=True)
        return b""


def plain_name(given: str, kind: FileKind) -> str:
    """The name as it is kept and offered for saving: no folder, no control or direction character, at most
    120 characters, and the ending of its kind.
    """
    last = given.replace("\\", "/").rpartition("/")[2]
    composed = unicodedata.normalize("NFC", last)
    name = "".join(letter if letter.isprintable() and letter not in '<>:"|?*' else "_" for letter in composed)
    name = name.strip(" .")[-MAX_FILE_NAME:] or "file"
    return name if name.casefold().endswith(ENDINGS[kind]) else name[: MAX_FILE_NAME - 5] + ENDINGS[kind][0]

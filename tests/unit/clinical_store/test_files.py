"""What a file is, what is taken out of a picture, and the name it is kept under."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical_store.file_http import disposition
from clinical_store.file_kinds import Text, kind_of, plain_name
from clinical_store.picture_metadata import JpegCleaner, PictureDamaged, PngCleaner

GPS = b"GPS 48.2082N 16.3738E planted"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(turned: int | None, order: str = ">") -> bytes:
    """An Exif segment with a place in it, as a phone writes one."""
    head = (b"MM\0*" if order == ">" else b"II*\0") + struct.pack(order + "I", 8)
    entries = [struct.pack(order + "HHI4s", 0x8825, 4, 1, b"\0\0\0\x40")]
    if turned is not None:
        entries.insert(0, struct.pack(order + "HHIHH", 0x0112, 3, 1, turned, 0))
    return segment(
        0xE1, b"Exif\0\0" + head + struct.pack(order + "H", len(entries)) + b"".join(entries) + GPS
    )


SCAN = b"picture \xff\x00 of \xff\xd3 bytes"
TABLES = segment(0xDB, bytes(65)) + segment(0xC0, b"\x08\0\x10\0\x10\x01\x01\x11\0")
START_OF_SCAN = segment(0xDA, b"\x01\x01\0\0?\0")


def jpeg(*segments: bytes, tail: bytes = b"") -> bytes:
    picture = b"".join((*segments, TABLES, START_OF_SCAN, SCAN))
    return b"\xff\xd8" + picture + b"\xff\xd9" + tail


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, tail: bytes = b"") -> bytes:
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return head + b"".join(chunks) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"") + tail


def cleaned(cleaner: JpegCleaner | PngCleaner | Text, data: bytes, step: int = 7) -> bytes:
    """Fed in small pieces: a boundary may fall anywhere."""
    parts = [cleaner.feed(data[at : at + step]) for at in range(0, len(data), step)]
    return b"".join(parts) + cleaner.close()


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_photo_loses_its_place_and_keeps_its_orientation(order: str, step: int) -> None:
    xmp, iptc = (
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + GPS),
        segment(0xED, b"Photoshop 3.0\0" + GPS),
    )
    comment, preview = segment(0xFE, GPS), segment(0xE2, b"MPF\0" + GPS)
    jfif, profile = segment(0xE0, b"JFIF\0\x01\x02"), segment(0xE2, b"ICC_PROFILE\0\x01\x01colours")
    photo = jpeg(jfif, exif(6, order), xmp, iptc, comment, preview, profile, tail=b"a film" + GPS)
    clean = cleaned(JpegCleaner(), photo, step)
    assert b"GPS" not in clean
    turned = segment(0xE1, b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0))
    assert clean == jpeg(jfif, turned, profile)


@pytest.mark.parametrize("turned", [None, 1, 0, 9])
def test_an_upright_photo_keeps_no_exif(turned: int | None) -> None:
    assert cleaned(JpegCleaner(), jpeg(exif(turned))) == jpeg()


def test_all_scans_of_a_progressive_picture_stay() -> None:
    scans = (
        b"\xff\xd8"
        + TABLES
        + START_OF_SCAN
        + SCAN
        + segment(0xC4, b"table")
        + START_OF_SCAN
        + SCAN
        + b"\xff\xd9"
    )
    assert cleaned(JpegCleaner(), scans) == scans


def test_a_png_loses_its_texts() -> None:
    words = [chunk(kind, GPS) for kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"prVt")]
    density = chunk(b"pHYs", struct.pack(">IIB", 1, 1, 1))
    assert cleaned(PngCleaner(), png(density, *words, tail=GPS)) == png(density)


WHOLE = {JpegCleaner: jpeg(exif(6)), PngCleaner: png(chunk(b"tEXt", GPS))}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_picture_cut_off_anywhere_is_damaged(kind: type[JpegCleaner] | type[PngCleaner]) -> None:
    for end in range(len(WHOLE[kind])):
        with pytest.raises(PictureDamaged):
            cleaned(kind(), WHOLE[kind][:end])


@given(st.binary(max_size=400), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b""]))
def test_any_bytes_are_survived(data: bytes, head: bytes) -> None:
    for cleaner in (JpegCleaner(), PngCleaner(), Text()):
        try:
            clean = cleaned(cleaner, head + data)
        except ValueError:
            continue
        assert len(clean) <= len(head + data) + 36


KINDS = {
    b"%PDF-1.7\n": "pdf",
    b"\xff\xd8\xff\xe0": "jpeg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"Potassium 4.1 mmol/L": "text",
    "Größe".encode(): "text",
    b"<html><script>": "text",  # saved as .txt, never shown
    b"MZ\x90\x00": None,
    b"PK\x03\x04": None,
    b"\x7fELF\x02\x01": None,
    b"\x00\x00\x00\x18ftypheic": None,
    b"": None,
}


@pytest.mark.parametrize(("head", "kind"), KINDS.items())
def test_the_first_bytes_tell_the_kind(head: bytes, kind: str | None) -> None:
    assert kind_of(head) == kind


@pytest.mark.parametrize("data", [b"caf\xe9", b"zero \0", b"bell \x07", b"cut \xc3"])
def test_what_is_no_text_throughout(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the cleaner's own contract
        cleaned(Text(), b"words " + data, step=3)


def test_a_name_promises_what_the_file_is() -> None:
    assert plain_name("Results 2026.pdf", "pdf") == "Results 2026.pdf"
    assert plain_name("invoice.exe", "pdf") == "invoice.exe.pdf"
    assert plain_name("page.html", "text") == "page.html.txt"
    assert plain_name("C:\\Users\\maria\\foto.JPG", "jpeg") == "foto.JPG"
    assert plain_name("../../etc/passwd", "text") == "passwd.txt"
    assert plain_name("report\u202efdp.exe", "pdf") == "report_fdp.exe.pdf"
    assert plain_name(" .. ", "png") == "file.png"
    assert plain_name("x" * 300 + ".png", "png").endswith("x.png")
    assert len(plain_name("x" * 300, "jpeg")) <= 120


def test_a_name_in_the_header_of_the_answer() -> None:
    assert disposition('Maria\'s "Größe" 100%.pdf') == (
        'attachment; filename="Maria\'s _Gr__e_ 100_.pdf"; '
        "filename*=UTF-8''Maria%27s%20%22Gr%C3%B6%C3%9Fe%22%20100%25.pdf"
    )

"""Pages: nothing of what stands on them is told anywhere else."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from core.paper import Block, Paper, typeset


def paper_of(line: str) -> Paper:
    return Paper(
        letterhead="Clinic",
        title="Note",
        facts=(),
        blocks=(Block(title="Plan", lines=(line,)),),
        closing=(),
        running="",
        footer="",
        made_at=datetime(2030, 1, 7, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "line", ["Weight loss \u2211 4 kg.", "**Rest** <b>now</b> __see__ ((http://a.b)) \\n {nb}"]
)
def test_what_was_written_is_printed_as_it_was_written(line: str) -> None:
    """No mark in a note is an order to the printer; the number of pages stands in the foot alone."""
    words = PdfReader(io.BytesIO(typeset(paper_of(line)))).pages[0].extract_text()
    assert line.replace("\u2211", "\u03a3") in words.replace("\n", " ")
    assert "Page 1 of 1" in words


def test_letters_that_the_font_lacks_reach_no_log(caplog: pytest.LogCaptureFixture) -> None:
    assert typeset(paper_of("Rest. 休息")).startswith(b"%PDF")
    assert caplog.text == ""

"""Pages: nothing of what stands on them is told anywhere else."""

from datetime import UTC, datetime

import pytest

from core.paper import Block, Paper, typeset


def test_letters_that_the_font_lacks_reach_no_log(caplog: pytest.LogCaptureFixture) -> None:
    paper = Paper(
        letterhead="Clinic",
        title="Note",
        facts=(),
        blocks=(Block(title="Plan", lines=("Rest. 休息",)),),
        closing=(),
        running="",
        footer="",
        made_at=datetime(2030, 1, 7, tzinfo=UTC),
    )
    assert typeset(paper).startswith(b"%PDF")
    assert caplog.text == ""

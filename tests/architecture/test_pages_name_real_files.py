"""What the pages at the root and in docs/adr point at exists: files, folders, links."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
TOP = {path.name for path in ROOT.iterdir()}
LINK = re.compile(r"\]\(([^)#\s]+)\)")
QUOTED = re.compile(r"`([\w./-]+/[\w./-]*)`")


def missing_in(page: Path) -> list[str]:
    text = page.read_text()
    links = [link for link in LINK.findall(text) if "://" not in link]
    named = [name for name in QUOTED.findall(text) if name.split("/")[0] in TOP]
    wrong = [link for link in links if not (page.parent / link).exists()]
    return wrong + [
        name for name in named if not (ROOT / name).exists() and "dist" not in name and "results" not in name
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path) -> None:
    assert missing_in(page) == []

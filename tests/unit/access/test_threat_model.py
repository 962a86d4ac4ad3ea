"""docs/threat-model.md promises nothing without a check: every test it names exists."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[2]
PAGE = TESTS.parent / "docs" / "threat-model.md"
NAMED = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_every_threat_names_its_check() -> None:
    assert [threat for threat, _, check in rows() if not check and not threat.startswith("**")] == []


def test_every_check_exists() -> None:
    named = NAMED.findall(PAGE.read_text())
    missing = [f"{file}::{test}" for file, test in named if not _exists(TESTS / file, test)]
    assert named
    assert missing == []


def _exists(file: Path, test: str) -> bool:
    return file.is_file() and re.search(rf"def {test}\(", file.read_text()) is not None

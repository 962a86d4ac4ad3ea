"""One demo clinic per module, started as a newcomer would start it; browsers when this machine has them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.browsers import CHROMIUM
from tests.journeys.clinic import Clinic

WEB = Path(__file__).parents[2] / "web" / "dist" / "index.html"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    running = Clinic(tmp_path_factory.mktemp("clinic") / "var")
    running.start()
    yield running
    if running.process and running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Skips out loud where there is no browser or the pages are not built."""
    if not CHROMIUM.exists() and not shutil.which("chromium"):
        pytest.skip("no Chromium: apt-get install chromium")
    if not WEB.is_file():
        pytest.skip("the pages are not built: make web")
    return CHROMIUM

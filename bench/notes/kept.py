"""What is costly and never changes (the parsed lexicon, the greedy oracle), kept under build/ between runs."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "build" / "notes-kept"


def kept(name: str, version: object, make: Callable[[], Any]) -> Any:
    """`make()`, or what it gave before for this name and version. Two processes at once do no harm."""
    path = FOLDER / f"{name}.pickle"
    if path.exists():
        known, value = pickle.loads(path.read_bytes())  # noqa: S301 - written below, by this machine
        if known == version:
            return value
    value = make()
    FOLDER.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(pickle.dumps((version, value)))
    part.replace(path)
    return value

"""The house's budgets: function median at most 8 lines and none over 50, modules at most 400."""

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = """app core audit access clinical_store clinical_language scheduling prescribing laboratory signaling media
transcription soap triage turn_config notifications""".split()


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def function_lengths() -> dict[str, int]:
    lengths = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                end = node.end_lineno or node.lineno
                lengths[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = end - node.lineno + 1
    return lengths


def test_no_function_is_longer_than_fifty_lines() -> None:
    assert {name: length for name, length in function_lengths().items() if length > 50} == {}


def test_the_median_function_fits_in_eight_lines() -> None:
    assert statistics.median(function_lengths().values()) <= 8


def test_no_module_is_longer_than_four_hundred_lines() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}

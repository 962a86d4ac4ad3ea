"""`serve` writes numbers as clinicians read them without paying for spaCy and torch."""

import subprocess
import sys

import pytest

import clinical_language


def test_importing_the_package_brings_no_spacy() -> None:
    code = (
        "import sys, clinical_language.written_numbers, clinical_language.concepts; "
        "assert not {'spacy', 'torch'} & set(sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_every_name_of_the_package_can_be_had_and_no_other() -> None:
    assert all(getattr(clinical_language, name) for name in clinical_language.__all__)
    with pytest.raises(AttributeError):
        _ = clinical_language.read_minds

"""Whisper's tokenizer without torch: a process that runs CTranslate2 starts in a tenth of the time and memory.

``import whisper`` imports torch for its model; ``whisper/tokenizer.py`` itself needs only tiktoken, so that
file is loaded by itself.
"""

import warnings
from functools import lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

ENGLISH_ONLY = 51864
"""Tokens of an English-only vocabulary; multilingual ones have one more, and one for each language past 99."""

_WITH_CANTONESE = 100


@lru_cache(maxsize=32)
def tokenizer(size: int, language: str = "en") -> Any:
    """whisper's ``Tokenizer`` for a vocabulary of ``size`` tokens, transcribing ``language`` (ISO 639-1).

    English-only vocabularies know no language.
    """
    multilingual = size > ENGLISH_ONLY
    languages = size - 51765 - int(multilingual)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # whisper leaves its vocabulary file to the collector
        return _module().get_tokenizer(
            multilingual,
            num_languages=languages,
            language=known_as(language, languages) if multilingual else None,
            task="transcribe" if multilingual else None,
        )


def known_as(language: str, languages: int) -> str:
    """The language among the first ``languages`` of Whisper's: before large-v3 Cantonese was part of Chinese."""
    return "zh" if language == "yue" and languages < _WITH_CANTONESE else language


@lru_cache(maxsize=1)
def _module() -> ModuleType:
    package = find_spec("whisper")  # only found, never imported
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("whisper")
    spec = spec_from_file_location(
        "transcription.engines._whisper_tokenizer",
        Path(package.submodule_search_locations[0]) / "tokenizer.py",
    )
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

"""What a conversion needs to know without weights: official names, checksums, alignment heads, vocabularies."""

import gzip
import json
import os
import subprocess
import sys
from base64 import b85decode
from pathlib import Path
from socket import gethostname

import pytest
import whisper
from whisper.tokenizer import get_tokenizer

from transcription import conversion, models
from transcription.conversion import conversions, vocabulary
from transcription.engines import load
from transcription.engines.tokens import tokenizer
from transcription.errors import EngineUnsuitable, ModelMissing
from transcription.models import ModelFile


def test_the_official_table_is_whispers_own() -> None:
    assert models.official() == whisper._MODELS


@pytest.mark.parametrize("name", ["tiny.en", "base", "small.en", "medium", "large-v3", "turbo"])
def test_alignment_heads_of_official_weights_are_whispers_own(name: str) -> None:
    heads = {"tiny": 6, "base": 8, "small": 12, "medium": 16}.get(name.split(".")[0], 20)
    mask = gzip.decompress(b85decode(whisper._ALIGNMENT_HEADS[name]))
    sha256 = models.official()[name].split("/")[-2]
    assert models.alignment_heads(sha256) == [divmod(at, heads) for at, set_ in enumerate(mask) if set_]


def test_weights_that_nobody_knows_have_no_known_heads() -> None:
    assert models.alignment_heads("0" * 64) is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # whisper leaves its file open
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(("size", "multilingual", "languages"), [(51864, False, 99), (51866, True, 100)])
def test_a_vocabulary_names_each_token_once_and_specials_where_whisper_has_them(
    size: int, multilingual: bool, languages: int
) -> None:
    found = vocabulary(size)
    theirs = get_tokenizer(multilingual, num_languages=languages)
    assert len(found) == len(set(found)) == size
    assert {found[number] for number in theirs.special_tokens.values()} == set(theirs.special_tokens)
    assert found[theirs.sot] == "<|startoftranscript|>"
    assert found[theirs.encode(" pain")[0]] == "Ġpain"


def ct2_folder(at: Path) -> Path:
    at.mkdir(parents=True)
    (at / "model.bin").write_bytes(b"")
    (at / "config.json").write_text(json.dumps({}))
    return at


def test_a_folder_of_the_other_format_is_found_by_path_and_by_official_name(tmp_path: Path) -> None:
    named = ct2_folder(tmp_path / "base.en")
    assert models.resolve(str(named)) == ModelFile("base.en", named)
    assert models.resolve("base.en", tmp_path) == ModelFile("base.en", named)
    with pytest.raises(ModelMissing):
        models.resolve("small.en", tmp_path)
    (tmp_path / "base.en.pt").write_bytes(b"weights")
    assert models.resolve("base.en", tmp_path).path == tmp_path / "base.en.pt"


def test_the_reference_engine_says_that_such_a_folder_is_for_the_other(tmp_path: Path) -> None:
    with pytest.raises(EngineUnsuitable):
        load("openai", ModelFile("ours", ct2_folder(tmp_path / "ours")))


def test_only_whole_conversions_are_listed(tmp_path: Path) -> None:
    ours = ModelFile("ours", tmp_path / "ours.pt")
    whole = ct2_folder(tmp_path / "ctranslate2" / "ours-0123456789abcdef-int8-1")
    (tmp_path / "ctranslate2" / ".part-x").mkdir()
    (tmp_path / "ctranslate2" / "ours-fedcba9876543210-int8-1").mkdir()
    assert conversions(ours, tmp_path) == [whole]


class Weights:
    """CTranslate2's specification, as far as it is asked to be written."""

    def optimize(self, quantization: str) -> None: ...

    def save(self, folder: str) -> None:
        for name in ("model.bin", "config.json"):
            (Path(folder) / name).write_text("{}")


def test_what_a_killed_conversion_left_is_cleared_away_and_what_is_under_way_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "pass"])
    killed.wait()
    left, under_way, elsewhere = (
        tmp_path / f".part-{host}-{pid}-x"
        for host, pid in (
            (gethostname(), killed.pid),
            (gethostname(), os.getpid()),
            ("elsewhere", killed.pid),
        )
    )
    for part in (left, under_way, elsewhere):
        part.mkdir()
        (part / "model.bin").write_bytes(b"half")
    monkeypatch.setattr(conversion, "_spec", lambda model: Weights())
    conversion.convert(ModelFile("small", tmp_path / "small.pt"), tmp_path / "made")
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([under_way.name, elsewhere.name, "made"])
    assert models.is_converted(tmp_path / "made")


def test_finding_models_and_tokens_imports_no_engine() -> None:
    program = """
import sys
from transcription.engines import tokens, mel, windows
from transcription.models import official, resolve
official(), resolve("demo"), tokens.tokenizer(51864)
sys.exit(any(name in sys.modules for name in ("torch", "whisper", "ctranslate2", "faster_whisper")))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(("size", "heard_as"), [(51_864, None), (51_865, "zh"), (51_866, "yue")])
def test_cantonese_is_heard_as_chinese_where_the_vocabulary_has_no_token_for_it(
    size: int, heard_as: str | None
) -> None:
    found = tokenizer(size, "yue")
    expected = [] if heard_as is None else [found.to_language_token(heard_as)]
    assert [one for one in found.sot_sequence if one in found.all_language_tokens] == expected

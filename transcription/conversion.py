"""Whisper checkpoints as CTranslate2 folders: the same weights for the engine ``faster``, int8 on processors.

Reads openai-whisper's own format (``{"dims", "model_state_dict"}``) and fills CTranslate2's ``WhisperSpec``; no
other library's copy of the weights is needed. A folder is made beside its final name and renamed when it is
whole, so that half a conversion is never found.
"""

import glob
import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from transcription.engines.tokens import ENGLISH_ONLY, tokenizer
from transcription.errors import EngineMissing, ModelsFolderUnwritable
from transcription.models import ModelFile, alignment_heads, checksum, is_converted, models_folder, verify

QUANTIZATIONS = (
    "int8",
    "int8_float32",
    "int8_float16",
    "int8_bfloat16",
    "int16",
    "float16",
    "bfloat16",
    "float32",
)
"""What CTranslate2 stores; ``int8`` is right for processors, ``float16`` or ``int8_float16`` for GPUs."""

_LAYOUT = 1
"""Of our folders: raised when a conversion writes something else, so that older ones are made anew."""

State = Mapping[str, Any]
"""A checkpoint's tensors by name."""


def available() -> bool:
    """Whether CTranslate2 is installed (it comes with faster-whisper); nothing is imported."""
    return find_spec("ctranslate2") is not None


def converted(model: ModelFile, folder: Path | None = None, quantization: str = "int8") -> Path:
    """The CTranslate2 folder of a checkpoint, converted when it has not been yet.

    It is kept as ``<models folder>/ctranslate2/<name>-<checksum>-<quantization>``: another checkpoint under the
    same name is converted anew. Several processes may do this at once.

    Raises:
        EngineMissing: CTranslate2 is not installed.
        ModelCorrupt: no Whisper checkpoint, or not the one its checksum promises.
        ModelUnsuitable: a checkpoint of a shape that cannot be used.
        ModelsFolderUnwritable: the folder cannot be kept.
    """
    if is_converted(model.path):
        return model.path
    verify(model)
    sha256 = model.sha256 or checksum(model)
    kept = (folder or models_folder()) / "ctranslate2"
    target = kept / f"{model.name}-{sha256[:16]}-{quantization}-{_LAYOUT}"
    if not is_converted(target):
        convert(model, target, quantization)
    return target


def conversions(model: ModelFile, folder: Path | None = None) -> list[Path]:
    """The conversions that are kept under the model's name, of whichever of its checkpoints."""
    kept = (folder or models_folder()) / "ctranslate2"
    return sorted(one for one in kept.glob(f"{glob.escape(model.name)}-*-{_LAYOUT}") if is_converted(one))


def convert(model: ModelFile, target: Path, quantization: str = "int8") -> None:
    """Write the checkpoint as a CTranslate2 folder; what lies at ``target`` already is left as it is.

    Args:
        model: a checkpoint in openai-whisper's format.
        target: the folder to make; its parents are made too.
        quantization: one of :data:`QUANTIZATIONS`.

    Raises: as :func:`converted`.
    """
    if not available():
        raise EngineMissing("The engine `faster` needs the package ctranslate2, which is not installed.")
    spec = _spec(model)
    spec.optimize(quantization=quantization)
    try:
        _save(spec, target)
    except OSError as error:
        raise ModelsFolderUnwritable(f"The converted model {model.name} could not be kept.") from error


def _save(spec: Any, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(target.parent)
    part = Path(tempfile.mkdtemp(prefix=f"{_part_prefix()}{os.getpid()}-", dir=target.parent))
    try:
        spec.save(str(part))
        part.chmod(0o755)  # mkdtemp's is for one account only
        _move(part, target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _part_prefix() -> str:
    return f".part-{socket.gethostname()}-"


def _clear_abandoned(folder: Path) -> None:
    """Halves of conversions whose process was killed on this machine: a worker that is killed at it again and again
    (a slow machine, too little memory) must not fill the disk."""
    for part in folder.glob(f"{glob.escape(_part_prefix())}*"):
        number = part.name.removeprefix(_part_prefix()).partition("-")[0]
        if number.isdecimal() and not _is_alive(int(number)):
            shutil.rmtree(part, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True  # another account's
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _move(part: Path, target: Path) -> None:
    try:
        part.rename(target)
    except OSError:
        if not is_converted(target):  # else another process was first: its folder is as good
            raise


def _spec(model: ModelFile) -> Any:
    """CTranslate2's WhisperSpec with the checkpoint's weights and vocabulary in it."""
    from ctranslate2.specs.whisper_spec import WhisperSpec

    from transcription.engines.checkpoint import load_checkpoint

    loaded = load_checkpoint(model)
    dims, state = loaded.dims, loaded.state_dict()
    spec = WhisperSpec(dims.n_audio_layer, dims.n_audio_head, dims.n_text_layer, dims.n_text_head)
    _encoder(spec.encoder, state)
    _decoder(spec.decoder, state)
    spec.register_vocabulary(vocabulary(dims.n_vocab))
    # Without known heads: the later half of the layers, as whisper and CTranslate2's own converter take them.
    later_half = itertools.product(range(dims.n_text_layer // 2, dims.n_text_layer), range(dims.n_text_head))
    spec.config.alignment_heads = alignment_heads(model.sha256 or checksum(model)) or list(later_half)
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.lang_ids = _special(dims.n_vocab)
    spec.validate()
    return spec


def _encoder(spec: Any, state: State) -> None:
    for conv in ("conv1", "conv2"):
        _linear(getattr(spec, conv), state, f"encoder.{conv}")
    spec.position_encodings.encodings = _tensor(state, "encoder.positional_embedding")
    _norm(spec.layer_norm, state, "encoder.ln_post")
    for number, layer in enumerate(spec.layer):
        _block(layer, state, f"encoder.blocks.{number}")


def _decoder(spec: Any, state: State) -> None:
    spec.embeddings.weight = _tensor(state, "decoder.token_embedding.weight")
    spec.projection.weight = _tensor(state, "decoder.token_embedding.weight")  # Whisper's are tied
    spec.position_encodings.encodings = _tensor(state, "decoder.positional_embedding")
    _norm(spec.layer_norm, state, "decoder.ln")
    for number, layer in enumerate(spec.layer):
        name = f"decoder.blocks.{number}"
        _block(layer, state, name)
        _attention(layer.attention, state, f"{name}.cross_attn", itself=False)
        _norm(layer.attention.layer_norm, state, f"{name}.cross_attn_ln")


def _block(spec: Any, state: State, name: str) -> None:
    _attention(spec.self_attention, state, f"{name}.attn", itself=True)
    _norm(spec.self_attention.layer_norm, state, f"{name}.attn_ln")
    _linear(spec.ffn.linear_0, state, f"{name}.mlp.0")
    _linear(spec.ffn.linear_1, state, f"{name}.mlp.2")
    _norm(spec.ffn.layer_norm, state, f"{name}.mlp_ln")


def _attention(spec: Any, state: State, name: str, *, itself: bool) -> None:
    from ctranslate2.converters import utils
    from ctranslate2.specs import common_spec

    parts = [common_spec.LinearSpec() for _ in range(3)]
    for part, of in zip(parts, ("query", "key", "value"), strict=True):
        _linear(part, state, f"{name}.{of}")
    if itself:
        utils.fuse_linear(spec.linear[0], parts)
    else:
        utils.fuse_linear(spec.linear[0], parts[:1])
        utils.fuse_linear(spec.linear[1], parts[1:])
    _linear(spec.linear[-1], state, f"{name}.out")


def _linear(spec: Any, state: State, name: str) -> None:
    spec.weight = _tensor(state, f"{name}.weight")
    if f"{name}.bias" in state:  # Whisper's keys have none
        spec.bias = _tensor(state, f"{name}.bias")


def _norm(spec: Any, state: State, name: str) -> None:
    spec.gamma, spec.beta = _tensor(state, f"{name}.weight"), _tensor(state, f"{name}.bias")


def _tensor(state: State, name: str) -> Any:
    """A copy of our own: CTranslate2 quantises in place."""
    return state[name].detach().float().clone()


def vocabulary(size: int) -> list[str]:
    """The tokens of a Whisper vocabulary in GPT-2's spelling of bytes, specials as ``<|...|>``, by id."""
    tokens = tokenizer(size)
    spelled = _byte_letters()
    special = {number: name for name, number in tokens.special_tokens.items()}
    return [
        special.get(number)
        or "".join(spelled[byte] for byte in tokens.encoding.decode_single_token_bytes(number))
        for number in range(size)
    ]


def _special(size: int) -> tuple[list[int], list[int], list[int]]:
    """Ids never written, ids never written first, ids of languages: as whisper's decoder has them."""
    tokens = tokenizer(size)
    never = {*tokens.non_speech_tokens, tokens.transcribe, tokens.translate, tokens.sot}
    never |= {tokens.sot_prev, tokens.sot_lm, tokens.no_speech}
    languages = list(tokens.all_language_tokens) if size > ENGLISH_ONLY else []
    return sorted(never), [*tokens.encoding.encode(" "), tokens.eot], sorted(languages)


def _byte_letters() -> dict[int, str]:
    """GPT-2's printable letter for each byte (openai/gpt-2, encoder.py, ``bytes_to_unicode``)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters = {byte: chr(byte) for byte in plain}
    others = (byte for byte in range(256) if byte not in letters)
    return letters | {byte: chr(256 + place) for place, byte in enumerate(others)}

"""Checkpoints with Whisper's shapes and random weights: what an engine costs does not depend on what it says.

Real weights come from a hub that a closed machine cannot reach. Only the shapes are real here, so only costs may be
read from them.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

from transcription.models import ModelFile

FOLDER = Path(tempfile.gettempdir()) / "consultroom-bench"


def random_checkpoint(name: str = "base.en") -> ModelFile:
    """A checkpoint of the shape of ``tiny.en`` or ``base.en`` in openai-whisper's format, float16 as official ones.

    The same weights every time; made once and kept in the temporary folder.
    """
    path = FOLDER / f"random-{name}.pt"
    if not path.is_file():
        _write(name, path)
    return ModelFile(f"random-{name}", path)


def _write(name: str, path: Path) -> None:
    import torch
    from whisper.model import ModelDimensions, Whisper

    width, heads, layers = {"tiny.en": (384, 6, 4), "base.en": (512, 8, 6)}[name]
    torch.manual_seed(0)
    dims = ModelDimensions(
        n_mels=80,
        n_audio_ctx=1500,
        n_audio_state=width,
        n_audio_head=heads,
        n_audio_layer=layers,
        n_vocab=51864,
        n_text_ctx=448,
        n_text_state=width,
        n_text_head=heads,
        n_text_layer=layers,
    )
    model = Whisper(dims)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.01)  # whisper leaves it unset
    torch.nn.init.normal_(model.decoder.token_embedding.weight, std=0.02)
    FOLDER.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    torch.save({"dims": asdict(dims), "model_state_dict": model.half().state_dict()}, part)
    part.replace(path)

"""The network while it learns, and the openai-whisper checkpoint that it becomes.

While learning, only the tokens in use have rows in the table; :func:`export` scatters them into the
full table of the English tokenizer, every other row zero. A zero row scores logit 0 at decoding, so
training adds one class "any unused token" with logit ``log(number of unused rows)``: the network
learns to beat it.
"""

import math
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from whisper.model import AudioEncoder, ModelDimensions, TextDecoder
from whisper.tokenizer import Tokenizer, get_tokenizer

from tools.demo_model.grammar import all_texts

N_VOCAB = 51_864  # the English-only tokenizer


def dimensions(state: int, heads: int, encoder_layers: int, decoder_layers: int) -> ModelDimensions:
    """Whisper's own shape around a width of ``state``."""
    return ModelDimensions(
        n_mels=80, n_audio_ctx=1500, n_audio_state=state, n_audio_head=heads, n_audio_layer=encoder_layers,
        n_vocab=N_VOCAB, n_text_ctx=448, n_text_state=state, n_text_head=heads, n_text_layer=decoder_layers,
    )  # fmt: skip


SIZES = {
    "demo": dimensions(128, 4, 3, 2),
    "tiny": dimensions(384, 6, 4, 4),
    "base": dimensions(512, 8, 6, 6),
}
"""The shipped model, and larger ones for a machine with an accelerator (``tiny`` and ``base`` as OpenAI's)."""

IGNORE = -100


class Vocabulary:
    """The tokens in use, numbered from 0; time stamps and specials included.

    Attributes:
        ids: the tokenizer's id of each compact number.
    """

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # whisper leaves its vocabulary file open
            self.tokenizer: Tokenizer = get_tokenizer(multilingual=False)
        words = {i for text in all_texts() for i in self._encode(text)}
        tok = self.tokenizer
        specials = [tok.eot, tok.sot, tok.no_timestamps, int(tok.no_speech or 0)]
        stamps = list(range(tok.timestamp_begin, N_VOCAB))
        self.ids = [*sorted(words - set(specials)), *specials, *stamps]
        self._compact = {token: number for number, token in enumerate(self.ids)}
        self.n_text = len(self.ids) - len(stamps) - len(specials)
        self.eot, self.sot, self.no_timestamps, self.no_speech = map(self.compact, specials)

    def _encode(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(" " + text))

    def compact(self, token: int) -> int:
        """The compact number of a tokenizer id."""
        return self._compact[token]

    def text(self, text: str) -> list[int]:
        """Compact numbers of a sentence, with its leading space as Whisper writes it."""
        return [self._compact[token] for token in self._encode(text)]

    def stamp(self, seconds: float) -> int:
        """Compact number of the time stamp nearest to ``seconds`` (0 to 30)."""
        return self._compact[self.tokenizer.timestamp_begin + round(seconds * 50)]


class SlicedEncoder(AudioEncoder):  # type: ignore[misc]  # whisper ships no types
    """Whisper's audio encoder for windows shorter than 30 s: it slices the position table."""

    def forward(self, mel: Tensor) -> Tensor:
        """``(batch, 80, frames)`` to ``(batch, frames / 2, state)``."""
        x = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).permute(0, 2, 1)
        positions: Any = self.positional_embedding
        x = (x + positions[: x.shape[1]]).to(x.dtype)
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.ln_post(x)
        return out


class DemoNet(nn.Module):
    """Encoder, decoder over the compact vocabulary, and a CTC head that helps attention start."""

    def __init__(self, vocabulary: Vocabulary, d: ModelDimensions = SIZES["demo"]) -> None:
        super().__init__()
        self.dims = d
        used = len(vocabulary.ids)
        self.encoder = SlicedEncoder(
            d.n_mels, d.n_audio_ctx, d.n_audio_state, d.n_audio_head, d.n_audio_layer
        )
        self.decoder = TextDecoder(used, d.n_text_ctx, d.n_text_state, d.n_text_head, d.n_text_layer)
        nn.init.normal_(self.decoder.token_embedding.weight, std=0.05)
        nn.init.normal_(self.decoder.positional_embedding, std=0.01)
        self.ctc = nn.Linear(d.n_audio_state, vocabulary.n_text + 1)
        self.unused = math.log(N_VOCAB - used)

    def forward(self, mel: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """``(batch, 80, frames)`` and ``(batch, length)`` to both losses' float32 logits.

        Returns:
            Decoder logits ``(batch, length, used + 1)`` whose last class is "any unused token",
            and CTC logits ``(batch, frames / 2, words + 1)`` whose last class is blank.
        """
        heard = self.encoder(mel)
        logits = self.decoder(tokens, heard).float()
        unused = logits.new_full((*logits.shape[:2], 1), self.unused)
        return torch.cat([logits, unused], -1), self.ctc(heard).float()


def losses(
    net: DemoNet, mel: Tensor, tokens: Tensor, labels: Tensor, spoken: list[Tensor], frames: int
) -> tuple[Tensor, Tensor]:
    """Cross-entropy of the decoder and CTC of the encoder (on the first ``frames`` positions)."""
    logits, ctc = net(mel, tokens)
    decoder = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORE)
    ctc = ctc[:, :frames]
    chances = ctc.log_softmax(-1).transpose(0, 1)
    lengths = torch.tensor([len(words) for words in spoken], device=mel.device)
    encoder = functional.ctc_loss(
        chances,
        torch.cat(spoken),
        torch.full((len(spoken),), ctc.shape[1], device=mel.device),
        lengths,
        blank=ctc.shape[-1] - 1,
        zero_infinity=True,
    )
    return decoder, encoder


def export(net: DemoNet, vocabulary: Vocabulary, path: Path) -> None:
    """Write the checkpoint as ``whisper.load_model(path)`` reads it: float16, unused rows zero."""
    state = {f"encoder.{key}": value.cpu() for key, value in net.encoder.state_dict().items()}
    state |= {f"decoder.{key}": value.cpu() for key, value in net.decoder.state_dict().items()}
    table = torch.zeros(N_VOCAB, net.dims.n_text_state)
    table[torch.tensor(vocabulary.ids)] = state["decoder.token_embedding.weight"].float()
    state["decoder.token_embedding.weight"] = table
    state.pop("decoder.mask", None)
    half = {key: value.detach().half().clone() for key, value in state.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"dims": vars(net.dims), "model_state_dict": half}, path)

"""Whisper's network for many short utterances on a processor: the same weights, the same sums, less work.

Where the processor's time goes in ``whisper.transcribe`` (``base``, one thread, measured by bench/speech/cpu.py):
the encoder over 30 seconds of which most are silence, the matrix products by a library that uses a third of
the machine, and the decoder's weights read anew for each token of one window. So here an utterance is encoded
at its own length (the positional table is sliced), every weight lies as oneDNN wants it, and one step of the
decoder serves all utterances of a batch that still speak. All of it is float32, as the checkpoint is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as torch's own pages write it
from torch import Tensor

_NOT_HERE = -1e9  # finite: a query that may look nowhere must not become NaN


def linear(layer: Any, activation: str = "none") -> Callable[[Tensor], Tensor]:
    """``x -> activation(x @ weight.T + bias)`` of a layer, or of several beside each other; "none" or "gelu"."""
    layers = list(layer) if isinstance(layer, list | tuple) else [layer]
    weight = torch.cat([one.weight.detach() for one in layers])
    return product(weight, torch.cat([_bias(one) for one in layers]), activation)


def product(weight: Tensor, bias: Tensor | None, activation: str = "none") -> Callable[[Tensor], Tensor]:
    """As :func:`linear`. The weights are packed for oneDNN where torch offers it, else torch's own are used.

    torch calls MKL here, which on processors of other makers reaches less than half of what oneDNN does.
    The operator is what torch's compiler emits for a frozen linear layer; it has no public name, so its
    answer is compared with the plain one before it is believed.
    """

    def plain(x: Tensor) -> Tensor:
        found = F.linear(x, weight, bias)
        return F.gelu(found) if activation == "gelu" else found

    try:
        packed = torch.ops.mkldnn._reorder_linear_weight(weight, 8)
        operator = torch.ops.mkldnn._linear_pointwise

        def fast(x: Tensor) -> Tensor:
            found: Tensor = operator(x, packed, bias, activation, [], "none" if activation == "gelu" else "")
            return found

        probe = torch.linspace(-1, 1, 2 * weight.shape[1]).reshape(2, -1)
        if torch.allclose(fast(probe), plain(probe), rtol=1e-3, atol=1e-3 * float(weight.abs().max())):
            return fast
    except (AttributeError, RuntimeError, NotImplementedError):  # another build or version of torch
        return plain
    return plain


class Attention:
    """One attention of Whisper with its layer norm: queries, keys and values of ``heads`` heads."""

    def __init__(self, block: Any, norm: Any, own: bool) -> None:
        self.heads: int = block.n_head
        self.norm = norm
        self.out = linear(block.out)
        self.inward = linear([block.query, block.key, block.value] if own else block.query)
        self.across = None if own else linear([block.key, block.value])

    def split(self, x: Tensor) -> Tensor:
        """``(b, n, d)`` to ``(b, heads, n, d / heads)``."""
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)

    def attend(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
        """The sum that is added to the stream, ``(b, n, d)``; all arguments split, the mask is added."""
        found = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.out(found.transpose(1, 2).flatten(2))


class Encoder:
    """Sound to features, one utterance at a time at its own length: nothing is padded, nobody has neighbours."""

    def __init__(self, encoder: Any) -> None:
        self._first, self._second = encoder.conv1, encoder.conv2
        self._positions: Tensor = encoder.positional_embedding
        self._last: Any = encoder.ln_post
        self._blocks = [_EncoderBlock(block) for block in encoder.blocks]

    def features(self, mel: Tensor) -> Tensor:
        """``(bands, 2 n)`` log mel frames of 10 ms to ``(n, d)`` features of 20 ms, n at most 1500."""
        x = F.gelu(self._second(F.gelu(self._first(mel[None])))).transpose(1, 2)
        x = x + self._positions[: x.shape[1]]
        for block in self._blocks:
            x = block.through(x)
        found: Tensor = self._last(x)[0]
        return found


class _EncoderBlock:
    def __init__(self, block: Any) -> None:
        self._own = Attention(block.attn, block.attn_ln, own=True)
        self._norm = block.mlp_ln
        self._up, self._down = linear(block.mlp[0], "gelu"), linear(block.mlp[2])

    def through(self, x: Tensor) -> Tensor:
        query, key, value = (self._own.split(one) for one in self._own.inward(self._own.norm(x)).chunk(3, -1))
        x = x + self._own.attend(query, key, value, None)
        return x + self._down(self._up(self._norm(x)))


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound as the decoder reads it: of each layer keys and values, ``(1, heads, n, d / heads)``."""

    layers: Sequence[tuple[Tensor, Tensor]]


@dataclass(slots=True)
class Said:
    """What a batch has said so far: of each layer keys and values, ``(b, heads, room, d / heads)``, ``length`` used.

    ``skipped``: of each row, how many tokens at its beginning are padding.
    """

    keys: list[Tensor]
    values: list[Tensor]
    skipped: Tensor
    length: int = 0

    def rows(self, chosen: Tensor) -> "Said":
        """Of these rows only, in this order."""
        keys, values = ([self._used(one, chosen) for one in layers] for layers in (self.keys, self.values))
        return Said(keys, values, self.skipped[chosen], self.length)

    def _used(self, layer: Tensor, chosen: Tensor) -> Tensor:
        """A copy of what is used; most of the room is still empty."""
        found = layer.new_empty((len(chosen), *layer.shape[1:]))
        found[:, :, : self.length] = layer[:, :, : self.length][chosen]
        return found

    def mask(self, new: int) -> Tensor | None:
        """``(b, 1, new, length + new)``, added: each new token sees itself and what came before, no padding."""
        places = torch.arange(self.length + new)
        if new == 1 and not bool(self.skipped.any()):
            return None
        seen = places[None, :] <= places[self.length :, None]
        seen = seen[None, None] & (places >= self.skipped[:, None])[:, None, None]
        return torch.zeros(seen.shape).masked_fill(~seen, _NOT_HERE)


class Decoder:
    """Features and tokens to the next token's logits, for many utterances at once."""

    def __init__(self, decoder: Any) -> None:
        self._tokens: Tensor = decoder.token_embedding.weight.detach()
        self._positions: Tensor = decoder.positional_embedding.detach()
        self._last: Any = decoder.ln
        self._vocabulary = product(self._tokens, None)
        self._blocks = [_DecoderBlock(block) for block in decoder.blocks]

    def sound(self, features: Tensor) -> Sound:
        """The keys and values of ``(n, d)`` features."""
        return Sound([block.across(features) for block in self._blocks])

    def nothing_said(self, skipped: Tensor, room: int) -> Said:
        """Before the first token: space for ``room`` of them in each of ``len(skipped)`` rows."""
        shape = (len(skipped), self._blocks[0].heads, room, self._tokens.shape[1] // self._blocks[0].heads)
        keys = [torch.empty(shape) for _ in self._blocks]
        return Said(keys, [torch.empty(shape) for _ in self._blocks], skipped)

    def states(
        self, tokens: Tensor, said: Said, heard: Sequence[Sound], watch: "Watch | None" = None
    ) -> Tensor:
        """Hidden states ``(b, n, d)`` of the next ``n`` tokens ``(b, n)``, which are then said of ``b`` sounds."""
        new = tokens.shape[1]
        places = (torch.arange(said.length, said.length + new) - said.skipped[:, None]).clamp(min=0)
        x = self._tokens[tokens] + self._positions[places]
        mask = said.mask(new)
        for number, block in enumerate(self._blocks):
            x = block.through(x, said, number, mask)
            x = block.listen(x, [sound.layers[number] for sound in heard], number, watch)
        said.length += new
        found: Tensor = self._last(x)
        return found

    def logits(self, states: Tensor) -> Tensor:
        """``(..., d)`` to ``(..., vocabulary)``."""
        return self._vocabulary(states)


@dataclass(slots=True)
class Watch:
    """Where the decoder looked in one sound while it said its tokens: of chosen ``(layer, head)``, ``(n, places)``."""

    heads: Sequence[tuple[int, int]]
    looks: list[Tensor]

    def look(self, layer: int, query: Tensor, key: Tensor) -> None:
        """Keep the weights of this layer's chosen heads."""
        chosen = [head for of, head in self.heads if of == layer]
        if chosen:
            scores = query[0, chosen] @ key[0, chosen].transpose(-1, -2) * query.shape[-1] ** -0.5
            self.looks += list(scores.softmax(-1))


class _DecoderBlock:
    def __init__(self, block: Any) -> None:
        self._own = Attention(block.attn, block.attn_ln, own=True)
        self._cross = Attention(block.cross_attn, block.cross_attn_ln, own=False)
        self._norm = block.mlp_ln
        self._up, self._down = linear(block.mlp[0], "gelu"), linear(block.mlp[2])
        self.heads = self._own.heads

    def across(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of a sound."""
        assert self._cross.across is not None
        key, value = self._cross.across(features[None]).chunk(2, -1)
        return self._cross.split(key).contiguous(), self._cross.split(value).contiguous()

    def through(self, x: Tensor, said: Said, layer: int, mask: Tensor | None) -> Tensor:
        """The stream after the new tokens have looked at what was said."""
        query, key, value = (self._own.split(one) for one in self._own.inward(self._own.norm(x)).chunk(3, -1))
        end = said.length + x.shape[1]
        said.keys[layer][:, :, said.length : end] = key
        said.values[layer][:, :, said.length : end] = value
        return x + self._own.attend(query, said.keys[layer][:, :, :end], said.values[layer][:, :, :end], mask)

    def listen(
        self, x: Tensor, sounds: Sequence[tuple[Tensor, Tensor]], layer: int, watch: Watch | None
    ) -> Tensor:
        """The stream after each row has looked at its sound, and after the layer's last part.

        Row by row: beside a long sound a short one would be read at the long one's length.
        """
        query = self._cross.split(self._cross.inward(self._cross.norm(x)))
        if watch is not None:
            watch.look(layer, query, sounds[0][0])
        rows = [
            F.scaled_dot_product_attention(query[row : row + 1], key, value)
            for row, (key, value) in enumerate(sounds)
        ]
        x = x + self._cross.out(torch.cat(rows).transpose(1, 2).flatten(2))
        return x + self._down(self._up(self._norm(x)))


def _bias(layer: Any) -> Tensor:
    if layer.bias is None:
        return torch.zeros(layer.weight.shape[0])
    found: Tensor = layer.bias.detach()
    return found

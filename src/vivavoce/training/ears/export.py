"""One step of the network, 80 ms, as an ONNX graph with its state going in and out."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # torch's own custom

from vivavoce.ears.front import BANDS, HOPS
from vivavoce.training.ears.net import (
    FINAL,
    HIDDEN,
    KEYS,
    LOOK_BACK,
    LOOKS,
    VALUE,
    VOICE,
    Encoder,
    Network,
)

OPSET = 17
PAST = LOOK_BACK - 1


class Step(nn.Module):
    """The network for one frame and p persons."""

    def __init__(self, net: Network) -> None:
        super().__init__()
        self.encoder, self.head = net.encoder, net.head

    def forward(
        self,
        mel: Tensor,
        voices: Tensor,
        order: Tensor,
        age: Tensor,
        encoder_h: Tensor,
        encoder_c: Tensor,
        past_keys: Tensor,
        past_salience: Tensor,
        past_values: Tensor,
        first_h: Tensor,
        first_c: Tensor,
        second_h: Tensor,
        second_c: Tensor,
    ) -> tuple[Tensor, ...]:
        """mel (8, 40), voices (p, 256); order (2,): which stream is the older, which the younger;
        age (1,): frames since the younger began. The look-back is a ring without an order: keys
        (249, 2, 64), salience (p, 249, 2), values (p, 249, 32)."""
        head, people = self.head, voices[None]
        both = mel[None].expand(2, -1, -1)
        hidden, (encoder_h, encoder_c) = self.encoder.lstm(both, (encoder_h, encoder_c))
        heard = self.encoder.voice(hidden[:, -1])[order]
        old, young = heard[None, :1], heard[None, 1:]
        sound, key = head.sounds(mel[None, None]), head.keys(old, young)
        likeness = head.likeness(old, young, people)
        inputs = head.inputs(sound, likeness, people, age)
        first, (first_h, first_c) = head.first(inputs[0], (first_h[None], first_c[None]))
        guess = head.guess(first)
        value = head.values(first, guess, likeness[0])
        salience = head.salience(sound)[0]  # (1, 2)
        keys = torch.cat([past_keys, key[0]], 0)
        bias = torch.cat([past_salience, salience[None].expand(voices.shape[0], -1, -1)], 1)
        scores = torch.einsum("lk,glk->gl", key[0, 0], keys) * head.sharpness
        weights = torch.softmax(scores[None] + bias, 1)
        values = torch.cat([past_values, value], 1)
        seen = torch.einsum("pgl,pgv->plv", weights, values).flatten(1)
        final = torch.cat([first, seen[:, None], likeness[0]], -1)
        final, (second_h, second_c) = head.second(final, (second_h[None], second_c[None]))
        probabilities = torch.sigmoid(head.out(final[:, 0]))
        return (
            probabilities, encoder_h, encoder_c, key[0, 0], salience[0], value[:, 0],
            first_h[0], first_c[0], second_h[0], second_c[0],
        )  # fmt: skip


class Voice(nn.Module):
    """Windows of speech (w, 160, 40) → a person's voice vector (256,)."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, windows: Tensor) -> Tensor:
        hidden = self.encoder.lstm(windows)[1][0][-1]
        return F.normalize(self.encoder.voice(hidden).mean(0), dim=0, eps=1e-6)


INPUTS = (
    "mel", "voices", "order", "age", "encoder_h", "encoder_c", "past_keys", "past_salience",
    "past_values", "first_h", "first_c", "second_h", "second_c",
)  # fmt: skip
OUTPUTS = (
    "probabilities", "new_encoder_h", "new_encoder_c", "key", "salience", "value",
    "new_first_h", "new_first_c", "new_second_h", "new_second_c",
)  # fmt: skip
_OF_PEOPLE = {
    "voices", "past_salience", "past_values", "first_h", "first_c", "second_h", "second_c",
    "probabilities", "value", "new_first_h", "new_first_c", "new_second_h", "new_second_c",
}  # fmt: skip


def export(net: Network, pretrained: Path, folder: Path) -> None:
    """Writes presence.onnx and voice.onnx, their weights as 8-bit numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    step, voice = Step(net).eval(), Voice(Encoder().load(pretrained)).eval()
    axes = {name: {0: "people"} for name in (*INPUTS, *OUTPUTS) if name in _OF_PEOPLE}
    _write(step, _example(2), folder / "presence.onnx", INPUTS, OUTPUTS, axes)
    windows = torch.randn(2, 160, BANDS)
    axes = {"windows": {0: "windows", 1: "hops"}}
    _write(voice, (windows,), folder / "voice.onnx", ("windows",), ("voice",), axes)


def _example(p: int) -> tuple[Tensor, ...]:
    zeros = torch.zeros
    return (
        torch.rand(HOPS, BANDS), F.normalize(torch.rand(p, VOICE), dim=-1),
        torch.tensor([1, 0]), torch.tensor([3]),
        zeros(3, 2, VOICE), zeros(3, 2, VOICE),
        zeros(PAST, LOOKS, KEYS), torch.full((p, PAST, LOOKS), -1e9), zeros(p, PAST, VALUE),
        zeros(p, HIDDEN), zeros(p, HIDDEN), zeros(p, FINAL), zeros(p, FINAL),
    )  # fmt: skip


def _write(
    module: nn.Module,
    example: tuple[Tensor, ...],
    path: Path,
    inputs: tuple[str, ...],
    outputs: tuple[str, ...],
    axes: dict[str, dict[int, str]],
) -> None:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    whole = path.with_suffix(".whole.onnx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of every shape it takes for a constant
        torch.onnx.export(
            module, example, str(whole), input_names=list(inputs), output_names=list(outputs),
            dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
    lstms = [n.name for n in onnx.load(whole).graph.node if n.op_type == "LSTM"]
    quantize_dynamic(
        str(whole),
        str(path),
        weight_type=QuantType.QInt8,
        nodes_to_exclude=lstms[:1],  # reads linear power: its range is too wide for 8 bits
    )

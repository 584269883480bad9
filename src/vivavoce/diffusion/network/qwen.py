"""The network: Qwen2 (arXiv 2407.10671) that may attend to a block of masks in both directions."""

import math
from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor, nn

from vivavoce.diffusion.network.adapter import Adapter, Change, LayerChange, Whole
from vivavoce.diffusion.network.cache import Cache, Memory
from vivavoce.diffusion.network.matrix import Int8, Kept, Plain, empty, packed
from vivavoce.diffusion.network.replay import Fixed, Replay
from vivavoce.diffusion.network.shape import Shape


def state_of(
    weights: Mapping[str, Tensor],
    shape: Shape,
    kept: Kept,
    loud: Mapping[str, Tensor] | None = None,
) -> dict[str, Tensor]:
    """The network's state from weights in float32 (see gguf.weights_of), rounded to `kept`; loud:
    see loud.loudest, for int8."""
    dtype, loud = _dtype(kept), loud or {}
    out = {"embed": weights["embed"].to(dtype), "norm": weights["norm"].to(dtype)}

    def add(name: str, weight: str, bias: str = "") -> None:
        parts = packed(kept, weights[weight], weights.get(bias), loud.get(name))
        out.update({f"{name}.{part}": tensor for part, tensor in parts.items()})

    add("head", "head")
    for i in range(shape.layers):
        for norm in ("before", "after"):
            out[f"layers.{i}.{norm}"] = weights[f"{i}.{norm}"].to(dtype)
        add(f"layers.{i}.qkv", f"{i}.qkv", f"{i}.bias")
        for name in ("out", "up", "down"):
            add(f"layers.{i}.{name}", f"{i}.{name}")
    return out


def filled(shape: Shape, kept: Kept, state: Mapping[str, Tensor]) -> "Network":
    """The network with that state, which it shares and does not copy."""
    with torch.device("meta"):
        network = Network(shape, kept)
    network.load_state_dict(state, assign=True)
    return network


def _dtype(kept: Kept) -> torch.dtype:
    return torch.bfloat16 if kept == "bfloat16" else torch.float32


class Network(nn.Module):
    """Tokens in, hidden states out; `logits` of those that are wanted.

    The tokens of one call are [clean …, noisy …]: the clean ones go through the weights as they
    are, the noisy ones through the adapter's changes too."""

    embed: Tensor
    norm: Tensor
    turn: Tensor

    def __init__(self, shape: Shape, kept: Kept = "float32") -> None:
        """Its weights are empty; see `filled`."""
        super().__init__()
        self.shape, self.kept = shape, kept
        self.dtype = _dtype(kept)
        self.register_buffer("embed", torch.empty(shape.vocab, shape.width, dtype=self.dtype))
        self.layers = nn.ModuleList(Layer(shape, i, kept) for i in range(shape.layers))
        self.register_buffer("norm", torch.empty(shape.width, dtype=self.dtype))
        self.head = empty(kept, shape.vocab, shape.width)
        turn = shape.rope_base ** -(torch.arange(0, shape.head, 2, device="cpu") / shape.head)
        self.register_buffer("turn", turn, persistent=False)
        self.adapter: Adapter | None = None
        """In float32 to be trained; in the network's own type to write, or each call converts."""
        self.replay: Replay | None = None
        """Set by `quicken`."""

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.embed.device

    def take(self, adapter: Adapter) -> None:
        """Write with it from now on, in the network's own type; in eight bits its first products
        are made in one with the network's own."""
        self.adapter = adapter.to(self.device, self.dtype)
        for layer, change in zip(self.layers, adapter.layers, strict=True):
            for name, part in change.named_children():
                if not isinstance(part, Change):
                    continue
                part.settle()
                if isinstance(matrix := getattr(layer, name), Int8):
                    matrix.widen(part.down)

    def quicken(self, *, compiler: str | None = None) -> None:
        """Prepare forwards of each size once, to write; see Replay. The adapter stays as it is."""
        self.replay = Replay(self.hidden, compiler=compiler)

    def cache(self, rows: int, slots: int, *, apart: bool = False) -> Cache:
        """An empty one that fits; apart: no buffers that a text which is being written may hold."""
        # Attention adds up in another order in each width of forward. Rounding to eight bits makes
        # much of the least difference; in float64 none is left, and drafts stay lossless.
        dtype = torch.float64 if self.kept == "int8" else self.dtype
        if self.replay is not None and not apart:
            return self.replay.cache(self.shape, rows, slots, dtype, self.device)
        return Cache(self.shape, rows, slots, dtype=dtype, device=self.device)

    def forward(
        self, ids: Tensor, at: Tensor, memory: Memory, seen: Tensor, noisy: int | None = None
    ) -> Tensor:
        """ids, at (B, q): tokens and their positions; seen (B or 1, 1, q, slots) booleans; noisy:
        the index from which tokens are noisy, None if all are clean. (B, q, width)."""
        noisy = ids.shape[1] if noisy is None else noisy
        if self.replay is not None and isinstance(memory, Fixed):
            return self.replay(ids, at, memory, seen, noisy)
        return self.hidden(ids, at, memory, seen, noisy)

    def hidden(self, ids: Tensor, at: Tensor, memory: Memory, seen: Tensor, noisy: int) -> Tensor:
        """The forward itself."""
        x = self._embedded(ids)
        angles = at[..., None] * self.turn
        turned = (angles.cos().to(x.dtype)[:, None], angles.sin().to(x.dtype)[:, None])
        # The heads that share keys stand below one another as further queries.
        seen = seen.repeat(1, 1, self.shape.heads // self.shape.kv_heads, 1)
        seen = torch.zeros_like(seen, dtype=memory.dtype).masked_fill_(~seen, -math.inf)
        for i, layer in enumerate(self.layers):
            change = None
            if self.adapter is not None and noisy < ids.shape[1]:
                change = cast("LayerChange", self.adapter.layers[i])
            x = layer(x, turned, memory, seen, change, noisy)
        return nn.functional.rms_norm(x, x.shape[-1:], self.norm, self.shape.eps)

    def logits(self, hidden: Tensor) -> Tensor:
        """(…, width) → (…, ids of text) in float32: no mask can be written."""
        return self.head(hidden)[..., : self.shape.mask].float()

    def _embedded(self, ids: Tensor) -> Tensor:
        """(B, q, width); a mask where there is no adapter is the mean of nothing: zero."""
        first = self.shape.mask
        x = nn.functional.embedding(ids.clamp(max=first - 1), self.embed)
        masked = (ids >= first)[..., None]
        if self.adapter is None:
            return x.masked_fill(masked, 0)
        offset = (ids - first).clamp(0, self.adapter.config.block - 1)
        return torch.where(masked, self.adapter.masks.to(x.dtype)[offset], x)


class Layer(nn.Module):
    """Attention, then feed-forward."""

    before: Tensor
    after: Tensor

    def __init__(self, shape: Shape, i: int, kept: Kept) -> None:
        super().__init__()
        self.shape, self.index = shape, i
        self.register_buffer("before", torch.empty(shape.width, dtype=_dtype(kept)))
        self.qkv = empty(kept, shape.qkv, shape.width, bias=True)
        self.out = empty(kept, shape.width, shape.width)
        self.register_buffer("after", torch.empty(shape.width, dtype=_dtype(kept)))
        self.up = empty(kept, 2 * shape.inner, shape.width)
        self.down = empty(kept, shape.width, shape.inner)

    def forward(
        self,
        x: Tensor,
        turned: tuple[Tensor, Tensor],
        memory: Memory,
        seen: Tensor,
        change: LayerChange | None,
        noisy: int,
    ) -> Tensor:
        """x (B, q, width) → the same; seen (B or 1, 1, group · q, slots), −inf where nothing is."""
        rows, new, width = x.shape
        heads, kv, size = self.shape.heads, self.shape.kv_heads, self.shape.head

        y = nn.functional.rms_norm(x, (width,), self.before, self.shape.eps)
        mixed = _changed(self.qkv, y, change.qkv if change else None, noisy)
        mixed = mixed.view(rows, new, heads + 2 * kv, size).transpose(1, 2)
        query, key, value = mixed.split((heads, kv, kv), 1)
        keys, values = memory.write(self.index, _turn(key, turned), value)
        query = _turn(query, turned).reshape(rows, kv, heads // kv * new, size).to(keys.dtype)
        mixed = nn.functional.scaled_dot_product_attention(query, keys, values, attn_mask=seen)
        mixed = mixed.view(rows, heads, new, size).transpose(1, 2).reshape(rows, new, width)
        mixed = mixed.to(x.dtype)
        x = x + _changed(self.out, mixed, change.out if change else None, noisy)

        y = nn.functional.rms_norm(x, (width,), self.after, self.shape.eps)
        gate, up = _changed(self.up, y, change.up if change else None, noisy).chunk(2, -1)
        y = nn.functional.silu(gate) * up
        return x + _changed(self.down, y, change.down if change else None, noisy)


def _changed(matrix: Plain | Int8, x: Tensor, change: Change | Whole | None, noisy: int) -> Tensor:
    """matrix(x), (B, q, …), with the change added from the index noisy on; in place where nothing
    is to be learned from it."""
    if change is None:
        return matrix(x)
    if isinstance(matrix, Int8) and matrix.more is not None and isinstance(change, Change):
        out, low = matrix.both(x)
        change.add_low(out[:, noisy:], low[:, noisy:].reshape(-1, low.shape[-1]))
        return out
    out = matrix(x)
    # Rows of one matrix: a view of three dimensions would be multiplied one by one.
    rows = x[:, noisy:].reshape(-1, x.shape[-1])
    if torch.is_grad_enabled():
        told = change(rows, out[:, noisy:].reshape(len(rows), -1)).view(len(x), -1, out.shape[-1])
        return torch.cat((out[:, :noisy], told), 1) if noisy else told
    change.add_to(out[:, noisy:], rows)
    return out


def _turn(x: Tensor, turned: tuple[Tensor, Tensor]) -> Tensor:
    """Rotary positions (arXiv 2104.09864), halves side by side; x (B, heads, q, head)."""
    cos, sin = turned
    a, b = x.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

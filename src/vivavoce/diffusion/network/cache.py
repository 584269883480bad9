"""Keys and values of the tokens that stand, in buffers that are made once."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from vivavoce.core import Refused
from vivavoce.diffusion.network.shape import Shape


class Memory(Protocol):
    """Where a layer's new keys and values go, and what there is to attend to then."""

    @property
    def dtype(self) -> torch.dtype:
        """In which attention is computed."""
        ...

    def write(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """keys, values (B, kv heads, q, head) of the network's type → all of them, (B, kv heads,
        slots, head) of dtype."""
        ...


class Cache:
    """`lengths` of its slots stand; new tokens are written behind them and stand once they are
    kept: nothing is ever moved or copied."""

    def __init__(
        self,
        shape: Shape,
        rows: int,
        slots: int,
        *,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        size = (rows, shape.kv_heads, slots, shape.head)
        self.keys = [torch.zeros(size, dtype=dtype, device=device) for _ in range(shape.layers)]
        self.values = [torch.zeros(size, dtype=dtype, device=device) for _ in range(shape.layers)]
        self.lengths = [0] * rows
        """Tokens that stand, a row."""
        self.slots = slots
        self.device = torch.device(device)

    @property
    def dtype(self) -> torch.dtype:
        """See Memory."""
        return self.keys[0].dtype

    @property
    def rows(self) -> int:
        """Sequences side by side."""
        return len(self.lengths)

    def row(self, index: int) -> "Cache":
        """One row's own view of the same buffers; its length is counted apart."""
        view = object.__new__(Cache)
        view.keys = [keys[index : index + 1] for keys in self.keys]
        view.values = [values[index : index + 1] for values in self.values]
        view.lengths, view.slots, view.device = [self.lengths[index]], self.slots, self.device
        return view

    def positions(self, new: int) -> Tensor:
        """(B, new): where the next tokens stand if they follow one another."""
        starts = torch.tensor(self.lengths, device=self.device)[:, None]
        return starts + torch.arange(new, device=self.device)

    def seen(self, among: Tensor) -> Tensor:
        """(B, 1, q, reach) booleans: what each new token attends to: all that stands, and of the
        new ones those of `among` (q, q) or (B, q, q)."""
        new = among.shape[-1]
        reach = self._reach(new)
        starts = torch.tensor(self.lengths, device=self.device)
        ahead = torch.arange(reach, device=self.device) - starts[:, None]
        own = ahead.clamp(0, new - 1)[:, None, :].expand(-1, among.shape[-2], -1)
        among = among.expand(self.rows, -1, -1)
        inside = (ahead >= 0) & (ahead < new)
        return ((ahead < 0)[:, None] | (inside[:, None] & among.gather(2, own)))[:, None]

    def write(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """See Memory; Refused where the slots end."""
        new = keys.shape[2]
        reach = self._reach(new)
        all_keys, all_values = self.keys[layer], self.values[layer]
        if len(set(self.lengths)) == 1:
            at = slice(self.lengths[0], self.lengths[0] + new)
            all_keys[:, :, at], all_values[:, :, at] = keys, values
        else:
            index = self.positions(new)[:, None, :, None].expand_as(keys)
            all_keys.scatter_(2, index, keys.to(self.dtype))
            all_values.scatter_(2, index, values.to(self.dtype))
        return all_keys[:, :, :reach], all_values[:, :, :reach]

    def keep(self, counts: int | Sequence[int]) -> None:
        """So many of the tokens written last stand from now on, a row or all alike."""
        each = [counts] * self.rows if isinstance(counts, int) else counts
        self.lengths = [length + n for length, n in zip(self.lengths, each, strict=True)]

    def forget(self, lengths: Sequence[int]) -> None:
        """Go back to so many tokens, a row."""
        self.lengths = [min(a, b) for a, b in zip(self.lengths, lengths, strict=True)]

    def _reach(self, new: int) -> int:
        reach = max(self.lengths) + new
        if reach > self.slots:
            raise Refused(
                f"{reach} tokens don't fit in {self.slots}; shorten the prompt or ask for fewer"
            )
        return reach


class Past:
    """The keys and values of a clean text, fixed, to train upon: nothing is written into it."""

    def __init__(self, clean: Cache) -> None:
        self._clean, self._length = clean, clean.lengths[0]

    @property
    def dtype(self) -> torch.dtype:
        """See Memory."""
        return self._clean.dtype

    def write(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """See Memory; new tensors, so that gradients flow through what is new."""
        past_keys = self._clean.keys[layer][:, :, : self._length]
        past_values = self._clean.values[layer][:, :, : self._length]
        return (
            torch.cat((past_keys, keys.to(self.dtype)), 2),
            torch.cat((past_values, values.to(self.dtype)), 2),
        )

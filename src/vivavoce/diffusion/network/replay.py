"""Forwards that are prepared once: buffers that stay where they are, compiled code, and on a GPU a
graph for each size, which costs one launch instead of hundreds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from vivavoce.diffusion.network.cache import Cache
from vivavoce.diffusion.network.shape import Shape

_SLOTS = 512
"""Buffers have a multiple of them, so that a longer text seldom needs new ones."""
_TOKENS = 131_072
"""Slots of all buffers together at most; those used longest ago are let go, with their graphs."""
_GRAPHS = 128
"""At most; the oldest is let go."""
_SIZES = 64
"""Compiled at most: rows, tokens, and how many of them are noisy."""

Forward = Callable[[Tensor, Tensor, "Fixed", Tensor, int], Tensor]
"""Network.hidden."""


class Fixed(Cache):
    """A cache whose tensors have the same sizes and places in each forward: attention reaches over
    all slots, and where new tokens go is itself in a tensor."""

    def __init__(
        self, shape: Shape, rows: int, slots: int, *, dtype: torch.dtype, device: torch.device
    ) -> None:
        super().__init__(shape, rows, slots, dtype=dtype, device=device)
        self._ahead = torch.arange(slots, device=device)
        self._slots_of_new = self._ahead.repeat(rows, 1)

    def begin(self, new: int) -> None:
        """Before a forward of so many new tokens. Refused where the slots end."""
        super()._reach(new)
        starts = torch.tensor(self.lengths, device=self.device)[:, None]
        torch.add(starts, self._ahead, out=self._slots_of_new)

    def write(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """See Memory; begin comes first."""
        index = self._slots_of_new[:, None, : keys.shape[2], None].expand_as(keys)
        return (
            self.keys[layer].scatter_(2, index, keys.to(self.dtype)),
            self.values[layer].scatter_(2, index, values.to(self.dtype)),
        )

    def _reach(self, new: int) -> int:
        super()._reach(new)
        return self.slots


@dataclass(frozen=True, slots=True)
class _Captured:
    """A graph, what it reads and what it writes."""

    graph: Any
    inputs: tuple[Tensor, ...]
    hidden: Tensor


class Replay:
    """For one text or batch at a time: the next one gets the same buffers."""

    def __init__(self, forward: Forward, *, compiler: str | None = None) -> None:
        """forward: as it is; compiler: a backend of torch.compile, "inductor" as a rule."""
        self._forward = forward
        if compiler is not None:
            torch._dynamo.config.recompile_limit = max(_SIZES, torch._dynamo.config.recompile_limit)
            self._forward = torch.compile(forward, dynamic=False, backend=compiler)
        self._caches: dict[int, Fixed] = {}
        self._graphs: dict[tuple[int, int, int], _Captured] = {}

    def cache(
        self, shape: Shape, rows: int, slots: int, dtype: torch.dtype, device: torch.device
    ) -> Fixed:
        """Empty; the buffers of the last one with as many rows, if they are large enough."""
        kept = self._caches.pop(rows, None)
        if kept is None or kept.slots < slots:
            self._forget(rows)
            whole = -(-slots // _SLOTS) * _SLOTS
            while self._caches and self._tokens() + rows * whole > _TOKENS:
                oldest = next(iter(self._caches))
                del self._caches[oldest]
                self._forget(oldest)
            kept = Fixed(shape, rows, whole, dtype=dtype, device=device)
        self._caches[rows] = kept  # the last one used comes last
        kept.lengths = [0] * rows
        return kept

    def _tokens(self) -> int:
        return sum(rows * kept.slots for rows, kept in self._caches.items())

    def _forget(self, rows: int) -> None:
        self._graphs = {key: one for key, one in self._graphs.items() if key[0] != rows}

    def __call__(self, ids: Tensor, at: Tensor, memory: Fixed, seen: Tensor, noisy: int) -> Tensor:
        """As Network.forward. On a GPU the result is overwritten by the next call."""
        rows, new = ids.shape
        memory.begin(new)
        if memory.device.type != "cuda":
            return self._forward(ids, at, memory, seen, noisy)
        given = (ids, at.expand(rows, -1), seen)
        key = (rows, new, noisy)
        if key not in self._graphs:
            if len(self._graphs) >= _GRAPHS:
                del self._graphs[next(iter(self._graphs))]
            with torch.cuda.device(memory.device):
                self._graphs[key] = self._captured(given, memory, noisy)
        captured = self._graphs[key]
        for buffer, tensor in zip(captured.inputs, given, strict=True):
            buffer.copy_(tensor)
        captured.graph.replay()
        return captured.hidden

    def _captured(self, given: tuple[Tensor, ...], memory: Fixed, noisy: int) -> _Captured:
        ids, at, seen = inputs = tuple(tensor.clone() for tensor in given)
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(3):  # compiles, and lets the libraries choose their kernels
                self._forward(ids, at, memory, seen, noisy)
        torch.cuda.current_stream().wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        # Other threads may use the GPU meanwhile. One graph runs at a time: all share their memory.
        pool = next((one.graph.pool() for one in self._graphs.values()), None)
        with torch.cuda.graph(graph, pool=pool, capture_error_mode="thread_local"):
            hidden = self._forward(ids, at, memory, seen, noisy)
        return _Captured(graph, inputs, hidden)

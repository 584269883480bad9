"""A moving average of parameters: what is kept is steadier than what is trained."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Averaged:
    """Exponential moving average (EMA), its start corrected so that early steps count in full."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self._module, self._decay = module, decay
        self.state = {name: p.detach().clone() for name, p in module.named_parameters()}
        self.steps = 0

    @torch.no_grad()
    def take(self) -> None:
        """The module as it is now goes into the average."""
        self.steps += 1
        decay = min(self._decay, self.steps / (self.steps + 9))
        for name, parameter in self._module.named_parameters():
            self.state[name].lerp_(parameter, 1 - decay)

    @contextmanager
    def standing_in(self) -> Iterator[None]:
        """The module is the average meanwhile."""
        own = {name: p.detach().clone() for name, p in self._module.named_parameters()}
        self._fill(self.state)
        try:
            yield
        finally:
            self._fill(own)

    @torch.no_grad()
    def _fill(self, state: dict[str, Tensor]) -> None:
        for name, parameter in self._module.named_parameters():
            parameter.copy_(state[name])

"""Several processes that train as one: `torchrun --nproc-per-node N -m vivavoce diffusion train …`.

Only the adapter is trained and it is small: its gradients are added up; the base's weights, which
nobody changes, are in every process."""

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn


@dataclass(frozen=True, slots=True)
class Ranks:
    """Which of how many processes this one is."""

    own: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """The one that writes files and speaks."""
        return self.own == 0

    def add_up(self, module: nn.Module) -> None:
        """Gradients of all processes, summed."""
        if self.count == 1:
            return
        for parameter in module.parameters():
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            dist.all_reduce(parameter.grad)

    def total(self, value: float) -> float:
        """Of all processes."""
        if self.count == 1:
            return value
        whole = torch.tensor(value, dtype=torch.float64)
        if dist.get_backend() == "nccl":
            whole = whole.float().cuda()
        dist.all_reduce(whole)
        return float(whole)

    def wait(self) -> None:
        """Until all are here."""
        if self.count > 1:
            dist.barrier()

    def leave(self) -> None:
        """At the end."""
        if self.count > 1:
            dist.destroy_process_group()


def join(device: str) -> Ranks:
    """As torchrun says in the environment; alone without it."""
    if "RANK" not in os.environ or int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Ranks()
    dist.init_process_group("nccl" if device == "cuda" else "gloo")
    return Ranks(dist.get_rank(), dist.get_world_size())


def device_of(asked: str | None) -> str:
    """cuda:<local rank> where there is one, else the CPU."""
    if asked:
        return asked
    if not torch.cuda.is_available():
        return "cpu"
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}"

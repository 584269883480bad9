"""Several processes that train as one: `torchrun --nproc-per-node N --no-python vivavoce diffusion
train …`.

Only the adapter is trained and it is small: its gradients are added up; the base's weights, which
nobody changes, are in every process."""

import os
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn


@dataclass(frozen=True, slots=True)
class Ranks:
    """Which of how many processes this one is."""

    own: int = 0
    count: int = 1
    device: str = "cpu"
    """Where it computes."""

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
        whole = torch.tensor(value, dtype=torch.float64, device=self.device)
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
    """As torchrun says in the environment; alone without it. device: see device_of."""
    if "RANK" not in os.environ or int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Ranks()
    gpu = torch.device(device) if device.startswith("cuda") else None
    if gpu:
        torch.cuda.set_device(gpu)
    # A day: the others wait while the first gathers the texts.
    dist.init_process_group("nccl" if gpu else "gloo", timeout=timedelta(days=1), device_id=gpu)
    return Ranks(dist.get_rank(), dist.get_world_size(), device)


def device_of(asked: str | None) -> str:
    """cuda is cuda:<local rank>; None: that if there is a GPU, else the CPU."""
    asked = asked or ("cuda" if torch.cuda.is_available() else "cpu")
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if asked == "cuda" else asked

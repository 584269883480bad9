"""`vivavoce train ears`: the recipe of the presence network, from sounds to an ONNX file."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from vivavoce.core import ConfigError
from vivavoce.scenes import Corpus, Split
from vivavoce.training.ears.batches import Batches, Mixing, Paths
from vivavoce.training.ears.check import Check, checked, dev_scenes
from vivavoce.training.ears.examples import WEIGHTS, Example
from vivavoce.training.ears.export import export
from vivavoce.training.ears.identities import people
from vivavoce.training.ears.net import Network
from vivavoce.training.ears.restore import restored
from vivavoce.training.ears.voices import Embedder


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the outcome, besides the data."""

    seed: int = 3
    steps: int = 4000
    batch: int = 8
    """Mixtures a step; each is heard from four sides."""
    seconds: float = 16.0
    frozen_steps: int = 80
    """In these only the head learns, to read the pretrained encoder; none of a network that can."""
    head_rate: float = 1.5e-3
    encoder_rate: float = 2e-4
    warm_steps: int = 40
    first_weight: float = 0.3
    """Of the loss of the guess before looking back."""
    average: float = 0.995
    """How slowly the averaged weights follow: those are exported."""
    each: int = 8
    """Changed voices of every speaker."""
    check_steps: int = 200


@dataclass(frozen=True, slots=True)
class Machine:
    """What it is trained on; decides nothing but the time it takes."""

    device: str = "cpu"
    """As torch names it."""
    threads: int = 1
    """Of the learning."""
    mixers: int = 1
    """Processes that make mixtures."""


class Training:
    """One run; everything that a checkpoint holds."""

    def __init__(self, recipe: Recipe, paths: Paths, device: str = "cpu") -> None:
        torch.manual_seed(recipe.seed)
        self.device = torch.device(device)
        self.recipe, self.paths, self.step = recipe, paths, 0
        if paths.begin is None:
            self.net = Network()
            self.net.encoder.load(paths.encoder)
        else:
            self.net = restored(paths.begin)
        self.net.to(self.device)
        self.averaged = Network().to(self.device)
        self.averaged.load_state_dict(self.net.state_dict())
        encoder, head = self.net.encoder.parameters(), self.net.head.parameters()
        self.optimiser = torch.optim.AdamW(
            [
                {"params": head, "lr": recipe.head_rate},
                {"params": encoder, "lr": recipe.encoder_rate},
            ],
            weight_decay=0.01,
        )
        self._rates = [recipe.head_rate, recipe.encoder_rate]
        self._resume()

    def run(self, batches: Batches, check: Check) -> Iterator[dict[str, Any]]:
        """A row a step (loss; and scores where they were taken), until the recipe's last."""
        while self.step < self.recipe.steps:
            row: dict[str, Any] = {"step": self.step + 1, "loss": self._learn(batches.get())}
            self.step += 1
            if self.step % self.recipe.check_steps == 0 or self.step == self.recipe.steps:
                row["dev"] = checked(self.averaged.eval(), check)
            if self.step % 50 == 0 or "dev" in row:
                self._save()
            yield row

    def _learn(self, batch: list[Example]) -> float:
        self.net.train()
        self._set_rates()
        mel, voices, truth = (
            torch.from_numpy(np.stack(parts)).to(self.device)
            for parts in zip(*((e.mel, e.voices, e.truth) for e in batch), strict=True)
        )
        with torch.set_grad_enabled(self.step >= self.recipe.frozen_steps), _short(self.device):
            old, young = self.net.encoder(mel)
        final, guess = self.net.head(mel, old.float(), young.float(), voices)
        loss = _loss(final, truth) + self.recipe.first_weight * _loss(guess, truth)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        if torch.isfinite(norm):
            self.optimiser.step()
        self._follow()
        return float(loss.detach())

    def _set_rates(self) -> None:
        done = self.step / self.recipe.steps
        warm = min(1.0, (self.step + 1) / self.recipe.warm_steps)
        scale = float(warm * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * done))))
        for group, rate in zip(self.optimiser.param_groups, self._rates, strict=True):
            group["lr"] = float(rate * scale)

    def _follow(self) -> None:
        keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for slow, fast in zip(self.averaged.parameters(), self.net.parameters(), strict=True):
                slow.lerp_(fast, 1 - keep)

    def _save(self) -> None:
        state = {
            "step": self.step,
            "recipe": asdict(self.recipe),
            "net": self.net.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        part = self.paths.out / "checkpoint.part"
        torch.save(state, part)
        part.replace(self.paths.out / "checkpoint.pt")

    def _resume(self) -> None:
        path = self.paths.out / "checkpoint.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location="cpu", weights_only=True)
        mine = asdict(self.recipe)
        if other := [n for n, v in mine.items() if state["recipe"].get(n, v) != v]:
            raise ConfigError(
                f"{path} was begun with another {', '.join(sorted(other))}; take those of then, or "
                "another folder"
            )
        self.step = state["step"]
        self.net.load_state_dict(state["net"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])


def train(recipe: Recipe, paths: Paths, machine: Machine | None = None) -> Iterator[dict[str, Any]]:
    """Trains or goes on; a row a step, also appended to out/log.jsonl. ConfigError: what lies in
    out is of another recipe."""
    machine = machine or Machine()
    paths.out.mkdir(parents=True, exist_ok=True)
    training = Training(recipe, paths, machine.device)
    mixing = Mixing(recipe.seed, recipe.batch, recipe.seconds, recipe.each, training.step)
    with Batches(mixing, paths, machine.mixers) as batches:
        torch.set_num_threads(machine.threads)
        own = tuple(people(paths.own, None)) if paths.own else ()
        check = dev_scenes(Corpus(paths.data, Split.DEV, own_voice=own), Embedder(paths.encoder))
        for row in training.run(batches, check):
            with (paths.out / "log.jsonl").open("a") as log:
                log.write(json.dumps(row) + "\n")
            yield row


def finish(paths: Paths) -> None:
    """Exports the averaged weights of the newest checkpoint."""
    net = Network()
    state = torch.load(paths.out / "checkpoint.pt", map_location="cpu", weights_only=True)
    net.load_state_dict(state["averaged"])
    export(net.eval(), paths.encoder, paths.out)


def _loss(logits: Tensor, truth: Tensor) -> Tensor:
    """(b, 4, f, 2) each, the sides weighted."""
    each = cross_entropy(logits, truth, reduction="none").mean((0, 2, 3))
    weights = torch.from_numpy(WEIGHTS).to(logits.device)
    return (each * weights).sum() / weights.sum()


def _short(device: torch.device) -> Any:
    """bfloat16 for the encoder: three times as fast on a CPU that has it, as good. For other CPUs
    torch has no such LSTM; a GPU needs none to be quick."""
    avx512 = torch.backends.cpu.get_cpu_capability().startswith("AVX512")
    return torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cpu" and avx512)

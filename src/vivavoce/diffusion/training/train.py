"""The run: gather texts once, then step by step until the recipe's end."""

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from vivavoce.core import Refused
from vivavoce.diffusion import adapters
from vivavoce.diffusion.network.adapter import Adapter, AdapterConfig
from vivavoce.diffusion.network.qwen import Network
from vivavoce.diffusion.training import checkpoint
from vivavoce.diffusion.training.averaged import Averaged
from vivavoce.diffusion.training.curves import draw
from vivavoce.diffusion.training.held_out import look
from vivavoce.diffusion.training.objective import told
from vivavoce.diffusion.training.packing import Row, rows, scatter
from vivavoce.diffusion.training.ranks import Ranks
from vivavoce.diffusion.training.recipe import Recipe
from vivavoce.diffusion.training.texts import Text
from vivavoce.diffusion.whole import whole

ADAPTER, CURVES, HISTORY, CARD = "adapter.safetensors", "curves.png", "history.jsonl", "card.json"
LOOKED_AT = 4
"""Rows of held-out text."""

Tell = Callable[[dict[str, Any]], object]
"""Told of every step and every look, as history.jsonl has them."""


@dataclass(frozen=True, slots=True)
class Base:
    """What the adapter is trained for."""

    network: Network
    sha256: str
    like: int
    """The token that masks begin as."""


def adapt(base: Base, recipe: Recipe) -> Adapter:
    """A new adapter in the network, which changes nothing yet."""
    torch.manual_seed(recipe.seed)
    network = base.network
    config = AdapterConfig(recipe.rank, max(recipe.blocks), recipe.scale)
    begin = network.embed[base.like].float()
    network.adapter = Adapter(network.shape, config, begin).to(network.device)
    return network.adapter


def train(
    base: Base,
    texts: Sequence[Text],
    held: Sequence[Text],
    recipe: Recipe,
    folder: Path,
    *,
    ranks: Ranks = Ranks(),  # noqa: B008  frozen
    tell: Tell = lambda _: None,
    deadline_s: float | None = None,
) -> dict[str, Any]:
    """Train, or go on where the folder's checkpoint stands; the adapter that is kept is the moving
    average. deadline_s: end early, whole, after so long. Returns the last look.

    A checkpoint is written once the next step's loss and gradients are numbers. Refused: nothing
    to learn from, or they are none any more (the last checkpoint is good)."""
    if not texts or not held:
        raise Refused("there is no text to train on, or none to hold out; give more sources")
    network = base.network
    adapter = adapt(base, recipe)
    averaged = Averaged(adapter, recipe.ema)
    optimizer = torch.optim.AdamW(
        adapter.parameters(), recipe.rate, betas=(0.9, 0.95), weight_decay=recipe.decay
    )
    done = checkpoint.resume(folder, adapter, averaged, optimizer, recipe)
    history = [h for h in _history(folder) if h["step"] <= done]
    began = time.monotonic()
    looked = list(islice(rows(held, recipe.length, 0), LOOKED_AT))

    def keep(step: int) -> None:
        """Look at the held-out texts and write everything down."""
        if not ranks.first:
            return
        with averaged.standing_in():
            kept = adapter.lowered(recipe.home)
            network.adapter = kept
            seen = look(network, looked)
            network.adapter = adapter
            told_of = {"recipe": asdict(recipe), "step": step, "look": asdict(seen)}
            whole(folder / ADAPTER, lambda to: adapters.save(kept, to, base.sha256, told_of))
        event = {"step": step, "held_out": seen.loss, "right": seen.right, "runs": seen.runs}
        history.append(event)
        tell(event)
        checkpoint.save(folder, step, adapter, averaged, optimizer, recipe)
        _write_history(folder, history)
        draw(history, folder / CURVES)

    due, over = done == 0, False
    material = _steps(texts, recipe, done) if done < recipe.steps else ()
    for step, part in enumerate(material, done + 1):
        loss = _step(network, part, step, recipe, ranks)
        norm = torch.nn.utils.clip_grad_norm_(adapter.parameters(), recipe.clip)
        if not math.isfinite(loss) or not math.isfinite(norm):
            raise Refused(
                f"the loss or the gradients of step {step} are no number: lower the rate and begin "
                f"anew, or look at the texts; a checkpoint in {folder} is good"
            )
        if due:
            keep(step - 1)
        if over:
            break
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, recipe)
        optimizer.step()
        optimizer.zero_grad()
        averaged.take()
        event = {"step": step, "loss": loss, "seconds": round(time.monotonic() - began, 2)}
        history.append(event)
        tell(event)
        over = step == recipe.steps
        if deadline_s is not None:
            over |= ranks.total(time.monotonic() - began > deadline_s) > 0
        due = over or step % recipe.every == 0
    return next((h for h in reversed(history) if "held_out" in h), {})


def rate_at(step: int, recipe: Recipe) -> float:
    """Warm-up, then a cosine to a tenth; step from 1."""
    warm = max(1, round(recipe.warm_up * recipe.steps))
    if step <= warm:
        return recipe.rate * step / warm
    through = (step - warm) / max(1, recipe.steps - warm)
    return recipe.rate * (0.1 + 0.9 * (1 + math.cos(math.pi * min(1.0, through))) / 2)


def _steps(texts: Sequence[Text], recipe: Recipe, done: int) -> Iterator[list[Row]]:
    """The rows of each step, from the one behind `done` on: a run that was cut off sees the same
    texts as one that was not."""
    endless = rows(texts, recipe.length, recipe.seed)
    endless = islice(endless, done * recipe.rows, None)
    while part := list(islice(endless, recipe.rows)):
        yield part


def _step(network: Network, part: Sequence[Row], step: int, recipe: Recipe, ranks: Ranks) -> float:
    """Gradients of the whole batch, and its loss. Each process takes every count-th row."""
    total = 0.0
    for number, row in enumerate(part):
        if number % ranks.count != ranks.own:
            continue
        draw_ = random.Random(f"{recipe.seed}/{step}/{number}")
        size = recipe.blocks[(step + number) % len(recipe.blocks)]
        blocks = scatter(
            row,
            size,
            recipe.noisy // size,
            mask=network.shape.mask,
            whole=recipe.whole,
            fade=recipe.fade,
            draw=draw_,
        )
        if blocks is not None:
            total += told(network, row, blocks, learn=True, scale=1 / len(part)).loss
    if network.adapter is not None:
        ranks.add_up(network.adapter)
    return ranks.total(total) / len(part)


def _history(folder: Path) -> list[dict[str, Any]]:
    path = folder / HISTORY
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _write_history(folder: Path, history: Sequence[dict[str, Any]]) -> None:
    text = "".join(json.dumps(h) + "\n" for h in history)
    whole(folder / HISTORY, lambda to: to.write_text(text))

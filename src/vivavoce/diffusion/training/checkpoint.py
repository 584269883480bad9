"""Where a run stands, on disk, so that it may be cut off at any time."""

import pickle
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from vivavoce.core import ConfigError, Refused
from vivavoce.diffusion.training.averaged import Averaged
from vivavoce.diffusion.training.recipe import Recipe
from vivavoce.diffusion.whole import whole

NAME = "checkpoint.pt"
_MAY_CHANGE = ("steps", "every", "own")
"""In a recipe, while a run goes on."""


def save(
    folder: Path,
    step: int,
    module: nn.Module,
    averaged: Averaged,
    optimizer: Optimizer,
    recipe: Recipe,
) -> None:
    """Whole or not at all."""
    state: dict[str, Any] = {
        "step": step,
        "recipe": asdict(recipe),
        "module": module.state_dict(),
        "averaged": averaged.state,
        "averages": averaged.steps,
        "optimizer": optimizer.state_dict(),
    }
    whole(folder / NAME, lambda to: torch.save(state, to))


def resume(
    folder: Path, module: nn.Module, averaged: Averaged, optimizer: Optimizer, recipe: Recipe
) -> int:
    """The step to go on from; 0 if there is no checkpoint. ConfigError: it is of another recipe
    (more steps, and more of the model's own texts, may be asked for), or has more steps."""
    path = folder / NAME
    if not path.exists():
        return 0
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        other = {
            name
            for name, value in asdict(recipe).items()
            if name not in _MAY_CHANGE and _plain(state["recipe"].get(name, value)) != _plain(value)
        }
        if other:
            raise ConfigError(
                f"{path} was begun with another {', '.join(sorted(other))}; take the recipe of "
                "then, or another folder"
            )
        if state["step"] > recipe.steps:
            raise ConfigError(
                f"{path} has {state['step']} steps and the recipe asks for {recipe.steps}; ask for "
                "more, or take another folder"
            )
        module.load_state_dict(state["module"])
        for name, tensor in averaged.state.items():
            tensor.copy_(state["averaged"][name])
        averaged.steps = state["averages"]
        optimizer.load_state_dict(state["optimizer"])
        return int(state["step"])
    except (OSError, RuntimeError, KeyError, EOFError, pickle.UnpicklingError) as broken:
        raise Refused(f"{path} can't be read ({broken}); remove it to begin anew") from broken


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

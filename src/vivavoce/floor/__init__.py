"""Turn-taking: a pure policy, one step a frame."""

from vivavoce.floor.config import FloorConfig
from vivavoce.floor.rules import FloorState, Phase, step
from vivavoce.floor.smart_turn import SmartTurn
from vivavoce.floor.wording import backchannel, normal, unfinished

__all__ = [
    "FloorConfig",
    "FloorState",
    "Phase",
    "SmartTurn",
    "backchannel",
    "normal",
    "step",
    "unfinished",
]

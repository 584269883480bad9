"""Turn-taking: a pure policy, one step a frame."""

from vivavoce.floor.addressee import aside
from vivavoce.floor.config import BYSTANDERS, EAGERNESS, FloorConfig
from vivavoce.floor.features import FloorFeatures
from vivavoce.floor.predictor import Predicted, Predictor, PredictorState
from vivavoce.floor.rules import FloorState, Phase, step
from vivavoce.floor.smart_turn import DUE, SmartTurn
from vivavoce.floor.wording import backchannel, normal, unfinished

__all__ = [
    "BYSTANDERS",
    "DUE",
    "EAGERNESS",
    "FloorConfig",
    "FloorFeatures",
    "FloorState",
    "Phase",
    "Predicted",
    "Predictor",
    "PredictorState",
    "SmartTurn",
    "aside",
    "backchannel",
    "normal",
    "step",
    "unfinished",
]

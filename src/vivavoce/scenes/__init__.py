"""Labelled two-stream conversations, simulated: to train on, to tune on, to measure on."""

from vivavoce.scenes.scene import Scene
from vivavoce.scenes.split import Split, split_of

__all__ = ["Scene", "Split", "split_of"]

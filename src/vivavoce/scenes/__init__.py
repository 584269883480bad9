"""Labelled two-stream conversations, simulated: to train on, to tune on, to measure on."""

from vivavoce.scenes.activity import active, level
from vivavoce.scenes.corpus import Corpus
from vivavoce.scenes.kinds import KINDS, Kind
from vivavoce.scenes.mixture import Mixture, Track
from vivavoce.scenes.rooms import in_room
from vivavoce.scenes.scene import Scene
from vivavoce.scenes.simulate import enrolment, mixture, parted, simulate
from vivavoce.scenes.speakers import Speaker, changed, nobody, speaker
from vivavoce.scenes.split import Split, split_of

__all__ = [
    "KINDS",
    "Corpus",
    "Kind",
    "Mixture",
    "Scene",
    "Speaker",
    "Split",
    "Track",
    "active",
    "changed",
    "enrolment",
    "in_room",
    "level",
    "mixture",
    "nobody",
    "parted",
    "simulate",
    "speaker",
    "split_of",
]

"""The only wiring: one conversation, from its frames to its events."""

from vivavoce.session.config import Costs, FloorTuning, How, SessionConfig
from vivavoce.session.engine import Engine, engine
from vivavoce.session.jobs import Jobs, LiveJobs, ModelledJobs
from vivavoce.session.parts import Parts, load
from vivavoce.session.session import Session

__all__ = [
    "Costs",
    "Engine",
    "FloorTuning",
    "How",
    "Jobs",
    "LiveJobs",
    "ModelledJobs",
    "Parts",
    "Session",
    "SessionConfig",
    "engine",
    "load",
]

"""Doing what is asked: commands, tools, confirmations, long jobs."""

from vivavoce.mind.acting.acting import Acting
from vivavoce.mind.acting.config import ActingConfig
from vivavoce.mind.acting.hands import Hands
from vivavoce.mind.acting.jobs import Job, Jobs

__all__ = ["Acting", "ActingConfig", "Hands", "Job", "Jobs"]

"""Parallel thinking: several chains, their answers made comparable, and what most of them say."""

from vivavoce.mind.vote.answers import Kind, extract, kind_of
from vivavoce.mind.vote.poll import Polling, Verify
from vivavoce.mind.vote.tally import stays, step

__all__ = ["Kind", "Polling", "Verify", "extract", "kind_of", "stays", "step"]

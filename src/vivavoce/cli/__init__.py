"""The command line. Commands live in modules of their own, imported when they run."""

from vivavoce.cli.root import LazyGroup, main, vivavoce

__all__ = ["LazyGroup", "main", "vivavoce"]

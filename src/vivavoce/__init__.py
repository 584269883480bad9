"""Vivavoce: a voice assistant that its owner runs."""

__version__ = "0.1.0"

"""Streaming text to speech, with the time of every word."""

from vivavoce.voice.clauses import ClauseConfig, Cutter
from vivavoce.voice.player import Player
from vivavoce.voice.speech import Speech, Voice

__all__ = ["ClauseConfig", "Cutter", "Player", "Speech", "Voice"]

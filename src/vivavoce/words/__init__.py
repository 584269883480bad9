"""Streaming speech to text."""

from vivavoce.words.hearing import Hearing, HearingConfig, Window, agreed
from vivavoce.words.recogniser import Recogniser, Transcript
from vivavoce.words.whisper import Whisper

__all__ = ["Hearing", "HearingConfig", "Recogniser", "Transcript", "Whisper", "Window", "agreed"]

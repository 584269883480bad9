"""The recorded conversation that proves an installation without a microphone."""

from vivavoce.demo.play import Cue, Script, load_script, play
from vivavoce.demo.show import Show

__all__ = ["Cue", "Script", "Show", "load_script", "play"]

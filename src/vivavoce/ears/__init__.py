"""Echo cancelling, and who is speaking now."""

from vivavoce.ears.ears import Ears, Sensed
from vivavoce.ears.echo import EchoCanceller
from vivavoce.ears.silero import Silero

__all__ = ["Ears", "EchoCanceller", "Sensed", "Silero"]

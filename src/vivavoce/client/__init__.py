"""A client of the realtime protocol that keeps the time of everything; no sound card needed."""

from vivavoce.client.realtime import Talk, talk
from vivavoce.client.sound import Loudspeaker, Microphone

__all__ = ["Loudspeaker", "Microphone", "Talk", "talk"]

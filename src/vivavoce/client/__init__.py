"""A client that talks with a server by voice and keeps the time of everything; no sound card."""

from vivavoce.client.realtime import Ear, Realtime, Wire, WireEvent
from vivavoce.client.sound import AUDIBLE, Loudspeaker, Microphone
from vivavoce.client.talking import Talk, talk

__all__ = [
    "AUDIBLE",
    "Ear",
    "Loudspeaker",
    "Microphone",
    "Realtime",
    "Talk",
    "Wire",
    "WireEvent",
    "talk",
]

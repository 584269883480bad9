"""Stand-in."""
from dataclasses import dataclass
import numpy as np
@dataclass(slots=True)
class PresenceState:
    n: int = 0
class Presence:
    def __init__(self, path=None): ...
    def hear(self, pcm, state, voices):
        loud = float(np.sqrt(np.mean(pcm**2)) > 0.003)
        return np.array([[loud, 0.0]] * max(1, len(voices)), np.float32)
    def embed(self, pcm):
        v = np.zeros(256, np.float32); v[0] = 1; return v
